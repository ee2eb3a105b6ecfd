import TestSupport
import Testing

@testable import Console

/// How a line is taken apart.
@Suite struct ShellLanguageTests {
  private func simple(_ text: String) throws -> [SimpleCommand] {
    try CommandParser.parse(text).lists.flatMap(\.entries).flatMap(\.pipeline.commands).compactMap { form in
      if case .simple(let command) = form { command } else { nil }
    }
  }

  private func words(_ text: String) throws -> [[String?]] { try simple(text).map { $0.words.map(\.bareText) } }

  @Test func pipesAndListsAreToldApart() throws {
    let text = try CommandParser.parse("a b | c && d || e; f & g")
    #expect(text.lists.map(\.isBackground) == [false, true, false])
    #expect(text.lists[0].entries.map(\.joint) == [.first, .ifSucceeded, .ifFailed])
    #expect(text.lists[0].entries[0].pipeline.commands.count == 2)
    #expect(text.lists.map(\.source) == ["a b | c && d || e", "f", "g"])
  }

  @Test func quotesKeepBlanksAndSigns() throws {
    let command = try #require(try simple(#"get 'a b' "c | d" e\ f"#).first)
    #expect(command.words.map(\.parts.count) == [1, 1, 2, 3])
    #expect(try words("get pods -l a!=b -o jsonpath={.items[*].metadata.name}")[0].count == 6)
  }

  @Test(arguments: [
    "echo 'a", "echo \"a", "a |", "a &&", "echo \\", "echo $(date", "cat <<EOF", "cat <<EOF\nx", "for i in 1; do",
    "if true; then", "while true", "{ echo a;", "( echo a", "echo `date", "echo ${A",
  ])
  func whatIsUnfinishedIsReadOn(_ text: String) {
    #expect {
      _ = try CommandParser.parse(text)
    } throws: { error in
      if case CommandParser.Failure.unfinished? = error as? CommandParser.Failure { true } else { false }
    }
  }

  @Test(arguments: ["| a", "a | | b", "a > | b", "; a", "a ) b", "a >&x", "echo ${A!b}", "&& a"])
  func whatMakesNoSenseIsRefused(_ text: String) {
    #expect {
      _ = try CommandParser.parse(text)
    } throws: { error in
      if case CommandParser.Failure.unexpected? = error as? CommandParser.Failure { true } else { false }
    }
  }

  @Test func redirectionsAreNotWords() throws {
    let command = try #require(try simple("get pods -o yaml >out 2>&1 <in >> more").first)
    #expect(command.words.count == 4)
    #expect(command.redirections.map(\.descriptor) == [1, 2, 0, 1])
    #expect(command.redirections[1].target == .same(1))
    #expect(try words("get pods 2").first?.count == 3)
  }

  @Test func hereDocumentsFollowTheirLine() throws {
    let text = "apply -f - <<EOF && get pods\nkind: Pod\nname: $NAME\nEOF\nget nodes"
    let commands = try simple(text)
    #expect(commands.map { $0.words.first?.bareText } == ["apply", "get", "get"])
    guard case .text(let body)? = commands[0].redirections.first?.target else {
      Issue.record("no body")
      return
    }
    #expect(
      body.parts == [
        .text("kind: Pod\nname: ", isQuoted: true), .variable("NAME", otherwise: nil, isQuoted: true),
        .text("\n", isQuoted: true),
      ])
    let literal = try simple("cat <<-'END'\n\t$A\n\tEND\n")
    #expect(literal[0].redirections == [.init(descriptor: 0, target: .text(CommandWord(quoted: "$A\n")))])
  }

  @Test func loopsGoToTheMachineAsAWhole() throws {
    let text = try CommandParser.parse("for i in 1 2; do echo \"done $(date)\"; done | wc -l && get pods &")
    #expect(text.lists.count == 1 && text.lists[0].isBackground)
    #expect(
      text.lists[0].entries[0].pipeline.commands.first
        == .script("for i in 1 2; do echo \"done $(date)\"; done", []))
    #expect(text.lists[0].entries[0].pipeline.commands.count == 2)
    #expect(try CommandParser.parse("(cd /; ls) > x; get pods").lists.count == 2)
    #expect(try CommandParser.parse("if a; then b; fi\nget pods").lists.count == 2)
  }

  @Test func commentsEndALine() throws {
    #expect(try words("# nothing\nget pods # all of them\nget a#b") == [["get", "pods"], ["get", "a#b"]])
  }

  @Test func aliasesStandForTheirTextOnce() throws {
    let text = try CommandParser.parse("ls -a | k get pods", aliases: ["ls": "ls -l", "k": "kubectl -n dev"])
    let commands = text.lists[0].entries[0].pipeline.commands.compactMap { form in
      if case .simple(let command) = form { command.words.compactMap(\.bareText) } else { nil }
    }
    #expect(commands == [["ls", "-l", "-a"], ["kubectl", "-n", "dev", "get", "pods"]])
  }

  @Test func wordsExpandAsInAShell() async throws {
    try await TemporaryFolder.with { folder in
      for name in ["b.yaml", "a.yaml", "c.txt"] { try folder.write("", to: name) }
      let values = ["A": "one two", "D": folder.path, "HOME": "/home/me"]
      let expansion = WordExpansion(variable: { values[$0] }, output: { "out of \($0)" })
      func expand(_ text: String) async throws -> [String] { await expansion.words(try simple(text)[0].words) }
      #expect(try await expand(#"x $A "$A" '$A' ${B:-other} $B"#) == ["x", "one", "two", "one two", "$A", "other"])
      #expect(try await expand("x $(date) \"$(date)\"") == ["x", "out", "of", "date", "out of date"])
      #expect(try await expand("x $D/*.yaml") == ["x", folder.path("a.yaml"), folder.path("b.yaml")])
      #expect(try await expand("x $D/'*'.yaml {.items[*]}") == ["x", folder.path("*.yaml"), "{.items[*]}"])
      #expect(try await expand("x ~/a a~ \"\"") == ["x", "/home/me/a", "a~", ""])
    }
  }

  @Test func completionSeesTheCommandAtTheCursor() {
    #expect(CompletionPoint("get po").last == "po")
    #expect(CompletionPoint("get pods | gr") == CompletionPoint("x | gr"))
    #expect(CompletionPoint("get pods > o").isFile)
    #expect(CompletionPoint("A=b get ").words == ["get"])
    #expect(CompletionPoint("exec 'a b' -- ").words == ["exec", "a b", "--"])
  }

  @Test func nothingTypedCrashesTheParser() {
    var random = SeededRandom(seed: 7)
    let signs = Array("ab '\"\\$`(){}|&;<>!#\n=*~1E")
    for _ in 0..<20_000 {
      let text = String((0..<Int.random(in: 0..<24, using: &random)).map { _ in signs.randomElement(using: &random)! })
      _ = try? CommandParser.parse(text, aliases: ["a": "b", "b": "a"])
      _ = CompletionPoint(text)
    }
  }
}
