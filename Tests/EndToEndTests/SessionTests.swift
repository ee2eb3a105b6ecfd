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
      try await first.enter("start first-pod", showing: "Step 1 of 5: One command, one Pod")
      try await first.enter("check", showing: "0 of 6 are done", "NOT YET  pod kuard is Ready")

      // A second terminal sees the same cluster, as it changes.
      try await learner.terminal("kubectl", "get", "pods", "--watch", "-n", "first-pod") { second in
        try await run(first)
        try await second.expect("NAME<...>READY   STATUS<...>RESTARTS<...>AGE", within: .seconds(30))
        try await second.expect("kuard<...>1/1     Running<...>0 ", within: .seconds(30))
        try await describe(first)
        try await lookBehind(first)
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

  private func run(_ terminal: PseudoTerminal) async throws {
    try await terminal.enter("kubectl run kuard --image=willvelida/kuard", showing: "pod/kuard created")
    try await terminal.enter("check", showing: "ok<...>GET http://pod/kuard:8080/")
    try await terminal.enter("answer 2", showing: "Not quite: The image", "The cluster knows it")
    try await terminal.enter("answer 1", showing: "Step 1 of 5 is done.")
    try await terminal.enter(
      "get pods -o wide", showing: "NAME <...>READY <...>STATUS <...>RESTARTS <...>AGE <...>IP <...>NODE",
      "kuard <...>1/1 <...>Running <...>0 <...> 10.244.0.<...> podium ")
    try await terminal.enter("answer node podium", showing: "ok       podium")
    try await terminal.enter("skip", showing: "10.244.0.", "Step 2 of 5 is done.")
  }

  private func describe(_ terminal: PseudoTerminal) async throws {
    try await terminal.enter("hint", showing: "Hint 1 of 3")
    try await terminal.enter("why", showing: "NOT YET", "expected<...>Ready = True")
    try await terminal.enter(
      "skip", showing: "$ kubectl apply -f hello-pod.yaml", "pod/hello-pod created", "Step 3 of 5 is done.")
  }

  private func lookBehind(_ terminal: PseudoTerminal) async throws {
    try await terminal.enter("trace apply -f first-pod.yaml", showing: "pod/first created", "scheduler", "kubelet")
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
    try await terminal.enter(
      "exec first -- wget -q -O - http://localhost/hello", showing: "command terminated with exit code 1")
    try await terminal.enter("logs first", showing: "GET /hello")
    try await terminal.enter("answer default-scheduler", showing: "ok       default-scheduler")
    try await terminal.enter("answer 4", showing: "Step 4 of 5 is done.")
  }

  private func delete(_ terminal: PseudoTerminal) async throws {
    try await terminal.enter("delete pod kuard first", showing: "pod \"first\" deleted")
    try await terminal.enter("delete -f hello-pod.yaml", showing: "pod \"hello-pod\" deleted")
    try await terminal.enter("answer 1", showing: "Your first Pod: done")
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
