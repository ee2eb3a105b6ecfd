import TestSupport
import Testing

/// A learner's first session, key by key: what README promises.
@Suite(.timeLimit(.minutes(2)))
struct SessionTests {
  @Test(.needsRoot) func rootGetsThroughTheFirstLesson() async throws {
    try await Learner.with(.root, session)
  }

  @Test(.needsOrdinaryUser) func anOrdinaryUserGetsThroughTheFirstLesson() async throws {
    try await Learner.with(.ordinaryUser, session)
  }

  private func session(_ learner: Learner) async throws {
    try await learner.terminal { first in
      try await first.expect("default>", within: .seconds(60))
      try await first.enter("lessons", showing: "first-pod<...>Your first Pod")
      try await first.enter("start first-pod", showing: "Step 1 of 4: Create the Pod")
      try await first.enter("check", showing: "0 of 5 conditions hold", "NOT YET  pod first is Ready")

      // A second terminal sees the same cluster, as it changes.
      try await learner.terminal("kubectl", "get", "pods", "--watch", "-n", "first-pod") { second in
        try await create(first)
        try await second.expect("NAME<...>READY   STATUS<...>RESTARTS<...>AGE", within: .seconds(30))
        try await second.expect("first<...>1/1     Running<...>0 ", within: .seconds(30))
        try await lookInside(first)
        try await delete(first)
        try await second.expect("first<...>1/1     Terminating<...>0 ")
        try await second.press(.controlC)
        _ = try await second.waitForEnd()
      }

      try await first.enter("get pods", showing: "No resources found in default namespace.")
      try await first.type("exit\r")
      #expect(try await first.waitForEnd() == .exited(0))
      #expect(first.isCooked)
    }
    // Leaving the prompt stops nothing, and keeps what was learned.
    #expect(try await learner.podium("cluster", "status").end == .exited(0))
    #expect(TextPattern("first-pod<...>done").matches(try await learner.podium("lessons").lineWith("first-pod")))
  }

  private func create(_ terminal: PseudoTerminal) async throws {
    // What the tutor has seen appears above the prompt, be it there already or not.
    try await terminal.enter(
      "kubectl apply -f first-pod.yaml", showing: "pod/first created", "Step 1 of 4 is done.")
    try await terminal.enter(
      "get pods -o wide", showing: "NAME <...>READY <...>STATUS <...>RESTARTS <...>AGE <...>IP <...>NODE",
      "first <...>1/1 <...>Running <...>0 <...> 10.244.0.<...> podium ")
    try await terminal.enter(
      "describe pod first", showing: "Name:<...>first", "Status:<...>Running", "IP:<...>10.244.0.", "Restart Count:  0",
      "Scheduled<...>default-scheduler  Successfully assigned first-pod/first to podium",
      "Pulled<...>kubelet<...>Container image \"nginx\" already present on machine",
      "Created<...>kubelet<...>Created container: web", "Started<...>kubelet<...>Started container web")
  }

  private func lookInside(_ terminal: PseudoTerminal) async throws {
    // The container's own process ids: its program is the first.
    try await terminal.enter("exec first -- ps aux", showing: "USER<...>PID<...>COMMAND", "root<...> 1 <...>nginx")
    try await terminal.type("exec -it first -- sh\r")
    try await terminal.expect("/ #")
    try await terminal.type("tty\r")
    try await terminal.expect("/dev/pts/0")
    try await terminal.expect("/ #")
    try await terminal.enter("exit 3", showing: "command terminated with exit code 3")

    try await terminal.enter("check", showing: "NOT YET  <...>index.html")
    try await terminal.enter("hint", showing: "Hint 1 of 2")
    try await terminal.enter("why", showing: "NOT YET", "expected<...>prints \"first\"")
    try await terminal.enter(
      "skip", showing: "$ kubectl exec first -- sh -c 'hostname > /usr/share/nginx/html/index.html'",
      "Step 2 of 4 is done.")
    try await terminal.enter(
      "exec first -- wget -q -O - http://localhost/hello", showing: "command terminated with exit code 1",
      "Step 3 of 4 is done.")
    try await terminal.enter("logs first", showing: "GET /hello")
  }

  private func delete(_ terminal: PseudoTerminal) async throws {
    try await terminal.enter("delete pod first", showing: "pod \"first\" deleted", "Your first Pod: done")
  }
}

extension PseudoTerminal {
  /// Types a line at the prompt, and waits for the lines that answer it and for the next prompt.
  func enter(_ line: String, showing patterns: TextPattern...) async throws {
    try await type(line + "\r")
    for pattern in patterns { try await expect(pattern, within: .seconds(30)) }
    try await expect(Learner.prompt)
  }
}

extension ProgramOutput {
  /// The first line of the output that has the text in it; empty when there is none.
  func lineWith(_ text: String) -> String {
    output.split(separator: "\n").map(String.init).first { TextPattern(text).matches($0) } ?? ""
  }
}
