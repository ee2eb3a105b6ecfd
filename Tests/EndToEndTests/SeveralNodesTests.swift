import SystemIO
import TestSupport
import Testing

/// Clusters of more than one node.
@Suite(.needsUserNamespace, .timeLimit(.minutes(1)))
struct SeveralNodesTests {
  @Test(.needsRoot) func podsOfRootReachEachOtherAcrossNodes() async throws {
    try await Learner.with(.root, reachEachOther)
  }

  @Test(.needsOrdinaryUser) func podsOfAnOrdinaryUserReachEachOtherAcrossNodes() async throws {
    try await Learner.with(.ordinaryUser, reachEachOther)
  }

  private func reachEachOther(_ learner: Learner) async throws {
    let before = learner.census()
    let answer = try await learner.podium("cluster", "start", "--nodes", "3")
    #expect(
      answer.output == "The cluster \"\(learner.cluster)\" has started; its 3 nodes are ready.\n", "\(answer.error)")
    let applied = try await learner.podium(["kubectl", "apply", "-f", "-"], input: Self.manifests)
    #expect(applied.end == .exited(0), "\(applied.error)")
    try await learner.kubectl("wait", "--for=condition=Ready", "pods", "--all", "--timeout=30s")
    let web = try await learner.kubectl("get", "pod", "web", "-o", "jsonpath={.status.podIP}")
    #expect(web.hasPrefix("10.244.1."))

    func ask(_ command: String) async throws -> String {
      try await learner.kubectl("exec", "client", "--", "sh", "-c", command)
    }
    // Much more than fits into one packet, or one mailbox.
    try await learner.kubectl(
      "exec", "web", "--", "sh", "-c", "head -c 50000000 /dev/urandom > /usr/share/nginx/html/big")
    let sent = try await learner.kubectl("exec", "web", "--", "sha256sum", "/usr/share/nginx/html/big")
    let received = try await ask("wget -q -O - http://\(web)/big | sha256sum")
    #expect(received.prefix(64) == sent.prefix(64) && received.count > 64)
    #expect(try await ask("ping -c 1 -W 5 \(web)").contains("1 packets received"))
    #expect(try await ask("ping -c 1 -W 5 10.244.2.1").contains("1 packets received"), "the node itself")
    // Datagrams too, whatever their size.
    let echo = try await learner.kubectl("get", "pod", "echo", "-o", "jsonpath={.status.podIP}")
    let call = """
      $s = IO::Socket::INET->new(Proto => q(udp), PeerAddr => q(\(echo)), PeerPort => 5353);
      for (5, 1400, 40000) { $s->send(q(x) x $_); alarm 5; $s->recv($b, 65000); print length $b, qq(\\n) }
      """
    let told = try await learner.kubectl("exec", "caller", "--", "perl", "-MIO::Socket::INET", "-e", call)
    #expect(told == "5\n1400\n40000\n")
    // A node's own programs, which is what pods of its network are.
    let fromNode = try await learner.kubectl("exec", "onnode", "--", "wget", "-q", "-O", "-", "http://\(web)/")
    #expect(fromNode.contains("Welcome to nginx!"))

    // Both of the first node are down; the others do not need it.
    #expect(try await learner.podium("node", "stop", "podium").end == .exited(0))
    let others = try await learner.kubectl("exec", "onnode", "--", "ping", "-c", "1", "-W", "5", web)
    #expect(others.contains("1 packets received"))
    let lost = try await learner.podium("kubectl", "exec", "onnode", "--", "ping", "-c", "1", "-W", "1", "10.244.0.1")
    #expect(lost.output.contains("0 packets received"))

    #expect(try await learner.podium("cluster", "stop").end == .exited(0))
    try await learner.expectNothingMore(than: before)
    #expect(try Files.list("\(learner.home)/runtime/podium/\(learner.cluster)/sockets") == [])
  }

  @Test func nodesComeAndGo() async throws {
    try await Learner.with { learner in
      func node(_ words: String...) async throws -> ProgramOutput { try await learner.podium(["node"] + words) }
      func states() async throws -> [String: String] {
        let lines = try await node("list").output.split(separator: "\n").dropFirst()
        let words = lines.map { $0.split(separator: " ").map(String.init) }
        return Dictionary(uniqueKeysWithValues: words.map { ($0[0], $0[1] + " " + $0[3]) })
      }
      #expect(try await node("add").output == "Node podium-2 is ready.\n")
      #expect(try await node("add", "far").output == "Node far is ready.\n")
      #expect(
        try await states() == [
          "podium": "running 10.244.0.0/24", "podium-2": "running 10.244.1.0/24", "far": "running 10.244.2.0/24",
        ])
      let pod = try await learner.podium(["kubectl", "apply", "-f", "-"], input: Self.pod("guest", on: "far"))
      #expect(pod.end == .exited(0), "\(pod.error)")
      let first = try await PodTrace("guest", learner)
      func address() async throws -> String {
        try await learner.kubectl("get", "pod", "guest", "-o", "jsonpath={.status.podIP}")
      }
      #expect(try await address() == "10.244.2.2")

      // Without power for a moment: the pod runs anew.
      #expect(try await node("kill", "far").end == .exited(0))
      try await Deadline.wait("another container of the pod", within: .seconds(20)) {
        let later = try await PodTrace(ready: "guest", learner)
        return later.map { $0.uid == first.uid && $0.container != first.container } ?? false
      }

      #expect(try await address() == "10.244.2.3", "who still talks to the old address must not reach another pod")

      // Stopped means stopped, for the next control plane too.
      #expect(try await node("stop", "far").end == .exited(0))
      #expect(try await states()["far"] == "stopped 10.244.2.0/24")
      _ = try await learner.podium("cluster", "stop")
      let again = try await learner.podium("cluster", "start")
      #expect(again.output.hasSuffix("has started; 1 of its nodes stopped: see podium node list.\n"), "\(again)")
      #expect(try await states()["far"] == "stopped 10.244.2.0/24")
      let killed = try await node("kill", "far")
      #expect(killed.error == "podium: node \"far\" does not run: start it by podium node start far\n")
      #expect(try await node("start", "far").output == "Node far is ready.\n")

      // What was of a removed node is gone, and its range is free.
      #expect(try await node("remove", "far").end == .exited(0))
      #expect(try await learner.kubectl("get", "nodes", "-o", "name") == "node/podium\nnode/podium-2\n")
      #expect(try await learner.podium("kubectl", "get", "pods").error.contains("No resources found"))
      let leftovers = try Files.list(learner.state).filter { $0.hasPrefix("node-far") }
      #expect(leftovers == [])
      #expect(try await node("add", "near").output == "Node near is ready.\n")
      #expect(try await states()["near"] == "running 10.244.2.0/24")

      for (words, complaint) in [
        (["add", "near"], "the cluster has a node \"near\" already: see podium node list"),
        (["remove", "none"], "the cluster has no node \"none\": it has podium, podium-2, near"),
        (["stop", "none"], "the cluster has no node \"none\": it has podium, podium-2, near"),
        (["stop"], "podium node stop needs the name of a node: podium node list tells them"),
      ] {
        #expect(try await learner.podium(["node"] + words).error == "podium: \(complaint)\n")
      }
      let badName = try await node("add", "Far_away")
      #expect(badName.error.contains("\"Far_away\" cannot be the name of a node: use at most"))
      _ = try await node("remove", "near")
      _ = try await node("remove", "podium-2")
      #expect(try await node("remove", "podium").error.contains("\"podium\" is the only node"))
    }
  }

  @Test func aPortOfANodeIsGivenOnce() async throws {
    try await Learner.with { learner in
      _ = try await learner.podium("cluster", "start", "--nodes", "2")
      let pods = (1...3).map { number in
        """
        {apiVersion: v1, kind: Pod, metadata: {name: web\(number)}, spec: {hostNetwork: true, containers: [
          {name: main, image: nginx, ports: [{containerPort: 80}]}]}}
        """
      }
      for pod in pods { _ = try await learner.podium(["kubectl", "apply", "-f", "-"], input: pod) }
      try await learner.kubectl("wait", "--for=condition=Ready", "pod/web1", "pod/web2", "--timeout=30s")
      let places = try await learner.kubectl(
        "get", "pods", "-o", "jsonpath={range .items[*]}{.spec.nodeName}={.status.podIP} {end}")
      #expect(Set(places.split(separator: " ")) == ["podium=10.244.0.1", "podium-2=10.244.1.1", "="])
      try await Deadline.wait("the reason why the third one waits") {
        try await learner.kubectl("get", "events").contains(
          "0/2 nodes are available: 2 node(s) didn't have free ports for the requested pod ports. "
            + "preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.")
      }
    }
  }

  @Test(.needsRoot) func rootLooksAroundInANode() async throws {
    try await Learner.with(.root, lookAround)
  }

  @Test(.needsOrdinaryUser) func anOrdinaryUserLooksAroundInANode() async throws {
    try await Learner.with(.ordinaryUser, lookAround)
  }

  private func lookAround(_ learner: Learner) async throws {
    _ = try await learner.podium("cluster", "start", "--nodes", "2")
    func shell(_ words: String...) async throws -> ProgramOutput {
      try await learner.podium(["node", "shell"] + words)
    }
    let seen = try await shell(
      "podium-2", "--", "sh", "-c",
      "hostname; id -u; pwd; ps -e -o comm=; ls /sys/class/net; cut -d' ' -f2 /proc/mounts")
    let lines = Set(seen.output.split(separator: "\n"))
    for line in [
      "podium-2", "0", "/root", "podium-init", "podium-kubelet", "podium-packets", "podium0", "uplink", "wire", "/proc",
      "/dev",
    ] {
      #expect(lines.contains(Substring(line)), "\(line) in \(seen)")
    }
    #expect(try await shell("--", "hostname").output == "podium\n")
    #expect(try await shell("--", "sh", "-c", "exit 42").end == .exited(42))
    #expect(try await shell("--", "sh", "-c", "kill -9 $$").end == .exited(137))
    #expect(try await shell("--", "nothing-like-it").error == "podium: nothing-like-it: No such file or directory\n")
    #expect(try await shell("none").error == "podium: the cluster has no node \"none\": see podium node list\n")
    #expect(try await shell("podium", "ls").error == "podium: unexpected word \"ls\": a command follows after --\n")
    try await learner.terminal("node", "shell", "podium-2") { terminal in
      try await terminal.expect("podium-2:~#")
      try await terminal.type("stty size; exit 3\r")
      try await terminal.expect("40 132")
      #expect(try await terminal.waitForEnd() == .exited(3))
    }
    _ = try await learner.podium("node", "stop", "podium-2")
    #expect(
      try await shell("podium-2").error
        == "podium: node \"podium-2\" does not run: start it by podium node start podium-2\n")
  }

  private static func pod(_ name: String, on node: String) -> String {
    "{apiVersion: v1, kind: Pod, metadata: {name: \(name)}, spec: {nodeName: \(node), terminationGracePeriodSeconds: 1, "
      + "containers: [{name: main, image: busybox, command: [sleep, \"1000\"]}]}}"
  }

  private static let echo =
    "$s = IO::Socket::INET->new(Proto => q(udp), LocalPort => 5353); $s->send($b) while $s->recv($b, 65000)"

  /// With the programs of the machine, which has more of them than an image.
  private static func perl(_ name: String, on node: String, _ script: String) -> String {
    """
    apiVersion: v1
    kind: Pod
    metadata: {name: \(name)}
    spec:
      nodeName: \(node)
      terminationGracePeriodSeconds: 1
      containers:
      - name: main
        image: busybox
        command: [perl, -MIO::Socket::INET, -e, '\(script)']
        volumeMounts: [{name: usr, mountPath: /usr, readOnly: true}, {name: lib, mountPath: /lib64, readOnly: true}]
      volumes: [{name: usr, hostPath: {path: /usr}}, {name: lib, hostPath: {path: /usr/lib64}}]
    """
  }

  private static let manifests = """
    \(pod("client", on: "podium"))
    ---
    \(perl("caller", on: "podium", "sleep 1000"))
    ---
    \(perl("echo", on: "podium-3", Self.echo))
    ---
    {apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {nodeName: podium-2, containers: [{name: main, image: nginx}]}}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: onnode}
    spec:
      nodeName: podium-3
      hostNetwork: true
      terminationGracePeriodSeconds: 1
      containers: [{name: main, image: busybox, command: [sleep, "1000"]}]
    """
}
