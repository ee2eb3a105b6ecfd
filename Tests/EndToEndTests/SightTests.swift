import TestSupport
import Testing

/// The words that show what is behind a pod, on real ones.
@Suite(.timeLimit(.minutes(2)))
struct SightTests {
  private static let script = """
    apply -f - <<EOF && wait --for=condition=Ready pod/two --timeout=60s
    apiVersion: v1
    kind: Pod
    metadata: {name: two}
    spec:
      volumes: [{name: html, emptyDir: {}}]
      containers:
      - name: web
        image: nginx:1.27
        volumeMounts: [{name: html, mountPath: /usr/share/nginx/html}]
        resources: {limits: {memory: 64Mi}}
      - name: maker
        image: busybox:1.36
        command: [sh, -c, 'echo made > /html/index.html; sleep 1000']
        volumeMounts: [{name: html, mountPath: /html}]
    EOF
    until kubectl exec two -c web -- wget -q -O /dev/null localhost 2> /dev/null; do sleep 0.1; done
    anatomy pod/two
    why two
    timeline two
    trace delete pod two --now
    """

  @Test(.needsRoot) func rootSeesLimitsToo() async throws {
    try await Learner.with(.root) { learner in
      let answer = try await look(learner)
      #expect(TextPattern("cgroup    podium/<...>/burstable/pod").matches(answer.lineWith("cgroup    ")))
      #expect(!answer.lineWith("of 64 MiB").isEmpty)
    }
  }

  @Test func whoHearsOrComputesIsToldTheSame() async throws {
    try await Learner.with { learner in
      let script = """
        run web --image=nginx && wait --for=condition=Ready pod/web --timeout=60s
        timeline --json web
        anatomy web --json
        trace --json annotate pod web note=seen
        """
      let told = try await learner.podium("shell", "-c", script)
      #expect(told.error == "")
      for text in ["\"moments\": [", "\"sandbox\": {", "\"what\": \"patch pods/web\"", "\"to\": \"API server\""] {
        #expect(told.output.contains(text), "\(told.output)")
      }
      let heard = try await learner.podium(
        "--accessible", "shell", "-c", "timeline web; anatomy web; why web; why nobody; trace delete pod web --now")
      for text: TextPattern in [
        "+0<...>: Scheduled: Successfully assigned", "sandbox, process: <...>/pause",
        "container web, shares: net, ipc, uts with the sandbox", "kubectl to API server: delete pods/web",
        "kubelet to runtime: remove sandbox of pod web", "try: kubectl get pods",
      ] {
        #expect(text.matches(heard.output), "\(heard.output)\(heard.error)")
      }
      #expect(!heard.output.contains("|"))
    }
  }

  @Test(.needsOrdinaryUser) func anOrdinaryUserSeesWhatIsShared() async throws {
    try await Learner.with(.ordinaryUser) { learner in _ = try await look(learner) }
  }

  private func look(_ learner: Learner) async throws -> ProgramOutput {
    let answer = try await learner.podium("shell", "-c", Self.script)
    #expect(answer.error == "")
    for pattern: TextPattern in [
      "pod two on node podium, 10.244.0.", "  process   <...> /pause", "  holds     net <...>ipc <...>uts <...>",
      "container web", "  shares    net, ipc, uts with the sandbox", "  own       pid <...>mnt <...>",
      "/usr/share/nginx/html  (volume html)",
      "/var/run/secrets/kubernetes.io/serviceaccount  (volume kube-api-access-<...>, read-only)", " 1      0  nginx",
      " sleep 1000",
      "pod two runs and is ready: nothing is wrong with it now.", "web  <...>=", "Started: Started container maker",
      "pod \"two\" deleted", "|------->|", "------->|   send signal 15 to container maker of pod two",
      "remove sandbox of pod two",
      "delete pods/two  (200, ",
      "tell Killing: Stopping container web",
    ] { #expect(pattern.matches(answer.output), "\(answer.output)") }
    return answer
  }
}
