import TestSupport
import Testing

@testable import Console

@Suite(.timeLimit(.minutes(1)))
struct CompletionTests {
  @Test func tabFinishesTheOnlyCandidate() async throws {
    try await Specimen.run { terminal in
      try await terminal.expect("specimen>")
      try await terminal.type("ec\tgr\t!\r")
      try await terminal.expectScreen("the completed command's output") { $0.visibleRows.contains("größe !") }
    }
  }

  @Test func tabAddsWhatAllCandidatesShareAndASecondTabListsThem() async throws {
    try await Specimen.run { terminal in
      try await terminal.expect("specimen>")
      try await terminal.type("cr\t")
      try await terminal.expect("creat")
      try await terminal.type("\t")
      try await terminal.expectScreen("the list, and the line again") {
        $0.text == """
          specimen> creat
          create    Make something
          creature  Something made
          specimen> creat
          """
      }
      try await terminal.press(.controlU)
      try await terminal.type("echo pod/web-1\r")
      try await terminal.expectScreen("a usable line") { $0.visibleRows.contains("pod/web-1") }
    }
  }

  @Test func unfinishedWordsGetNoBlank() async throws {
    try await Specimen.run { terminal in
      try await terminal.expect("specimen>")
      try await terminal.type("echo fo\tx\r")
      try await terminal.expectScreen("the word went on") { $0.visibleRows.contains("folder/x") }
    }
  }

  @Test func controlCLeavesASlowCompletion() async throws {
    try await Specimen.run { terminal in
      try await terminal.expect("specimen>")
      try await terminal.type("slow \t")
      try await Task.sleep(for: .milliseconds(50))
      try await terminal.press(.controlC)
      try await terminal.expect("^C", within: .seconds(5))
      try await terminal.type("echo fresh\r")
      try await terminal.expectScreen("the next command's output") { $0.visibleRows.contains("fresh") }
    }
  }

  @Test func oneCandidateReplacesTheWordBeforeTheCursor() {
    #expect(CompletionMenu.step([Completion("pods")], before: "get po") == .insert(removing: 2, text: "pods "))
    #expect(
      CompletionMenu.step([Completion("json", replacing: 2)], before: "get -o=js")
        == .insert(removing: 2, text: "json "))
    #expect(CompletionMenu.step([], before: "x") == .nothing)
  }

  @Test func severalCandidatesShareTheirBeginning() {
    let pods = [Completion("web-1"), Completion("web-2")]
    #expect(CompletionMenu.step(pods, before: "get w") == .insert(removing: 1, text: "web-"))
    #expect(CompletionMenu.step(pods, before: "get web-") == .list)
    #expect(CompletionMenu.step([Completion("a"), Completion("b")], before: "get ") == .list)
  }

  @Test func listsFitTheTerminal() {
    let described = [
      Completion("a-very-long-name", description: "What it is and what it is good for"), Completion("b"),
    ]
    #expect(CompletionMenu.lines(described, width: 40, rows: 24) == ["a-very-long-name  What it is and what …", "b"])
    let names = (1...7).map { Completion("name\($0)") }
    #expect(
      CompletionMenu.lines(names, width: 24, rows: 24) == ["name1  name4  name7", "name2  name5", "name3  name6"])
    let many = (1...5000).map { Completion("pod-\($0)", description: "Running") }
    let lines = CompletionMenu.lines(many, width: 80, rows: 24)
    #expect(lines.count == 22)
    #expect(lines.last == "and 4979 more: type another letter to narrow them down")
  }
}
