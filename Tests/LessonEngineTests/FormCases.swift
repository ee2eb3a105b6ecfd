import KubernetesAPI
import ObjectSchema

@testable import LessonEngine

extension FormCase {
  static let all =
    absence + existence + pods + shape + containers + history + events + files + commands + logs + network + isolation

  // What clusters say to those who may not look.
  private static let execRefused = refusal("no command can be run in pod web", "create", "pods/exec")
  private static let logRefused = refusal("the log of pod web cannot be read", "get", "pods/log")
  private static let forwardRefused = refusal("port 80 of pod web cannot be reached", "create", "pods/portforward")
  private static let unreadable = (
    found: "file /box/out cannot be read in container web",
    because: #"exec: "cat": executable file not found in $PATH"#
  )

  private static func refusal(_ what: String, _ verb: String, _ resource: String) -> (found: String, because: String) {
    (
      what,
      "pods \"web\" is forbidden: User \"learner\" cannot \(verb) resource \"\(resource)\" in API group \"\" in the "
        + "namespace \"first-pod\""
    )
  }

  private static let absence: [FormCase] = [
    FormCase(
      "none", "no configmap exists",
      holds: { _, _ in },
      misses: { story, _ in story.object(ConfigMap.self, "settings") },
      says: """
        expected  no configmap in the namespace
        found     there is settings
        look      kubectl get configmaps
        """,
      hiding: ConfigMap.resource),
    FormCase(
      "nothing-left", "nothing of step create is left",
      holds: { story, _ in
        story.history.beginStep("create")
        story.pod("web")
        story.gone("web")
      },
      misses: { story, _ in
        story.history.beginStep("create")
        story.pod("web")
        story.object(Service.self, "web")
        story.gone("web")
      },
      says: """
        expected  no object, process or directory of step create
        found     service web is still there
        look      kubectl get service web
        """,
      hides: { story, witness in
        story.history.beginStep("create")
        story.pod("web")
        story.gone("web")
        witness.refusal = (
          "the kubelet of node-1 does not tell what is left of a pod",
          "the server could not find the requested resource"
        )
      },
      reason: """
        expected  no object, process or directory of step create
        found     the kubelet of node-1 does not tell what is left of a pod
        because   the server could not find the requested resource
        look      kubectl events --for pod/web
        """),
  ]

  private static let existence: [FormCase] = [
    FormCase(
      "exists", "configmap settings exists",
      holds: { story, _ in story.object(ConfigMap.self, "settings") },
      misses: { story, _ in story.object(ConfigMap.self, "setings") },
      says: """
        expected  a configmap called settings
        found     there is no configmap settings; there is setings
        look      kubectl get configmaps
        """,
      hiding: ConfigMap.resource),
    FormCase(
      "is-gone", "pod web is gone",
      holds: { story, _ in
        story.pod("web")
        story.gone("web")
      },
      misses: { story, _ in
        story.pod("web") {
          $0.run()
          $0.metadata.deletionTimestamp = Timestamp(seconds: 0)
          $0.metadata.deletionGracePeriodSeconds = 30
        }
      },
      says: """
        expected  no pod web any more
        found     Terminating, 1/1 containers ready
        because   it is being deleted: its containers have 30 seconds to end
        look      kubectl get pod web
        """),
    FormCase(
      "condition", "condition Available of deployment web is True",
      holds: { story, _ in story.object(Deployment.self, "web") { $0.status.conditions = [.available(true)] } },
      misses: { story, _ in story.object(Deployment.self, "web") { $0.status.conditions = [.available(false)] } },
      says: """
        expected  Available = True
        found     Available = False
        because   Deployment does not have minimum availability.
        look      kubectl describe deployment web
        """,
      hiding: Deployment.resource),
  ]

  private static let pods: [FormCase] = [
    FormCase(
      "pod-not-ready", "pod web is not ready",
      holds: { story, _ in story.pod("web") { $0.run(ready: false) } },
      misses: { story, _ in story.pod("web") { $0.run() } },
      says: """
        expected  Running with Ready = False
        found     Running, 1/1 containers ready
        look      kubectl describe pod web
        """),
    FormCase(
      "pod-state", "pod web is Ready",
      holds: { story, _ in story.pod("web") { $0.run() } },
      misses: { story, _ in story.pod("web") { $0.wait("ImagePullBackOff", "Back-off pulling image \"nginx:1.72\"") } },
      says: """
        expected  Ready = True
        found     ImagePullBackOff, 0/1 containers ready
        because   container web is waiting: ImagePullBackOff, Back-off pulling image "nginx:1.72"
        look      kubectl describe pod web
        """),
    FormCase(
      "pods-labelled", "2 pods labelled app=web are Ready",
      holds: { story, _ in story.labelled(ready: true, true) },
      misses: { story, _ in story.labelled(ready: true, false) },
      says: """
        expected  2 Ready pods with the label app=web
        found     2 pods with the label, 1 of them Ready
        look      kubectl get pods -l app=web
        """),
    FormCase(
      "pods-labelled-at-least", "at least 1 pod labelled app=web is Ready",
      holds: { story, _ in story.labelled(ready: true, false) },
      misses: { story, _ in story.labelled(ready: false, false) },
      says: """
        expected  at least 1 Ready pod with the label app=web
        found     2 pods with the label, 0 of them Ready
        look      kubectl get pods -l app=web
        """),
  ]

  private static let shape: [FormCase] = [
    FormCase(
      "containers", "pod web has containers web, helper",
      holds: { story, _ in story.shaped { $0.spec.containers.append(.named("helper")) } },
      misses: { story, _ in story.shaped() },
      says: """
        expected  containers web, helper
        found     web
        look      kubectl get pod web -o yaml
        """),
    FormCase(
      "init-containers", "pod web has init containers fetch",
      holds: { story, _ in story.shaped { $0.spec.initContainers = [.named("fetch")] } },
      misses: { story, _ in story.shaped() },
      says: """
        expected  init containers fetch
        found     none
        look      kubectl get pod web -o yaml
        """),
    FormCase(
      "image-like", #"image of container web in pod web is like "nginx:*""#,
      holds: { story, _ in story.shaped() },
      misses: { story, _ in story.shaped { $0.spec.containers[0].image = "ngnix:1.27" } },
      says: """
        expected  an image like nginx:*
        found     ngnix:1.27
        look      kubectl get pod web -o yaml
        """),
    FormCase(
      "image", "image of container web in pod web is nginx:1.27",
      holds: { story, _ in story.shaped() },
      misses: { story, _ in story.shaped { $0.spec.containers[0].image = "nginx:latest" } },
      says: """
        expected  the image nginx:1.27
        found     nginx:latest
        look      kubectl get pod web -o yaml
        """),
    FormCase(
      "env", "pod web has env MODE=prod in container web",
      holds: { story, _ in story.shaped { $0.spec.containers[0].env = [.named("MODE", "prod")] } },
      misses: { story, _ in story.shaped { $0.spec.containers[0].env = [.named("MODE", "test")] } },
      says: """
        expected  MODE=prod in container web
        found     MODE=test
        look      kubectl get pod web -o yaml
        """),
    FormCase(
      "label", "pod web has label app=web",
      holds: { story, _ in story.shaped { $0.metadata.labels = ["app": "web"] } },
      misses: { story, _ in story.shaped { $0.metadata.labels = ["app": "wbe"] } },
      says: """
        expected  the label app=web
        found     app=wbe
        look      kubectl get pod web --show-labels
        """),
    FormCase(
      "mount", "container web of pod web mounts volume box at /box",
      holds: { story, _ in story.shaped { $0.spec.containers[0].volumeMounts = [.named("box", "/box")] } },
      misses: { story, _ in story.shaped { $0.spec.containers[0].volumeMounts = [.named("box", "/bx")] } },
      says: """
        expected  volume box at /box in container web
        found     box at /bx
        look      kubectl get pod web -o yaml
        """),
    FormCase(
      "probe", "container web of pod web has a liveness probe",
      holds: { story, _ in story.shaped { $0.spec.containers[0].livenessProbe = Probe() } },
      misses: { story, _ in story.shaped { $0.spec.containers[0].readinessProbe = Probe() } },
      says: """
        expected  container web has a liveness probe
        found     a readiness probe
        look      kubectl get pod web -o yaml
        """),
    FormCase(
      "resources", "container web of pod web has a limit of memory=64Mi",
      holds: { story, _ in story.shaped { $0.spec.containers[0].resources.limits = ["memory": Quantity("64Mi")!] } },
      misses: { story, _ in story.shaped { $0.spec.containers[0].resources.limits = ["memory": Quantity("64M")!] } },
      says: """
        expected  a limit of memory=64Mi for container web
        found     memory=64M
        look      kubectl get pod web -o yaml
        """),
  ]

  private static let containers: [FormCase] = [
    FormCase(
      "container-running", "container web of pod web is running",
      holds: { story, _ in story.pod("web") { $0.run() } },
      misses: { story, _ in
        story.pod("web") { $0.wait("CrashLoopBackOff", "back-off 10s restarting failed container=web", after: 1) }
      },
      says: """
        expected  container web is running
        found     waiting: CrashLoopBackOff, restarted once
        because   back-off 10s restarting failed container=web
        look      kubectl describe pod web
        """),
    FormCase(
      "container-not-ready", "container web of pod web is not ready",
      holds: { story, _ in story.pod("web") { $0.run(ready: false) } },
      misses: { story, _ in story.pod("web") { $0.run() } },
      says: """
        expected  container web is not ready
        found     running, ready, never restarted
        look      kubectl describe pod web
        """),
    FormCase(
      "container-ready", "container web of pod web is ready",
      holds: { story, _ in story.pod("web") { $0.run() } },
      misses: { story, _ in story.pod("web") { $0.run(ready: false) } },
      says: """
        expected  container web is ready
        found     running, not ready, never restarted
        look      kubectl describe pod web
        """),
    FormCase(
      "container-waiting", "container web of pod web is waiting for CrashLoopBackOff",
      holds: { story, _ in story.pod("web") { $0.wait("CrashLoopBackOff") } },
      misses: { story, _ in story.pod("web") { $0.end(code: 1) } },
      says: """
        expected  container web is waiting for CrashLoopBackOff
        found     ended with exit code 1 (Error), never restarted
        look      kubectl describe pod web
        """),
    FormCase(
      "container-exited", "container web of pod web exited with code 3",
      holds: { story, _ in story.pod("web") { $0.end(code: 3) } },
      misses: { story, _ in story.pod("web") { $0.end(code: 137, reason: "OOMKilled") } },
      says: """
        expected  container web has ended with exit code 3
        found     ended with exit code 137 (OOMKilled), never restarted
        look      kubectl describe pod web
        """),
    FormCase(
      "container-ended", "container web of pod web ended because of OOMKilled",
      holds: { story, _ in story.pod("web") { $0.end(code: 137, reason: "OOMKilled") } },
      misses: { story, _ in story.pod("web") { $0.end(code: 137) } },
      says: """
        expected  container web has ended because of OOMKilled
        found     ended with exit code 137 (Error), never restarted
        look      kubectl describe pod web
        """),
    FormCase(
      "container-restarted", "container web of pod web restarted at least 1 time",
      holds: { story, _ in story.pod("web") { $0.run(restarts: 1) } },
      misses: { story, _ in story.pod("web") { $0.run() } },
      says: """
        expected  container web was restarted once or more
        found     running, ready, never restarted
        look      kubectl describe pod web
        """),
    FormCase(
      "container-never-restarted", "container web of pod web never restarted",
      holds: { story, _ in story.pod("web") { $0.run() } },
      misses: { story, _ in story.pod("web") { $0.run(restarts: 2, after: 1) } },
      says: """
        expected  container web has run without a restart
        found     running, ready, restarted 2 times
        because   the run before ended with exit code 1 (Error)
        look      kubectl describe pod web
        """),
  ]

  private static let history: [FormCase] = [
    FormCase(
      "was-then", "pod web was Running then Failed",
      holds: { story, _ in
        story.pod("web") { $0.run() }
        story.pod("web") { $0.end(code: 1) }
      },
      misses: { story, _ in
        story.pod("web") { $0.run() }
        story.pod("web") { $0.end(code: 0, reason: "Completed") }
      },
      says: """
        expected  it was Running, then Failed
        found     it was Running, then Completed
        look      kubectl describe pod web
        """),
    FormCase(
      "was", "pod web was Ready",
      holds: { story, _ in
        story.pod("web") { $0.run() }
        story.pod("web") { $0.run(ready: false) }
      },
      misses: { story, _ in
        story.pod("web") { $0.wait("ContainerCreating") }
        story.pod("web") { $0.run(ready: false) }
      },
      says: """
        expected  it was Ready
        found     it was ContainerCreating 0/1, then Running 0/1
        look      kubectl describe pod web
        """),
    FormCase(
      "finished-before", "container fetch finished before container web started in pod web",
      holds: { story, _ in story.pod("web") { $0.fetch(endedAt: 1, startedAt: 2) } },
      misses: { story, _ in story.pod("web") { $0.fetch(endedAt: 3, startedAt: 2) } },
      says: """
        expected  fetch has ended before web started
        found     web started before fetch ended
        look      kubectl describe pod web
        """),
    FormCase(
      "readiness", "readiness of pod web went true then false",
      holds: { story, _ in
        story.pod("web") { $0.run() }
        story.pod("web") { $0.run(ready: false) }
      },
      misses: { story, _ in
        story.pod("web") { $0.run(ready: false) }
        story.pod("web") { $0.run() }
      },
      says: """
        expected  Ready went True, then False
        found     Ready was False, then True
        look      kubectl describe pod web
        """),
  ]

  private static let events: [FormCase] = [
    FormCase(
      "event", #"event Unhealthy happened for pod web with "statuscode: 404""#,
      holds: { story, _ in
        story.pod("web")
        story.event("Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 404")
      },
      misses: { story, _ in
        story.pod("web")
        story.event("Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 500")
      },
      says: """
        expected  event Unhealthy with "statuscode: 404"
        found     it happened with "Liveness probe failed: HTTP probe failed with statuscode: 500"
        look      kubectl events --for pod/web
        """,
      hiding: Event.resource),
    FormCase(
      "event-times", "event Started happened at least 2 times for pod web",
      holds: { story, _ in
        story.pod("web")
        story.event("Started", count: 2)
      },
      misses: { story, _ in
        story.pod("web")
        story.event("Started")
      },
      says: """
        expected  event Started, 2 times or more
        found     it happened once
        look      kubectl events --for pod/web
        """,
      hiding: Event.resource),
    FormCase(
      "events-in-order", "events Pulled, Created, Started happened in this order for pod web",
      holds: { story, _ in
        story.pod("web")
        for reason in ["Pulled", "Created", "Started"] { story.event(reason) }
      },
      misses: { story, _ in
        story.pod("web")
        for reason in ["Pulled", "Created", "Failed"] { story.event(reason) }
      },
      says: """
        expected  events Pulled, Created, Started in this order
        found     events Pulled, Created, Failed
        look      kubectl events --for pod/web
        """,
      hiding: Event.resource),
  ]

  private static let files: [FormCase] = [
    FormCase(
      "file-exists", "file /box/out in pod web exists",
      holds: { story, witness in
        story.pod("web") { $0.run() }
        witness.files = ["/box/out": .tick]
      },
      misses: { story, _ in story.pod("web") { $0.run() } },
      says: """
        expected  a file /box/out
        found     there is no file /box/out
        look      kubectl exec web -- cat /box/out
        """,
      hides: { story, witness in
        story.pod("web") { $0.run() }
        witness.refusal = unreadable
      },
      reason: """
        expected  a file /box/out
        found     file /box/out cannot be read in container web
        because   exec: "cat": executable file not found in $PATH
        look      kubectl exec web -- cat /box/out
        """),
    FormCase(
      "file-missing", "file /box/out in pod web, container web does not exist",
      holds: { story, _ in story.pod("web") { $0.run() } },
      misses: { story, witness in
        story.pod("web") { $0.run() }
        witness.files = ["/box/out": .tick]
      },
      says: """
        expected  no file /box/out
        found     there is a file /box/out
        look      kubectl exec web -c web -- cat /box/out
        """,
      hides: { story, witness in
        story.pod("web") { $0.run() }
        witness.refusal = unreadable
      },
      reason: """
        expected  no file /box/out
        found     file /box/out cannot be read in container web
        because   exec: "cat": executable file not found in $PATH
        look      kubectl exec web -c web -- cat /box/out
        """),
    FormCase(
      "file-contains", #"file /box/out in pod web contains "tock""#,
      holds: { story, witness in
        story.pod("web") { $0.run() }
        witness.files = ["/box/out": .file(content: "tick\ntock\n", size: 10)]
      },
      misses: { story, witness in
        story.pod("web") { $0.run() }
        witness.files = ["/box/out": .tick]
      },
      says: """
        expected  /box/out contains "tock"
        found     1 line: tick
        look      kubectl exec web -- cat /box/out
        """,
      hides: { story, witness in
        story.pod("web") { $0.run() }
        witness.files = ["/box/out": .file(content: "tick\n", size: 1 << 21)]
      },
      reason: """
        expected  /box/out contains "tock"
        found     only the first 5 of 2097152 bytes can be read
        look      kubectl exec web -- cat /box/out
        """),
    FormCase(
      "file-equals", #"file /etc/hostname in pod web equals "web""#,
      holds: { story, witness in
        story.pod("web") { $0.run() }
        witness.files = ["/etc/hostname": .file(content: "web\n", size: 4)]
      },
      misses: { story, witness in
        story.pod("web") { $0.run() }
        witness.files = ["/etc/hostname": .file(content: "web-1\n", size: 6)]
      },
      says: """
        expected  /etc/hostname is "web"
        found     1 line: web-1
        look      kubectl exec web -- cat /etc/hostname
        """,
      hides: { story, witness in
        story.pod("web") { $0.run() }
        witness.refusal = execRefused
      },
      reason: """
        expected  /etc/hostname is "web"
        found     no command can be run in pod web
        because   pods "web" is forbidden: User "learner" cannot create resource "pods/exec" in API group "" in the namespace "first-pod"
        look      kubectl exec web -- cat /etc/hostname
        """),
    FormCase(
      "file-lines", "file /box/out in pod web has at least 1 line",
      holds: { story, witness in
        story.pod("web") { $0.run() }
        witness.files = ["/box/out": .tick]
      },
      misses: { story, witness in
        story.pod("web") { $0.run() }
        witness.files = ["/box/out": .file(content: "", size: 0)]
      },
      says: """
        expected  /box/out has 1 line or more
        found     the file is empty
        look      kubectl exec web -- cat /box/out
        """,
      hides: { story, witness in
        story.pod("web") { $0.run() }
        witness.refusal = unreadable
      },
      reason: """
        expected  /box/out has 1 line or more
        found     file /box/out cannot be read in container web
        because   exec: "cat": executable file not found in $PATH
        look      kubectl exec web -- cat /box/out
        """),
    FormCase(
      "file-grows", "file /box/out in pod web grows",
      holds: { story, witness in
        story.pod("web") { $0.run() }
        witness.growing = GrowingFile()
      },
      misses: { story, witness in
        story.pod("web") { $0.run() }
        witness.files = ["/box/out": .tick]
      },
      says: """
        expected  /box/out grows
        found     5 bytes, as a second before
        look      kubectl exec web -- cat /box/out
        """,
      hides: { story, witness in
        story.pod("web") { $0.run() }
        witness.refusal = unreadable
      },
      reason: """
        expected  /box/out grows
        found     file /box/out cannot be read in container web
        because   exec: "cat": executable file not found in $PATH
        look      kubectl exec web -- cat /box/out
        """),
  ]

  private static let commands: [FormCase] = [
    FormCase(
      "command-prints", #""hostname" in pod web prints "web""#,
      holds: { story, witness in
        story.pod("web") { $0.run() }
        witness.outcomes = ["hostname": CommandOutcome(exitCode: 0, output: "web\n")]
      },
      misses: { story, witness in
        story.pod("web") { $0.run() }
        witness.outcomes = ["hostname": CommandOutcome(exitCode: 0, output: "wbe\n")]
      },
      says: """
        expected  `hostname` prints "web"
        found     it printed "wbe", exit code 0
        look      kubectl exec web -- hostname
        """,
      hides: { story, witness in
        story.pod("web") { $0.run() }
        witness.outcomes = ["hostname": .missing("hostname")]
      },
      reason: """
        expected  `hostname` prints "web"
        found     `hostname` cannot be started there
        because   exec: "hostname": executable file not found in $PATH
        look      kubectl exec web -- hostname
        """),
    FormCase(
      "command-exits", #""test -e /tmp/x" in pod web exits with code 1"#,
      holds: { story, witness in
        story.pod("web") { $0.run() }
        witness.outcomes = ["test -e /tmp/x": CommandOutcome(exitCode: 1, output: "")]
      },
      misses: { story, witness in
        story.pod("web") { $0.run() }
        witness.outcomes = ["test -e /tmp/x": CommandOutcome(exitCode: 0, output: "")]
      },
      says: """
        expected  `test -e /tmp/x` ends with exit code 1
        found     it printed nothing, exit code 0
        look      kubectl exec web -- test -e /tmp/x
        """,
      hides: { story, witness in
        story.pod("web") { $0.run() }
        witness.refusal = execRefused
      },
      reason: """
        expected  `test -e /tmp/x` ends with exit code 1
        found     no command can be run in pod web
        because   pods "web" is forbidden: User "learner" cannot create resource "pods/exec" in API group "" in the namespace "first-pod"
        look      kubectl exec web -- test -e /tmp/x
        """),
    FormCase(
      "command-fails", #""ls /nowhere" in pod web, container web fails"#,
      holds: { story, witness in
        story.pod("web") { $0.run() }
        witness.outcomes = [
          "ls /nowhere": CommandOutcome(exitCode: 1, output: "ls: /nowhere: No such file or directory\n")
        ]
      },
      misses: { story, witness in
        story.pod("web") { $0.run() }
        witness.outcomes = ["ls /nowhere": CommandOutcome(exitCode: 0, output: "x\n")]
      },
      says: """
        expected  `ls /nowhere` fails
        found     it printed "x", exit code 0
        look      kubectl exec web -c web -- ls /nowhere
        """,
      hides: { story, witness in
        story.pod("web") { $0.run() }
        witness.outcomes = ["ls /nowhere": .missing("ls")]
      },
      reason: """
        expected  `ls /nowhere` fails
        found     `ls` cannot be started there
        because   exec: "ls": executable file not found in $PATH
        look      kubectl exec web -c web -- ls /nowhere
        """),
  ]

  private static let logs: [FormCase] = [
    FormCase(
      "log-contains", #"log of pod web contains "started""#,
      holds: { story, witness in
        story.pod("web") { $0.run() }
        witness.logs = ["": "one\nstarted\n"]
      },
      misses: { story, witness in
        story.pod("web") { $0.run() }
        witness.logs = ["": "one\nstarting\n"]
      },
      says: """
        expected  the log has "started"
        found     2 lines, the last one: starting
        look      kubectl logs web
        """,
      hides: { story, witness in
        story.pod("web") { $0.run() }
        witness.refusal = logRefused
      },
      reason: """
        expected  the log has "started"
        found     the log of pod web cannot be read
        because   pods "web" is forbidden: User "learner" cannot get resource "pods/log" in API group "" in the namespace "first-pod"
        look      kubectl logs web
        """),
    FormCase(
      "log-lacks", #"log of pod web, container web does not contain "panic""#,
      holds: { story, witness in
        story.pod("web") { $0.run() }
        witness.logs = ["web": "one\n"]
      },
      misses: { story, witness in
        story.pod("web") { $0.run() }
        witness.logs = ["web": "one\npanic: out of cheese\ntwo\n"]
      },
      says: """
        expected  the log does not have "panic"
        found     a line: panic: out of cheese
        look      kubectl logs web -c web
        """,
      hides: { story, witness in
        story.pod("web") { $0.run() }
        witness.logs = ["web": "one\n"]
        witness.isLogCut = true
      },
      reason: """
        expected  the log does not have "panic"
        found     only the beginning of the log can be read
        look      kubectl logs web -c web
        """),
    FormCase(
      "log-lines", "log of pod web has at least 3 lines",
      holds: { story, witness in
        story.pod("web") { $0.run() }
        witness.logs = ["": "one\n\ntwo\n"]
      },
      misses: { story, witness in
        story.pod("web") { $0.run() }
        witness.logs = ["": "one\n"]
      },
      says: """
        expected  the log has 3 lines or more
        found     1 line: one
        look      kubectl logs web
        """,
      hides: { story, witness in
        story.pod("web") { $0.run() }
        witness.refusal = logRefused
      },
      reason: """
        expected  the log has 3 lines or more
        found     the log of pod web cannot be read
        because   pods "web" is forbidden: User "learner" cannot get resource "pods/log" in API group "" in the namespace "first-pod"
        look      kubectl logs web
        """),
    FormCase(
      "previous-log-contains", #"previous log of pod web contains "giving up""#,
      holds: { story, witness in
        story.pod("web") { $0.run(restarts: 1, after: 1) }
        witness.logs = ["previous ": "giving up\n"]
      },
      misses: { story, _ in story.pod("web") { $0.run() } },
      says: """
        expected  the log of the run before has "giving up"
        found     container web was never restarted: there was no run before
        look      kubectl get pod web
        """,
      hides: { story, witness in
        story.pod("web") { $0.run(restarts: 1, after: 1) }
        witness.refusal = logRefused
      },
      reason: """
        expected  the log of the run before has "giving up"
        found     the log of pod web cannot be read
        because   pods "web" is forbidden: User "learner" cannot get resource "pods/log" in API group "" in the namespace "first-pod"
        look      kubectl logs --previous web
        """),
  ]

  private static let network: [FormCase] = [
    FormCase(
      "get", #"GET http://pod/web:80/ answers 200 and contains "hello""#,
      holds: { story, witness in
        story.pod("web") { $0.run() }
        witness.answers = ["80/": WebAnswer(status: 200, body: "hello there")]
      },
      misses: { story, witness in
        story.pod("web") { $0.run() }
        witness.answers = ["80/": WebAnswer(status: 404, body: "no such page\n")]
      },
      says: """
        expected  GET / at port 80 answers 200 with "hello"
        found     status 404
        because   it says "no such page"
        look      kubectl port-forward web :80
        """,
      hides: { story, witness in
        story.pod("web") { $0.run() }
        witness.refusal = forwardRefused
      },
      reason: """
        expected  GET / at port 80 answers 200 with "hello"
        found     port 80 of pod web cannot be reached
        because   pods "web" is forbidden: User "learner" cannot create resource "pods/portforward" in API group "" in the namespace "first-pod"
        look      kubectl port-forward web :80
        """),
    FormCase(
      "port-accepts", "port 80 of pod web accepts connections",
      holds: { story, witness in
        story.pod("web") { $0.run() }
        witness.openPorts = [80]
      },
      misses: { story, witness in
        story.pod("web") { $0.run() }
        witness.openPorts = [8080]
      },
      says: """
        expected  port 80 takes connections
        found     connections to port 80 are refused
        look      kubectl port-forward web :80
        """,
      hides: { story, witness in
        story.pod("web") { $0.run() }
        witness.refusal = forwardRefused
      },
      reason: """
        expected  port 80 takes connections
        found     port 80 of pod web cannot be reached
        because   pods "web" is forbidden: User "learner" cannot create resource "pods/portforward" in API group "" in the namespace "first-pod"
        look      kubectl port-forward web :80
        """),
    FormCase(
      "port-refuses", "port 80 of pod web refuses connections",
      holds: { story, _ in story.pod("web") { $0.run() } },
      misses: { story, witness in
        story.pod("web") { $0.run() }
        witness.openPorts = [80]
      },
      says: """
        expected  nothing takes connections at port 80
        found     port 80 takes connections
        look      kubectl port-forward web :80
        """,
      hides: { story, witness in
        story.pod("web") { $0.run() }
        witness.refusal = forwardRefused
      },
      reason: """
        expected  nothing takes connections at port 80
        found     port 80 of pod web cannot be reached
        because   pods "web" is forbidden: User "learner" cannot create resource "pods/portforward" in API group "" in the namespace "first-pod"
        look      kubectl port-forward web :80
        """),
  ]

  private static let isolation: [FormCase] = [
    FormCase(
      "share-namespace", "containers web and helper of pod web share the network namespace",
      holds: { story, witness in
        story.pair()
        witness.sight = .pair(["net": 7], ["net": 7])
      },
      misses: { story, witness in
        story.pair()
        witness.sight = .pair(["net": 7], ["net": 8])
      },
      says: """
        expected  web and helper have one network namespace
        found     web has network namespace 7, helper has 8
        look      anatomy pod/web
        """,
      hides: { story, witness in
        story.pair()
        witness.sight = .pair(["net": 7], [:])
      },
      reason: """
        expected  web and helper have one network namespace
        found     the network namespace of helper cannot be seen
        look      anatomy pod/web
        """),
    FormCase(
      "separate-namespace", "containers web and helper of pod web do not share the pid namespace",
      holds: { story, witness in
        story.pair()
        witness.sight = .pair(["pid": 7], ["pid": 8])
      },
      misses: { story, witness in
        story.pair()
        witness.sight = .pair(["pid": 7], ["pid": 7])
      },
      says: """
        expected  web and helper have each their own pid namespace
        found     both have pid namespace 7
        look      anatomy pod/web
        """,
      hides: { story, witness in
        story.pair()
        witness.sight = .pair([:], [:])
      },
      reason: """
        expected  web and helper have each their own pid namespace
        found     the pid namespace of web and helper cannot be seen
        look      anatomy pod/web
        """),
    FormCase(
      "cgroup-limit", "cgroup memory limit of container web in pod web is 64Mi",
      holds: { story, witness in
        story.pair()
        witness.sight = .limited(64 << 20)
      },
      misses: { story, witness in
        story.pair()
        witness.sight = .limited(128 << 20)
      },
      says: """
        expected  memory limit of web is 64Mi
        found     memory limit is 128Mi
        look      anatomy pod/web
        """,
      hides: { story, witness in
        story.pair()
        witness.sight = .pair([:], [:])
      },
      reason: """
        expected  memory limit of web is 64Mi
        found     web has no cgroup that can be seen: its node sets no limits, or does not show them
        look      anatomy pod/web
        """),
  ]
}
