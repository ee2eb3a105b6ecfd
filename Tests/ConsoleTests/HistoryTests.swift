import Glibc
import SystemIO
import TestSupport
import Testing

@testable import Console

@Suite(.timeLimit(.minutes(1)))
struct HistoryTests {
  @Test func arrowsRecallWhatWasTypedInAnEarlierSession() async throws {
    try await TemporaryFolder.with { folder in
      let environment = ["SPECIMEN_HISTORY": folder.path("state/history")]
      try await Specimen.run(environment: environment) { terminal in
        try await terminal.type("echo first\recho second\rexit\r")
        #expect(try await terminal.waitForEnd() == .exited(0))
      }
      var status = stat()
      stat(folder.path("state/history"), &status)
      #expect(status.st_mode & 0o777 == 0o600)
      try await Specimen.run(environment: environment) { terminal in
        try await terminal.expect("specimen>")
        try await terminal.press(.up, .up, .up, .enter)
        try await terminal.expectScreen("the first command's output") { $0.text.hasSuffix("\nfirst\nspecimen>") }
        try await terminal.press(.controlR)
        try await terminal.type("sec")
        try await terminal.expect("echo second")
        try await terminal.press(.enter)
        try await terminal.expectScreen("the second command's output") { $0.visibleRows.contains("second") }
        try await terminal.type("exit\r")
        #expect(try await terminal.waitForEnd() == .exited(0))
      }
      #expect(try HistoryFile(path: folder.path("state/history")).load() == ["echo first", "echo second", "exit"])
    }
  }

  @Test func linesAreSavedEvenIfTheProgramIsKilled() async throws {
    try await TemporaryFolder.with { folder in
      let history = HistoryFile(path: folder.path("history"))
      try await Specimen.run(environment: ["SPECIMEN_HISTORY": history.path]) { terminal in
        try await terminal.type("echo kept\r")
        try await terminal.expectScreen("the output and a prompt") { $0.text.hasSuffix("kept\nspecimen>") }
        try await Deadline.wait("the line is on disk") { (try? history.load()) == ["echo kept"] }
        terminal.program?.signal(SIGKILL)
        #expect(try await terminal.waitForEnd() == .killed(signal: SIGKILL))
      }
      #expect(try history.load() == ["echo kept"])
    }
  }

  @Test func commandsOfSeveralLinesComeBackWhole() async throws {
    try await TemporaryFolder.with { folder in
      let environment = ["SPECIMEN_HISTORY": folder.path("history")]
      try await Specimen.run(environment: environment) { terminal in
        try await terminal.type("echo 'one\rtwo'\rexit\r")
        #expect(try await terminal.waitForEnd() == .exited(0))
      }
      try await Specimen.run(environment: environment) { terminal in
        try await terminal.expect("specimen>")
        try await terminal.press(.up, .up)
        try await terminal.expectScreen("both lines") { $0.text.hasSuffix("specimen> echo 'one\ntwo'") }
        try await terminal.press(.enter)
        try await terminal.expectScreen("their output") { $0.text.hasSuffix("'one\ntwo'\nspecimen>") }
      }
    }
  }

  @Test func aFullDiskIsSaidOnceAndStopsNothing() async throws {
    try await Specimen.run(environment: ["SPECIMEN_HISTORY": "/dev/full/history"]) { terminal in
      try await terminal.type("echo one\recho two\r")
      try await terminal.expectScreen("a notice and both outputs") {
        $0.text.contains("History is not kept: ") && $0.visibleRows.contains("one") && $0.visibleRows.contains("two")
      }
      #expect(terminal.screen.visibleRows.count { $0.hasPrefix("History is not kept") } == 1)
    }
  }

  @Test func theFileHoldsEachCommandOnceNewestLast() async throws {
    try await TemporaryFolder.with { folder in
      var history = HistoryFile(path: folder.path("history"))
      for command in ["a", "b", "a", "two\nlines", "back\\slash n"] { try history.append(command) }
      #expect(try history.load() == ["b", "a", "two\nlines", "back\\slash n"])
      history.limit = 2
      #expect(try history.load() == ["two\nlines", "back\\slash n"])
      // More than twice the limit were there: the file has been shortened as well.
      #expect(try folder.read("history").split(separator: "\n").count == 2)
      #expect(try history.load() == ["two\nlines", "back\\slash n"])
    }
  }

  @Test func everyTextSurvivesEncoding() {
    for text in ["plain", "a\nb", "\\n", "\\\n\\\\", "größe 日本", "trailing\\"] {
      #expect(HistoryFile.decode(HistoryFile.encode(text)) == text)
      #expect(!HistoryFile.encode(text).contains("\n"))
    }
  }
}
