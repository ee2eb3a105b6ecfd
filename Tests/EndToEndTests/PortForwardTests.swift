import SystemIO
import TestSupport
import Testing

/// Stock kubectl's ways into a pod: inside of WebSockets as it does today, and by SPDY as it did for years.
@Suite(.needsStockKubectl, .needsUserNamespace, .timeLimit(.minutes(1)))
struct PortForwardTests {
  @Test(arguments: ["true", "false"]) func connectionsReachThePod(overWebSockets: String) async throws {
    try await Learner.with { learner in
      try await learner.writeKubeconfig()
      try await learner.stock("run", "web", "--image=nginx")
      try await learner.stock("wait", "--for=condition=Ready", "pod/web", "--timeout=20s")
      try await learner.stock(
        "exec", "web", "--", "sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x > /usr/share/nginx/html/many")
      let environment = ["HOME": learner.home + "/home", "KUBECTL_PORT_FORWARD_WEBSOCKETS": overWebSockets]
      try await PseudoTerminal.run(
        "kubectl", ["--kubeconfig", learner.kubeconfig, "port-forward", "--address=127.0.0.1", "web", ":80", ":81"],
        environment: environment, folder: learner.home, columns: 200, rows: 40
      ) { terminal in
        let open = try await Self.port(forwardedTo: 80, terminal)
        // Side by side, and one that does not wait for the answer.
        async let one = Self.get("many", open)
        async let other = Self.get("many", open)
        try await Self.hangUp(open)
        for answer in [try await one, try await other] {
          #expect(answer.hasPrefix("HTTP/1.1 200 OK"))
          #expect(answer.utf8.count > 3_000_000)
        }
        #expect(try await Self.get("", open).contains("Welcome to nginx!"))
        // Nobody listens there.
        #expect(try await Self.get("", Self.port(forwardedTo: 81, terminal)) == "")
        try await terminal.expect("error forwarding port 81 to pod")
      }
    }
  }

  @Test func commandsRunOverSPDY() async throws {
    try await Learner.with { learner in
      try await learner.writeKubeconfig()
      try await learner.stock("run", "web", "--image=nginx")
      try await learner.stock("wait", "--for=condition=Ready", "pod/web", "--timeout=20s")
      func exec(_ words: String..., input: String = "") async throws -> ProgramOutput {
        try await ProgramOutput.of(
          "kubectl", ["--kubeconfig", learner.kubeconfig, "exec"] + words,
          environment: ["HOME": learner.home + "/home", "KUBECTL_REMOTE_COMMAND_WEBSOCKETS": "false"],
          input: input)
      }
      let ended = try await exec("web", "--", "sh", "-c", "echo out; echo err >&2; exit 3")
      #expect(ended.end == .exited(3))
      #expect(ended.output == "out\n")
      #expect(ended.error == "err\ncommand terminated with exit code 3\n")
      let text = String(repeating: "through the streams\n", count: 20_000)
      #expect(try await exec("-i", "web", "--", "cat", input: text).output == text)
      let missing = try await exec("web", "--", "no-such-program")
      #expect(missing.end == .exited(1))
      #expect(missing.error.contains("no-such-program"))
    }
  }

  private static func port(forwardedTo port: Int, _ terminal: PseudoTerminal) async throws -> Int {
    try await terminal.expectScreen("a way to port \(port)") { $0.text.contains(" -> \(port)\n") }
    let screen = terminal.screen.text
    let line = screen.split(separator: "\n").first { $0.hasSuffix(" -> \(port)") }
    let number = line?.split(separator: " ").first { $0.hasPrefix("127.0.0.1:") }?.split(separator: ":").last
    return try #require(number.flatMap { Int($0) }, "no port in: \(screen)")
  }

  private static func get(_ path: String, _ port: Int) async throws -> String {
    let script = "exec 3<>/dev/tcp/127.0.0.1/\(port); printf 'GET /\(path) HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"
    return try await ProgramOutput.of("bash", ["-c", script]).output
  }

  private static func hangUp(_ port: Int) async throws {
    _ = try await ProgramOutput.of(
      "bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/\(port); printf 'GET /many HTTP/1.0\\r\\n\\r\\n' >&3"])
  }
}
