import SystemIO
import TestSupport
import Testing

/// What is done with a running pod, on a terminal and off it, by stock kubectl and by the program's own.
@Suite(.needsStockKubectl, .needsUserNamespace, .timeLimit(.minutes(2)))
struct SessionsOfBothTests {
  @Test(arguments: [true, false]) func aPodIsLookedInto(byStock: Bool) async throws {
    try await Learner.with { try await lookInto($0, byStock: byStock) }
  }

  @Test(.needsOrdinaryUser) func anOrdinaryUserLooksIntoAPod() async throws {
    try await Learner.with(.ordinaryUser) { try await lookInto($0, byStock: true) }
  }

  private static let manifest = """
    apiVersion: v1
    kind: Pod
    metadata: {name: two}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - {name: web, image: nginx, ports: [{containerPort: 80}]}
      - {name: side, image: busybox, stdin: true, tty: true, command: [sh, -c, "test -f /tmp/x || echo first; sh"]}
      - {name: fails, image: busybox, command: [sh, -c, "echo failed; exit 1"]}
    """

  private func lookInto(_ learner: Learner, byStock: Bool) async throws {
    try await learner.writeKubeconfig()
    @Sendable func kubectl(_ words: String..., input: String = "") async throws -> ProgramOutput {
      byStock
        ? try await learner.stock(words, input: input) : try await learner.podium(["kubectl"] + words, input: input)
    }
    @Sendable func onTerminal(
      _ words: String..., body: @escaping @Sendable (PseudoTerminal) async throws -> Void
    ) async throws {
      var environment = learner.environment
      environment["KUBECONFIG"] = learner.kubeconfig
      let command =
        byStock
        ? ("kubectl", words)
        : (BuiltProgram.path("podium"), ["--cluster", learner.cluster, "kubectl"] + words)
      try await PseudoTerminal.run(
        command.0, command.1, environment: environment, folder: learner.home, columns: 132, rows: 40, body)
    }

    #expect(try await kubectl("apply", "-f", "-", input: Self.manifest).output == "pod/two created\n")
    let containers = "jsonpath={.status.containerStatuses[?(@.name==\"fails\")].restartCount}"
    let isUp = try await kubectl("wait", "--for=\(containers)=1", "pod/two", "--timeout=30s")
    #expect(isUp.output == "pod/two condition met\n", "\(isUp.error)")
    #expect(try await kubectl("logs", "two", "-c", "fails", "--previous").output == "failed\n")

    // Each on a terminal of its own size, with the exit code of what ran there.
    try await onTerminal("exec", "-it", "two", "-c", "web", "--", "sh") { terminal in
      try await terminal.type("stty size; exit 7\n")
      try await terminal.expect("40 132")
      #expect(try await terminal.waitForEnd() == .exited(7))
    }
    try await onTerminal("run", "try", "-it", "--rm", "--image=busybox", "--restart=Never", "--", "sh") { terminal in
      // The prompt may have come before anybody was connected.
      try await terminal.expect("try pressing enter")
      try await terminal.type("\n")
      try await terminal.expect("/ #")
      try await terminal.type("tty && exit 3\n")
      try await terminal.expect("/dev/")
      try await terminal.expect("pod \"try\" deleted")
      #expect(try await terminal.waitForEnd() == .exited(3))
    }
    try await onTerminal("attach", "-it", "two", "-c", "side") { terminal in
      try await terminal.expect("If you don't see a command prompt")
      try await terminal.type("echo $((40 + 2))\n")
      try await terminal.expect("42")
      terminal.hangUp()
    }
    try await onTerminal(
      "debug", "two", "-it", "--image=busybox", "--target=web", "--profile=general", "-c", "tools", "--", "sh"
    ) { terminal in
      // The prompt may have come before anybody was connected.
      try await terminal.expect("try pressing enter")
      try await terminal.type("\n")
      try await terminal.expect("/ #")
      try await terminal.type("ps; ls /proc/1/root/usr/share/nginx; exit\n")
      try await terminal.expect("nginx: master process")
      try await terminal.expect("html")
      try await terminal.expect("Session ended, the ephemeral container will not be restarted")
      #expect(try await terminal.waitForEnd() == .exited(0))
    }
    let wrong = try await kubectl(
      "debug", "two", "--image=busybox", "--target=nobody", "--profile=general", "-c", "lost", "--", "true")
    #expect(wrong.end == .exited(0), "\(wrong.error)")
    let reason = "jsonpath={.status.ephemeralContainerStatuses[?(@.name==\"lost\")].state.waiting.message}"
    let told = try await kubectl(
      "wait", "--for=\(reason)=unable to find target container nobody", "pod/two", "--timeout=10s")
    #expect(told.end == .exited(0), "\(told.error)")

    try await onTerminal(
      "debug", "two", "-it", "--copy-to=copy", "--container=side", "--share-processes", "--profile=general", "--", "sh"
    ) { terminal in
      try await terminal.expect("try pressing enter")
      try await terminal.type("ps\n")
      try await terminal.expect("nginx: master process")
      try await terminal.type("exit\n")
      _ = try await terminal.waitForEnd()
    }
    let node = try await kubectl("get", "nodes", "-o", "jsonpath={.items[0].metadata.name}").output
    try await onTerminal(
      "debug", "node/\(node)", "-it", "--image=busybox", "--profile=general", "--", "sh", "-c", "sleep 1; ls /host; ps"
    ) { terminal in
      try await terminal.expect("Creating debugging pod node-debugger-")
      try await terminal.expect("etc")
      try await terminal.expect("podium-init")
      #expect(try await terminal.waitForEnd() == .exited(0))
    }

    try Files.write("<p>Hello</p>\n", to: learner.home + "/page.html", mode: 0o644)
    let copied = try await kubectl(
      "cp", learner.home + "/page.html", "two:/usr/share/nginx/html/page.html", "-c", "web")
    #expect(copied.end == .exited(0), "\(copied.error)")
    let back = try await kubectl("cp", "two:/usr/share/nginx/html", learner.home + "/back", "-c", "web")
    #expect(back.end == .exited(0), "\(back.error)")
    #expect(try Files.readText(learner.home + "/back/page.html") == "<p>Hello</p>\n")
    #expect(Files.exists(learner.home + "/back/index.html"))
    try await copyFromAHostileContainer(learner) { words, input in
      byStock
        ? try await learner.stock(words, input: input) : try await learner.podium(["kubectl"] + words, input: input)
    }

    try await onTerminal("port-forward", "two", ":80", ":81") { terminal in
      try await terminal.expectScreen("a way to each port") { $0.text.contains(" -> 81\n") }
      func port(_ remote: Int) throws -> String {
        let line = terminal.screen.text.split(separator: "\n").first { $0.hasSuffix(" -> \(remote)") }
        return try #require(line?.split(separator: ":").last?.split(separator: " ").first.map(String.init))
      }
      let script =
        "exec 3<>/dev/tcp/127.0.0.1/\(try port(80)); printf 'GET /page.html HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"
      #expect(try await ProgramOutput.of("bash", ["-c", script]).output.hasSuffix("<p>Hello</p>\n"))
      // Nobody listens there, which ends it all.
      _ = try await ProgramOutput.of("bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/\(try port(81)); cat <&3"])
      try await terminal.expect("error forwarding port 81 to pod")
      try await terminal.expect("lost connection to pod")
      #expect(try await terminal.waitForEnd() == .exited(1))
    }

    let use = try await kubectl("top", "pod", "two", "--containers")
    #expect(TextPattern("two<...>web<...>m<...>Mi").matches(use.lineWith("web")), "\(use.output)\(use.error)")
    let nodeUse = try await kubectl("top", "node")
    #expect(TextPattern("m<...>%<...>Mi<...>%").matches(nodeUse.lineWith(node)), "\(nodeUse.output)\(nodeUse.error)")

    // A watch sees the end of the pod that somebody else deletes.
    try await onTerminal("get", "events", "--watch") { terminal in
      _ = try await kubectl("delete", "pod", "two", "--wait=false")
      try await terminal.expect("Stopping container web")
    }
    let gone = try await kubectl("wait", "--for=delete", "pod/two", "--timeout=20s")
    #expect(gone.end == .exited(0), "\(gone.error)")
    #expect(try await kubectl("events", "--for=pod/two").output.contains("Stopping container web"))
  }

  /// What comes out of a container is an archive that the container made; it is written where the learner said, or not at
  /// all.
  private func copyFromAHostileContainer(
    _ learner: Learner, _ kubectl: (_ words: [String], _ input: String) async throws -> ProgramOutput
  ) async throws {
    func inContainer(_ script: String, input: String = "") async throws {
      let answer = try await kubectl(["exec", "-i", "two", "-c", "side", "--", "sh", "-c", script], input)
      #expect(answer.end == .exited(0), "\(answer.error)")
    }
    func copy(_ source: String, _ target: String) async throws -> ProgramOutput {
      try await kubectl(["cp", "two:" + source, learner.home + "/" + target, "-c", "side"], "")
    }
    try await inContainer("mkdir -p /tmp/für/größe; echo inside > /tmp/für/größe/datei")
    #expect(try await copy("/tmp/für", "für").end == .exited(0))
    #expect(try Files.readText(learner.home + "/für/größe/datei") == "inside\n")

    try await inContainer(
      "mkdir -p /usr/local/sbin; printf '#!/bin/sh\ncat /tmp/archive' > /usr/local/sbin/tar; chmod +x /usr/local/sbin/tar"
    )
    let page = learner.home + "/page.html"
    let traps = [
      TarTrap(name: "tmp/x/" + String(repeating: "../", count: 12) + learner.home.dropFirst() + "/escaped"),
      TarTrap(name: "tmp/x/link", kind: "2", target: learner.home), TarTrap(name: "tmp/x/link/escaped"),
      TarTrap(name: "tmp/x/file", kind: "2", target: page), TarTrap(name: "tmp/x/file"),
      TarTrap(name: "tmp/x/hard", kind: "1", target: page), TarTrap(name: "tmp/x/device", kind: "3"),
      TarTrap(name: "tmp/x/pipe", kind: "6"), TarTrap(name: "tmp/x/plain"),
    ]
    try await inContainer("cat > /tmp/archive", input: traps.map(\.bytes).joined() + TarTrap.end)
    let answer = try await copy("/tmp/x", "caught")
    #expect(try Files.readText(learner.home + "/caught/plain") == TarTrap.content, "\(answer.error)")
    #expect(!Files.exists(learner.home + "/escaped"))
    #expect(try Files.readText(page) == "<p>Hello</p>\n")
    for name in ["link", "file", "hard"] {
      #expect(throws: SystemCallError.self, "\(name)") { try Files.linkTarget(learner.home + "/caught/" + name) }
    }
    let absolute = TarTrap(name: learner.home + "/escaped")
    try await inContainer("cat > /tmp/archive", input: absolute.bytes + TarTrap.end)
    let refused = try await copy("/tmp/x", "caught")
    #expect(refused.end == .exited(1) && refused.error.contains("tar contents corrupted"), "\(refused.error)")
    #expect(!Files.exists(learner.home + "/escaped"))
  }
}

/// An entry of an archive that no honest tar writes.
private struct TarTrap {
  static let content = "caught\n"
  static let end = String(repeating: "\0", count: 1024)

  var name: String
  var kind = "0"
  var target = ""

  var bytes: String {
    func field(_ text: String, _ size: Int) -> String { text + String(repeating: "\0", count: size - text.utf8.count) }
    func octal(_ number: Int, _ digits: Int) -> String {
      let text = String(number, radix: 8)
      return String(repeating: "0", count: digits - text.count) + text
    }
    let size = kind == "0" ? Self.content.utf8.count : 0
    let before =
      field(name, 100) + "0000644\00000000\00000000\0" + octal(size, 11) + "\0" + octal(0, 11) + "\0"
    let after = field(kind + field(target, 100) + "ustar\000", 356)
    let sum = (before + "        " + after).utf8.reduce(0) { $0 + Int($1) }
    let content = size == 0 ? "" : field(Self.content, 512)
    return before + octal(sum, 6) + "\0 " + after + content
  }
}
