import SystemIO
import TestSupport
import Testing

/// Every command line of the notes, typed at the prompt by somebody who works through them.
@Suite(.needsUserNamespace, .timeLimit(.minutes(4)))
struct DocumentedSessionTests {
  private static let folder = Learner.checkout + "/Tests/EndToEndTests/Fixtures/"

  /// The files that the notes name, and what is in them.
  private static let files: [(name: String, content: String)] = [
    ("pod/db.yml", "pods/db"), ("pod/go-demo-2.yml", "pods/go-demo-2"),
    ("pod/go-demo-2-health.yml", "pods/go-demo-2-probed"), ("kuard-pod.yaml", "pods/kuard"),
    ("pod.yml", "pods/hello-pod"), ("multicontainer-pod.yaml", "pods/multicontainer-pod"),
    ("init-pod.yaml", "pods/init-pod"), ("pod-lifecycle.yaml", "pods/pod-lifecycle"),
    ("hello-world.yaml", "documents/hello-world"),
  ]

  /// The port of the notes, if nobody listens on it.
  private static func port() throws -> Int {
    Int((try (try? LoopbackListener(port: 8080)) ?? LoopbackListener()).port)
  }

  @Test func holdsEveryLineOfTheNotes() throws {
    let script = try SessionScript(path: Self.folder + "documents/session.txt")
    let lines = try DocumentedLine.all(path: Self.folder + "documents/lines.txt")
    #expect(lines.count == 46)
    for line in lines {
      for (word, typed) in [(true, line.text), (false, line.text.withoutKubectl)] {
        #expect(script.typed(naming: word).contains(typed), "\(line.place): \(typed) is not in the session")
      }
    }
  }

  @Test func worksAsWritten() async throws {
    let script = try SessionScript(path: Self.folder + "documents/session.txt")
    try await Learner.with { learner in
      try Files.makeDirectories(learner.home + "/k8s-specs/pod")
      for file in Self.files {
        let text = try Files.readText(Self.folder + file.content + ".yaml")
        try Files.write(text, to: learner.home + "/k8s-specs/" + file.name, mode: 0o644)
      }
      let port = try Self.port()
      var environment = learner.environment
      // A page at a time would be no recording.
      environment["PAGER"] = "cat"
      // Whoever has the program can call it by its name.
      let program = BuiltProgram.path("podium")
      environment["PATH"] = program.dropLast("/podium".count) + ":/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
      let text = try await PseudoTerminal.run(
        program, ["--cluster", learner.cluster], environment: environment, folder: learner.home, columns: 200, rows: 50
      ) { terminal in
        let typist = Typist(terminal: terminal, learner: learner, port: port)
        for word in [true, false] { try await typist.type(script, naming: word) }
        try await typist.waitForPrompt()
        let text = terminal.screen.text
        try await terminal.type("exit\r")
        #expect(try await terminal.waitForEnd() == .exited(0))
        return text
      }
      let recording = SessionRecording(text, of: script, mask: SessionMask(learner: learner, port: port))
      #expect(recording.count == 2 * script.commands.count, "\(text)")
      for round in [0, 1] { GoldenText.expect(recording.text(ofRound: round), is: "documented-session.txt") }
    }
  }
}

/// A command line of the notes.
private struct DocumentedLine {
  let place: String
  let text: String

  static func all(path: String) throws -> [DocumentedLine] {
    var lines: [DocumentedLine] = []
    for line in try Files.readText(path).split(separator: "\n") where !line.hasPrefix("#") {
      let place = line.drop { $0 == " " }.prefix { $0 != " " }
      let text = String(line[place.endIndex...].drop { $0 == " " })
      // The same line, in the words of this machine.
      let isAdapted = place == "here"
      let former = isAdapted ? lines.removeLast() : nil
      lines.append(DocumentedLine(place: former?.place ?? String(place), text: text))
    }
    return lines
  }
}

/// Somebody at a terminal who waits for each answer.
private struct Typist {
  let terminal: PseudoTerminal
  let learner: Learner
  let port: Int

  func type(_ script: SessionScript, naming word: Bool) async throws {
    for step in script.steps {
      switch step {
      case .command(let text):
        try await waitForPrompt()
        try await enter(adapted(word ? text : text.withoutKubectl))
      case .input(let text):
        try await terminal.expectScreen("a place for \"\(text)\"") { screen in
          "#$>".contains(screen.cursorRow.last ?? " ") && !Self.isPrompt(screen.cursorRow)
        }
        try await enter(text)
      case .interrupt: try await terminal.press(.controlC)
      case .waitFor(let text): try await terminal.expect(TextPattern(adapted(text)))
      case .jobSays: break
      case .ask(8080):
        let script = "exec 3<>/dev/tcp/127.0.0.1/\(port); printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"
        #expect(try await ProgramOutput.of("bash", ["-c", script]).output.hasPrefix("HTTP/1."))
      case .told(let pod):
        let uid = try await learner.kubectl("get", "pod", pod, "-o", "jsonpath={.metadata.uid}")
        let selector = "reason=Started,involvedObject.uid=\(uid)"
        try await Deadline.wait("the event that tells of its start", within: .seconds(20)) {
          try await !learner.kubectl("get", "events", "--field-selector", selector, "-o", "name").isEmpty
        }
      case .ask(let port): Issue.record("port \(port) belongs to somebody else")
      }
    }
  }

  func waitForPrompt() async throws {
    try await terminal.expectScreen("a prompt", within: .seconds(90)) { Self.isPrompt($0.cursorRow) }
  }

  private static func isPrompt(_ row: String) -> Bool { row.contains(/^pod-\w{6}\/\S+?( \([^)]*\))?>$/) }

  private func enter(_ text: String) async throws {
    try await terminal.type(text + "\r")
    try await terminal.expect(TextPattern(text))
  }

  /// With the port that the machine has left.
  private func adapted(_ text: String) -> String {
    text.replacing(" 8080:", with: " \(port):").replacing(":8080 ->", with: ":\(port) ->")
      .replacing("connection for 8080", with: "connection for \(port)")
  }
}
