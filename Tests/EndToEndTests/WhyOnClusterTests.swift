import SystemIO
import TestSupport
import Testing

/// What `why` says of pods in every kind of trouble, and of commands that fail, on a real cluster.
@Suite(.needsUserNamespace, .timeLimit(.minutes(2)))
struct WhyOnClusterTests {
  /// A manifest's line, and what is said of it: the statement, causes, and the command to try first.
  private struct Case {
    let name: String
    let spec: String
    let statement: String
    var causes: [TextPattern] = []
    var next: String?
    var metadata = ""
  }

  private static func pod(_ container: String) -> String {
    "{containers: [{name: main, image: busybox, \(container)}]}"
  }

  private static let ofStart: [Case] = [
    Case(
      name: "well", spec: pod("command: [sleep, '1000']"), statement: "runs and is ready: nothing is wrong with it now."
    ),
    Case(
      name: "no-tag", spec: "{containers: [{name: main, image: 'busybox:none'}]}",
      statement: "is Pending: its container main waits with ImagePullBackOff.",
      causes: ["the image busybox:none cannot be had", "its registry has no tag none of it"],
      next: "kubectl set image pod/no-tag main=busybox"),
    Case(
      name: "no-pull", spec: "{containers: [{name: main, image: 'absent:1', imagePullPolicy: Never}]}",
      statement: "is Pending: its container main waits with ErrImageNeverPull.", next: "podium images pull absent:1"),
    Case(
      name: "no-program", spec: pod("command: [nosuch]"),
      statement: "is not well: its container main ends again and again (1 restarts).",
      causes: ["the image has no program nosuch"],
      next: "kubectl get pod no-program -o jsonpath='{.spec.containers[*].command}'"),
    Case(
      name: "no-key",
      spec: pod("env: [{name: A, valueFrom: {configMapKeyRef: {name: kube-root-ca.crt, key: none}}}]"),
      statement: "is Pending: its container main waits with CreateContainerConfigError.",
      causes: ["couldn't find key none", "the configmap is there, and has other keys"],
      next: "kubectl describe configmap kube-root-ca.crt"),
    Case(
      name: "no-volume",
      spec:
        "{volumes: [{name: conf, configMap: {name: none}}], containers: [{name: main, image: busybox, volumeMounts: [{name: conf, mountPath: /conf}]}]}",
      statement: "waits: its containers cannot be made yet.", causes: ["configmap \"none\" not found"],
      next: "kubectl describe pod no-volume"),
    Case(
      name: "too-large", spec: pod("resources: {requests: {cpu: '64'}}"),
      statement: "is Pending: no node has been chosen for it.",
      causes: ["container main asks for cpu 64", "the node podium has cpu <...> for all of its pods"],
      next: "kubectl describe nodes"),
    Case(
      name: "nowhere", spec: "{nodeSelector: {disk: ssd}, containers: [{name: main, image: busybox}]}",
      statement: "is Pending: no node has been chosen for it.",
      causes: ["no node has the labels that its nodeSelector or affinity asks for"],
      next: "kubectl get nodes --show-labels"),
    Case(
      name: "setup",
      spec:
        "{initContainers: [{name: first, image: busybox, command: [sh, -c, 'echo broken; exit 3']}], containers: [{name: main, image: nginx}]}",
      statement: "is Pending: its init container first ends again and again (1 restarts).",
      causes: ["its last words were: broken", "the containers after it are not started"],
      next: "kubectl logs setup -c first --previous"),
  ]

  private static let ofLife: [Case] = [
    Case(
      name: "typo", spec: pod("command: [sh, -c, 'slep 10']"),
      statement: "is not well: its container main ends again and again (1 restarts).",
      causes: ["with exit code 127: its shell did not find the command", "its last words were: sh: slep: not found"],
      next: "kubectl logs typo --previous"),
    Case(
      name: "failed", spec: "{restartPolicy: Never, containers: [{name: main, image: busybox, command: ['false']}]}",
      statement: "has failed: its container main has failed.", causes: ["with exit code 1"],
      next: "kubectl logs failed"),
    Case(
      name: "done", spec: "{restartPolicy: Never, containers: [{name: main, image: busybox, command: ['true']}]}",
      statement: "has done its work: all of its containers ended with exit code 0, and none is to be restarted."),
    Case(
      name: "unready",
      spec:
        "{containers: [{name: main, image: nginx, readinessProbe: {httpGet: {path: /none, port: 80}, periodSeconds: 1}}]}",
      statement: "runs and is not ready: services send it nothing.",
      causes: ["the readiness probe of container main fails", "has nothing at the path that the probe asks for"],
      next: "kubectl get pod unready -o jsonpath='{.spec.containers[*].readinessProbe}'"),
    Case(
      name: "probed",
      spec:
        "{containers: [{name: main, image: nginx, livenessProbe: {tcpSocket: {port: 81}, initialDelaySeconds: 1, periodSeconds: 1, failureThreshold: 1}}]}",
      statement: "runs and is ready; container main has been restarted 1 time.",
      causes: ["since its liveness probe had failed too often", "nobody in the pod listens at the port"],
      next: "kubectl get pod probed -o jsonpath='{.spec.containers[*].livenessProbe}'"),
    Case(
      name: "deaf",
      spec:
        "{terminationGracePeriodSeconds: 300, containers: [{name: main, image: busybox, command: [sh, -c, \"trap '' TERM; while true; do sleep 1; done\"]}]}",
      statement: "is being deleted.", causes: ["main has been asked to end and may take 300 s for it"],
      next: "kubectl get pod deaf"),
    Case(
      name: "held", spec: "{terminationGracePeriodSeconds: 0, containers: [{name: main, image: nginx}]}",
      statement: "is being deleted.",
      causes: ["its object stays until somebody removes the finalizers: example.com/hold"],
      next: "kubectl get pod held -o jsonpath='{.metadata.finalizers}'", metadata: ", finalizers: [example.com/hold]"),
  ]

  @Test func everyTroubleHasItsCauseAndItsNextCommand() async throws {
    let cases = Self.ofStart + Self.ofLife
    try await Learner.with { learner in
      let manifest = cases.map {
        "apiVersion: v1\nkind: Pod\nmetadata: {name: \($0.name)\($0.metadata)}\nspec: \($0.spec)\n"
      }.joined(separator: "---\n")
      try Files.write(manifest, to: learner.home + "/pods.yaml", mode: 0o644)
      try await learner.kubectl("apply", "-f", learner.home + "/pods.yaml")
      try await learner.kubectl("wait", "--for=condition=Ready", "pod/deaf", "pod/held", "--timeout=30s")
      try await learner.kubectl("delete", "pod", "deaf", "held", "--wait=false")
      for one in cases {
        let wanted = ["pod \(one.name) \(one.statement)"] + (one.next.map { ["try     \($0)"] } ?? [])
        func says(_ text: String) -> Bool {
          // How often it has been restarted until somebody looks is chance.
          let lines = text.split(separator: "\n").map {
            $0.replacing(/\(\d+ restarts\)/, with: "(1 restarts)").replacing(
              /restarted \d+ times?\./, with: "restarted 1 time.")
          }
          return wanted.allSatisfy { part in lines.contains { $0.contains(part) } }
            && one.causes.allSatisfy { cause in lines.contains { cause.matches(String($0)) } }
        }
        var answer = ""
        do {
          try await Deadline.wait("why \(one.name)", within: .seconds(25)) {
            answer = try await learner.podium("shell", "-c", "why \(one.name)").output
            return says(answer)
          }
        } catch {
          Issue.record("why \(one.name) said:\n\(answer)")
        }
        guard let next = one.next, next.hasPrefix("kubectl") else { continue }
        let tried = try await learner.podium("shell", "-c", next)
        #expect(tried.end == .exited(0), "\(next): \(tried.error)")
      }
    }
  }

  @Test func whyAloneIsAboutTheLastCommand() async throws {
    try await Learner.with { learner in
      try await learner.terminal { terminal in
        try await terminal.expect("default>", within: .seconds(60))
        try await terminal.enter("why", showing: "Nothing has been done here yet")
        try await terminal.enter("run web --image=nginx", showing: "pod/web created")
        try await terminal.enter("wait --for=condition=Ready pod/web", showing: "condition met")
        try await terminal.enter("why", showing: "The last command did what it should.")
        try await terminal.enter("get pod wbe", showing: "not found")
        try await terminal.enter(
          "why", showing: "There is no pod called \"wbe\"", "because one with a similar name is there: web",
          "try     kubectl get pod web")
        try await terminal.enter("gett pods", showing: "neither a command")
        try await terminal.enter("why", showing: "because a word that is nearly the same is get")
        try await terminal.enter("run other --image=busybox:none", showing: "pod/other created")
        // Until the node has heard that there is no such image.
        try await terminal.enter("sleep 2")
        try await terminal.enter("exec other -- ls", showing: "container not found")
        try await terminal.enter(
          "why", showing: "exec needs a container that runs", "the image busybox:none cannot be had")
        try await terminal.enter("get pods", showing: "other")
        try await terminal.enter("why", showing: "pod other is Pending", "the image busybox:none cannot be had")
        try await terminal.enter("why node", showing: "why takes one object")
        try await terminal.enter("delete pod web --now", showing: "deleted")
        try await terminal.enter("logs web", showing: "not found")
        try await terminal.enter("why", showing: "because a pod of that name was there; it was gone")
        try await terminal.enter("kubctl get pods", showing: "did you mean kubectl?")
        try await terminal.enter("pods get", showing: "a command begins with what is to be done: get pods")
        // A lesson comes first, unless a command has just failed.
        try await terminal.enter("start first-pod", showing: "Step 1 of 5")
        try await terminal.enter("why", showing: "NOT YET")
        try await terminal.enter("get pod wbe", showing: "not found")
        try await terminal.enter("why", showing: "There is no pod called \"wbe\"")
        try await terminal.type("exit\r")
        #expect(try await terminal.waitForEnd() == .exited(0))
      }
      let script = "create deployment web --image=nginx\nwhy deploy/web\nwhy node/podium\nwhy --json node podium"
      let told = try await learner.podium("shell", "-c", script)
      for text in ["deployment web has 0 of 1 pods ready.", "node podium is ready and takes pods", "\"isWell\": true"] {
        #expect(told.output.contains(text), "\(told.output)\(told.error)")
      }
    }
  }
}
