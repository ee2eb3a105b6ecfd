import Testing

@testable import LessonEngine

/// What a lesson shows of an output, against what is printed.
@Suite struct ShownOutputTests {
  private func shown(_ text: String, isUnordered: Bool = false) -> ShownOutput {
    var kept: Set<String> = []
    return ShownOutput(text.split(separator: "\n").map(String.init), kept: &kept, isUnordered: isUnordered)
  }

  private func difference(_ text: String, _ printed: String, isUnordered: Bool = false) -> OutputDifference? {
    OutputDifference(shown(text, isUnordered: isUnordered), PrintedLine.lines(printed), KeptWords())
  }

  @Test(arguments: [
    ("pod/web created", "pod/web created\n", true),
    ("NAME  READY\nweb  1/1", "NAME   READY\nweb    1/1\n", true),
    ("web  1/1  <age>  <ip>", "web  1/1   2m3s   10.0.0.7", true),
    ("web  1/1  <age>", "web  0/1  3s", false),
    ("web-<hash>-<hash>  <n>/2", "web-7d9f-x2k4  1/2", true),
    ("<time>  <uid>  <node>", "2025-01-01T10:00:00Z  0a1b-2c  pod-1.local", true),
    ("web  <n>", "web  many", false),
    ("web  <none>", "web  <none>", true),
    ("web  <none>", "web  10.0.0.7", false),
    ("first\n...\nlast", "first\na\nb\nlast", true),
    ("first\n...\nlast", "first\na\nb", false),
    ("Started <...> web", "Started the container web", true),
    ("a", "a\nb", false),
    ("a\nb", "a", false),
  ])
  func comparesColumnsAndHoles(text: String, printed: String, isSame: Bool) {
    #expect((difference(text, printed) == nil) == isSame)
  }

  @Test func orderMayNotMatter() {
    #expect(difference("a\nb", "b\na\n") != nil)
    #expect(difference("a\nb", "b\na\n", isUnordered: true) == nil)
    // Which line a hole belongs to is found out, whatever comes first.
    #expect(difference("web <n>\nweb 2", "web 2\nweb 1\n", isUnordered: true) == nil)
    #expect(difference("a\n...", "b\na\n", isUnordered: true) == nil)
    #expect(difference("a\nb", "b\nc\na\n", isUnordered: true)?.text == ["  a", "  b", "+ c"])
  }

  @Test func aNamedHoleKeepsItsWordForLaterLinesAndCommands() throws {
    var names: Set<String> = []
    let first = ShownOutput(["web  <web-ip:ip>  <age>"], kept: &names)
    #expect(names == ["web-ip"])
    let kept = try #require(first.matches(PrintedLine.lines("web  10.0.0.7  3s"), KeptWords()))
    #expect(kept.filled("exec web -- ping <web-ip>") == "exec web -- ping 10.0.0.7")
    let second = ShownOutput(["from <web-ip>: <n> bytes"], kept: &names)
    #expect(second.matches(PrintedLine.lines("from 10.0.0.7: 64 bytes"), kept) != nil)
    #expect(second.matches(PrintedLine.lines("from 10.0.0.8: 64 bytes"), kept) == nil)
  }

  @Test func oneOutputMustAgreeWithItself() {
    #expect(difference("at <a:ip>\nand at <a>", "at 10.0.0.1\nand at 10.0.0.1") == nil)
    #expect(difference("at <a:ip>\nand at <a>", "at 10.0.0.1\nand at 10.0.0.2") != nil)
  }

  @Test func aDifferenceShowsTheLinesWithTheirHolesFilled() {
    let difference = difference(
      "NAME   READY   STATUS    AGE\nweb    1/1     Running   <age>\ndb     1/1     Running   <age>",
      "NAME   READY   STATUS    AGE\nweb    0/1     Error     3s\ndb     1/1     Running   5s\ncache  1/1     Running   7s"
    )
    #expect(
      difference?.text == [
        "  NAME   READY   STATUS    AGE", "- web    1/1     Running   3s", "+ web    0/1     Error     3s",
        "  db     1/1     Running   5s", "+ cache  1/1     Running   7s",
      ])
  }

  @Test func whatIsRewrittenKeepsTheHolesThatFit() {
    let difference = difference(
      "NAME  READY  STATUS   AGE    IP\nweb   1/1    Running  <age>  <web-ip:ip>\nold\n...\nlast <n>",
      "NAME  READY  STATUS  AGE  IP\nweb   0/1    Error   3s   10.0.0.7\na\nb\nlast word")
    #expect(
      difference?.rewritten == [
        "NAME  READY  STATUS   AGE    IP", "web   0/1    Error   <age> <web-ip:ip>", "...", "last word",
      ])
  }

  @Test func onlyTheLinesOfTheOutputAreRewritten() throws {
    let text = "# A\n```console\n$ get pods\nold\nolder\n$ get nodes\n```\n\n  kept  \n"
    let updates = [
      OutputUpdate(file: "a.md", line: 4, old: ["old", "older"], new: ["new"]),
      OutputUpdate(file: "a.md", line: 7, old: [], new: ["node"]),
    ]
    #expect(
      try OutputUpdate.apply(updates, to: text)
        == "# A\n```console\n$ get pods\nnew\n$ get nodes\nnode\n```\n\n  kept  \n")
    let error = #expect(throws: LessonError.self) {
      try OutputUpdate.apply(updates, to: text.replacing("older", with: "oldest"))
    }
    #expect(error?.description == "a.md:4: the file has changed meanwhile: prove the pack again")
  }

  @Test func aCommandMayGoOnInTheNextLine() {
    let block = ConsoleBlock(
      lines: ["words", "$ kubectl run web \\", "  --image=nginx", "pod/web created", "$ get"], line: 9)
    #expect(block.entries.map(\.command.text) == ["kubectl run web --image=nginx", "get"])
    #expect(block.entries.map(\.command.line) == [11, 14])
    #expect(block.entries.map(\.output) == [["pod/web created"], []])
    #expect(block.entries.map(\.outputLine) == [13, 15])
  }

  @Test func learnersSeeTheNameOfAHoleOnly() {
    let block = ConsoleBlock(lines: ["$ get pods", "web <web-ip:ip> <age> <none>", "<web-ip>"], line: 1)
    #expect(block.shown == ["$ get pods", "web <web-ip> <age> <none>", "<web-ip>"])
  }
}
