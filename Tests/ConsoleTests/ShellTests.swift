import Glibc
import TestSupport
import Testing

/// The shell around the commands, typed into a terminal.
@Suite(.timeLimit(.minutes(1)))
struct ShellTests {
  private func shell(
    folder: String? = nil, _ body: @escaping @Sendable (PseudoTerminal) async throws -> Void
  ) async throws {
    try await Specimen.run(environment: ["SPECIMEN_SHELL": "1", "PS1": "$ "], folder: folder) { terminal in
      try await terminal.expect("0 shell>")
      try await body(terminal)
    }
  }

  @Test func sectionsAreReadPageByPage() async throws {
    try await shell { terminal in
      try await terminal.type("sections 12\r")
      try await terminal.expectScreen("the first page") {
        $0.text.hasSuffix("section 8\nmore of it\n-- page 1 of 2: Enter goes on, b goes back, q ends --")
      }
      try await terminal.press(.enter)
      try await terminal.expectScreen("all of it, without the question") {
        $0.text.hasSuffix("section 8\nmore of it\nsection 9\n" + Self.rest + "\n0 shell>")
      }
      try await terminal.type("sections 12\r")
      try await terminal.expect("page 1 of 2")
      try await terminal.type("xq")
      try await terminal.expectScreen("the prompt below the first page") {
        $0.text.hasSuffix("section 8\nmore of it\n0 shell>")
      }
      try await terminal.enter("sections 2", showing: "section 1", "section 2")
    }
  }

  private static let rest =
    "more of it\n\n" + [10, 11, 12].map { "section \($0)\nmore of it" }.joined(separator: "\n\n")

  @Test func commandsAndProgramsFeedEachOther() async throws {
    try await TemporaryFolder.with { folder in
      try await shell(folder: folder.path) { terminal in
        try await terminal.enter("say one two | tr a-z A-Z | upper | cat", showing: "ONE TWO")
        try await terminal.enter("say $(say in | cat)side > file; cat file", showing: "inside")
        try await terminal.enter("say more >> file && wc -l < file", showing: "2")
        try await terminal.enter("fail || say instead", showing: "failed", "instead")
        try await terminal.enter("fail 2> errors; say code $?; cat errors", showing: "code 3", "failed")
        try await terminal.enter("A=1; say ${A}2 \"$A 3\" '$A'", showing: "12 1 3 $A")
        try await terminal.enter("A=5 sh -c 'echo $A $SPECIMEN'", showing: "5 yes")
        try await terminal.enter("export PATH=$PATH:/added; sh -c 'echo $PATH'", showing: "/specimen:<...>:/added")
        try await terminal.enter("for i in 1 2; do echo -n $i; done | upper; say", showing: "12")
        try await terminal.enter("!echo ${#HOME} | cat", showing: "12")
        try await terminal.enter("tick 1 | head -n 2", showing: "tick 1", "tick 2")
        try await terminal.enter("nonsense", showing: "no such word: nonsense")
        try await terminal.enter("cat nowhere | upper; say $?", showing: "No such file", "0")
        try await terminal.enter("upper < nowhere", showing: "nowhere")
        try await terminal.enter("alias s='say -'")
        try await terminal.enter("s b", showing: "- b")
        try await terminal.enter("cd /; pwd; cd -", showing: "/", "\(folder.path)")
      }
    }
  }

  @Test func hereDocumentsAreReadLineByLine() async throws {
    try await shell { terminal in
      try await terminal.type("N=x; upper <<EOF\r")
      try await terminal.expect("...")
      try await terminal.type("a $N\r")
      try await terminal.expect("a $N")
      try await terminal.type("EOF\r")
      try await terminal.expect("A X")
    }
  }

  @Test func aKeyEndsAProgramAndNotTheShell() async throws {
    try await shell { terminal in
      // A shell that is just starting a child would overhear the key.
      try await terminal.type("sh -c 'echo be\"\"gun; exec sleep 60'\r")
      try await terminal.expect("begun")
      try await terminal.press(.controlC)
      try await terminal.expect("^C")
      try await terminal.expect("0 shell>")
      try await terminal.enter("say $?", showing: "130")
      try await terminal.type("tick | cat\r")
      try await terminal.expect("tick 3")
      try await terminal.press(.controlC)
      try await terminal.enter("say still here", showing: "still here")
    }
  }

  @Test func aStoppedProgramIsAJob() async throws {
    try await shell { terminal in
      try await terminal.type("sh -c 'echo be\"\"gun; read line; echo got $line'\r")
      try await terminal.expect("begun")
      try await terminal.press(.controlZ)
      try await terminal.expect("[1]+  Stopped   sh -c 'echo be\"\"gun; read line; echo got $line'")
      try await terminal.expect("1 shell>")
      try await terminal.type("jobs\r")
      try await terminal.expect("[1]   Stopped   sh")
      try await terminal.type("fg\r")
      try await terminal.type("words\r")
      try await terminal.expect("got words")
      try await terminal.expect("0 shell>")
    }
  }

  @Test func aJobWritesAboveTheHalfTypedLine() async throws {
    try await shell { terminal in
      try await terminal.type("tick 100 &\r")
      try await terminal.expect("[1] tick 100")
      try await terminal.type("say ha")
      try await terminal.expectScreen("ticks above the line") { screen in
        screen.text.contains("tick 4\n") && screen.text.hasSuffix("\n1 shell> say ha")
      }
      try await terminal.type("lf\r")
      try await terminal.expect("half")
      try await terminal.type("kill %1\r")
      try await terminal.expect("[1]+  Exit 130   tick 100")
      try await terminal.type("\r")
      try await terminal.expect("0 shell>")
    }
  }

  @Test func aJobComesToTheFront() async throws {
    try await shell { terminal in
      try await terminal.type("tick 20 &\r")
      try await terminal.expect("tick 2")
      try await terminal.type("%1\r")
      try await terminal.expect("tick 30")
      try await terminal.press(.controlC)
      try await terminal.expect("^C")
      try await terminal.expect("0 shell>")
    }
  }

  @Test func programsBehindThePromptWriteAboveItToo() async throws {
    try await shell { terminal in
      try await terminal.type("sh -c 'sleep 0.3; echo done; exit 4' &\r")
      try await terminal.type("say ha")
      try await terminal.expectScreen("the end above the line") { screen in
        screen.text.contains("done\n[1]+  Exit 4   sh -c") && screen.text.contains("shell> say ha")
      }
    }
  }

  @Test func leavingEndsTheJobs() async throws {
    try await shell { terminal in
      try await terminal.type("sleep 4711 &\r")
      try await terminal.type("tick &\r")
      try await terminal.expect("tick 1")
      let program = try #require(terminal.program?.pid)
      let children = ProcessTable.children(of: program)
      #expect(children.count == 1)
      try await terminal.type("exit 7\r")
      #expect(try await terminal.waitForEnd() == .exited(7))
      #expect(!children.contains { ProcessTable.isAlive($0) })
      #expect(terminal.isCooked)
    }
  }

  @Test func commandsBeforeAProgramMayReadTheKeyboard() async throws {
    try await shell { terminal in
      try await terminal.type("ask | cat\r")
      try await terminal.expect("really?")
      try await terminal.type("yes\r")
      try await terminal.expect("you said yes")
      try await terminal.expect("0 shell>")
    }
  }

  @Test func wordsAreCompletedWhereTheyStand() async throws {
    try await TemporaryFolder.with { folder in
      try folder.write("", to: "manifest one.yaml")
      try await shell(folder: folder.path) { terminal in
        try await terminal.type("say x | upp\t")
        try await terminal.expectScreen("the only word") { $0.text.hasSuffix("say x | upper") }
        try await terminal.press(.controlU)
        try await terminal.type("say app\tx > man\t")
        try await terminal.expectScreen("word and file") { $0.text.hasSuffix(#"say apple x > manifest\ one.yaml"#) }
        try await terminal.press(.controlU)
        try await terminal.type("cat man\t\r")
        try await terminal.expect("0 shell>")
      }
    }
  }
}

extension PseudoTerminal {
  /// Types a line, and waits for what answers it and for the next prompt.
  fileprivate func enter(_ line: String, showing patterns: TextPattern...) async throws {
    try await type(line + "\r")
    for pattern in patterns { try await expect(pattern) }
    try await expect("shell>")
  }
}
