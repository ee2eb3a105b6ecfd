import Documents
import KubernetesAPI
import TestSupport
import Testing

/// Kinds that make pods: what the server fills in, counts and shows.
struct WorkloadTests {
  static let deployments = "/apis/apps/v1/namespaces/default/deployments"
  static let replicaSets = "/apis/apps/v1/namespaces/default/replicasets"

  static let web = """
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
      labels: {app: web}
    spec:
      replicas: 2
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          terminationGracePeriodSeconds: 2
          containers:
          - name: web
            image: busybox
            command: ["httpd", "-f", "-p", "8080"]
            ports: [{containerPort: 8080}]
    """

  private func withWeb() async throws -> Cluster {
    let cluster = try await Cluster()
    try await cluster.call("POST", Self.deployments, Self.web, expecting: 201, type: "application/yaml")
    return cluster
  }

  @Test func aDeploymentIsFilledInAsByKubernetes() async throws {
    let cluster = try await withWeb()
    var shown = try await cluster.call("GET", Self.deployments + "/web")
    shown["metadata"]?["uid"] = "<UID>"
    shown["metadata"]?["resourceVersion"] = "<REVISION>"
    GoldenText.expect(shown.yaml(), is: "created-deployment.yaml")
  }

  @Test func aReplicaSetAndATemplateAreFilledInToo() async throws {
    let cluster = try await Cluster()
    let template = #"{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"busybox"}]}}"#
    let set = try await cluster.call(
      "POST", Self.replicaSets,
      #"{"metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{"app":"web"}},"template":\#(template)}}"#,
      expecting: 201)
    #expect(set["spec"]?["replicas"] == 1)
    #expect(set["status"] == ["replicas": 0])
    #expect(set["metadata"]?["generation"] == 1)
    #expect(set["spec"]?["template"]?["spec"]?["restartPolicy"] == "Always")
    let kept = try await cluster.call(
      "POST", "/api/v1/namespaces/default/podtemplates", #"{"metadata":{"name":"web"},"template":\#(template)}"#,
      expecting: 201)
    #expect(kept["template"] == set["spec"]?["template"])
    #expect(
      try await cluster.row("/api/v1/namespaces/default/podtemplates") == [
        "Name=web", "Containers=web", "Images=busybox", "Pod Labels=app=web",
      ])
  }

  @Test func theGenerationCountsChangesOfWhatIsAskedFor() async throws {
    let cluster = try await withWeb()
    func generation(_ part: String, _ patch: String) async throws -> Document? {
      try await cluster.call("PATCH", Self.deployments + "/web" + part, patch, type: PatchTests.merge)["metadata"]?[
        "generation"]
    }
    #expect(try await generation("", #"{"spec":{"minReadySeconds":0,"paused":false}}"#) == 1)
    #expect(try await generation("", #"{"metadata":{"labels":{"a":"b"}}}"#) == 1)
    #expect(try await generation("/status", #"{"status":{"replicas":2,"readyReplicas":0}}"#) == 1)
    #expect(try await generation("", #"{"spec":{"minReadySeconds":5}}"#) == 2)
    #expect(try await generation("/scale", #"{"spec":{"replicas":3}}"#) == nil)
    #expect(try await generation("", #"{"metadata":{"annotations":{"a":"b"}}}"#) == 4)
    let web = try await cluster.call("GET", Self.deployments + "/web")
    #expect(web["status"] == ["replicas": 2])
    #expect(web["spec"]?["replicas"] == 3)
  }

  @Test func theSelectorStaysAsItIs() async throws {
    let cluster = try await withWeb()
    let patch =
      #"{"spec":{"selector":{"matchLabels":{"tier":"front"}},"template":{"metadata":{"labels":{"tier":"front"}}}}}"#
    #expect(
      try await cluster.refusal(
        "PATCH", Self.deployments + "/web", patch, expecting: 422, type: PatchTests.strategic)
        == #"Deployment.apps "web" is invalid: spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"web", "tier":"front"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable"#
    )
  }

  @Test func aStatusMustAddUp() async throws {
    let cluster = try await withWeb()
    #expect(
      try await cluster.refusal(
        "PATCH", Self.deployments + "/web/status",
        #"{"status":{"replicas":1,"readyReplicas":2,"availableReplicas":-1}}"#, expecting: 422,
        type: PatchTests.merge)
        == #"Deployment.apps "web" is invalid: [status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas, status.availableReplicas: Invalid value: -1: must be greater than or equal to 0]"#
    )
  }

  @Test func theRowsAreThoseOfKubernetes() async throws {
    let cluster = try await withWeb()
    try await cluster.call(
      "PATCH", Self.deployments + "/web/status",
      #"{"status":{"replicas":2,"updatedReplicas":2,"readyReplicas":1,"availableReplicas":1}}"#,
      type: PatchTests.merge)
    #expect(
      try await cluster.row(Self.deployments) == [
        "Name=web", "Ready=1/2", "Up-to-date=2", "Available=1", "Age=0s", "Containers=web", "Images=busybox",
        "Selector=app=web",
      ])
    var set = try await cluster.call("GET", Self.deployments + "/web")
    set["kind"] = "ReplicaSet"
    set["spec"]?["strategy"] = nil
    set["spec"]?["progressDeadlineSeconds"] = nil
    set["spec"]?["revisionHistoryLimit"] = nil
    set["metadata"] = ["name": "web"]
    set["spec"]?["selector"] = ["matchExpressions": [["key": "app", "operator": "In", "values": ["web", "db"]]]]
    try await cluster.call("POST", Self.replicaSets, set.jsonText(), expecting: 201)
    try await cluster.call(
      "PATCH", Self.replicaSets + "/web/status", #"{"status":{"replicas":1}}"#, type: PatchTests.merge)
    #expect(
      try await cluster.row(Self.replicaSets) == [
        "Name=web", "Desired=2", "Current=1", "Ready=0", "Age=0s", "Containers=web", "Images=busybox",
        "Selector=app in (db,web)",
      ])
    let found = try await cluster.call("GET", Self.replicaSets + "?fieldSelector=status.replicas=1")
    #expect(found["items"]?.listValue?.count == 1)
  }

  @Test func aStrategyIsReplacedByTheKeysThatItRetains() async throws {
    let cluster = try await withWeb()
    let web = try await cluster.call(
      "PATCH", Self.deployments + "/web", #"{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}"#,
      type: PatchTests.strategic)
    #expect(web["spec"]?["strategy"] == ["type": "Recreate"])
    let document = try await cluster.call("GET", "/openapi/v3/apis/apps/v1")
    let spec = document["components"]?["schemas"]?["io.k8s.api.apps.v1.DeploymentSpec"]
    #expect(spec?["properties"]?["strategy"]?["x-kubernetes-patch-strategy"] == "retainKeys")
    #expect(spec?["required"] == ["selector", "template"])
  }

  @Test func aNameThatNoHostMayHaveIsRemarked() async throws {
    let cluster = try await Cluster()
    let response = try await cluster.send(
      "POST", Self.deployments, Self.web.replacing("name: web\n  labels", with: "name: web.one\n  labels"),
      type: "application/yaml")
    #expect(response.status == 201)
    #expect(
      response.headers["Warning"]?.hasPrefix(
        "299 - \"metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [a lowercase RFC 1123 label must"
      ) == true)
  }
}

/// The number of pods, as `kubectl scale` and autoscalers set it.
struct ScaleTests {
  private static let scale = WorkloadTests.deployments + "/web/scale"

  private func withWeb() async throws -> Cluster {
    let cluster = try await Cluster()
    try await cluster.call(
      "POST", WorkloadTests.deployments, WorkloadTests.web, expecting: 201, type: "application/yaml")
    return cluster
  }

  @Test func tellsWhatIsAskedForAndWhatIs() async throws {
    let cluster = try await withWeb()
    try await cluster.call(
      "PATCH", WorkloadTests.deployments + "/web/status", #"{"status":{"replicas":1}}"#, type: PatchTests.merge)
    let web = try await cluster.call("GET", WorkloadTests.deployments + "/web")
    let scale = try await cluster.call("GET", Self.scale)
    #expect(scale["kind"] == "Scale" && scale["apiVersion"] == "autoscaling/v1")
    #expect(scale["spec"] == ["replicas": 2])
    #expect(scale["status"] == ["replicas": 1, "selector": "app=web"])
    for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
      #expect(scale["metadata"]?[field] == web["metadata"]?[field])
    }
  }

  @Test func isReplacedAndPatched() async throws {
    let cluster = try await withWeb()
    var scale = try await cluster.call("GET", Self.scale)
    let stale = scale
    scale["spec"]?["replicas"] = 5
    #expect(try await cluster.call("PUT", Self.scale, scale.jsonText())["spec"] == ["replicas": 5])
    #expect(
      try await cluster.refusal("PUT", Self.scale, stale.jsonText(), expecting: 409)
        == #"Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again"#
    )
    for (type, patch, replicas) in [
      (PatchTests.merge, #"{"spec":{"replicas":4}}"#, 4), (PatchTests.strategic, #"{"spec":{"replicas":3}}"#, 3),
      (PatchTests.json, #"[{"op":"replace","path":"/spec/replicas","value":6}]"#, 6),
    ] {
      let answer = try await cluster.call("PATCH", Self.scale, patch, type: type)
      #expect(answer["spec"]?["replicas"] == .integer(replicas))
    }
    #expect(
      try await cluster.call("PATCH", Self.scale, #"{"spec":{"replicas":0}}"#, type: PatchTests.merge)["spec"] == [:])
    #expect(try await cluster.call("GET", WorkloadTests.deployments + "/web")["spec"]?["replicas"] == 0)
  }

  @Test func aDryRunShowsWhatWouldBe() async throws {
    let cluster = try await withWeb()
    let answer = try await cluster.call(
      "PATCH", Self.scale + "?dryRun=All", #"{"spec":{"replicas":4}}"#, type: PatchTests.merge)
    #expect(answer["spec"] == ["replicas": 4])
    #expect(try await cluster.call("GET", Self.scale)["spec"] == ["replicas": 2])
  }

  @Test func fewerThanNoneIsRefused() async throws {
    let cluster = try await withWeb()
    #expect(
      try await cluster.refusal(
        "PATCH", Self.scale, #"{"spec":{"replicas":-1}}"#, expecting: 422, type: PatchTests.merge)
        == #"Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0"#)
    try await cluster.createPod("web")
    #expect(
      try await cluster.refusal("GET", Cluster.pods + "/web/scale", expecting: 404)
        == "the server could not find the requested resource")
  }
}

extension String {
  func replacing(_ part: String, with other: String) -> String {
    guard let start = indices.first(where: { self[$0...].hasPrefix(part) }) else { return self }
    return String(self[..<start]) + other + self[index(start, offsetBy: part.count)...]
  }
}

/// What is special about daemon sets and jobs.
struct DaemonSetAndJobTests {
  private static let daemonSets = "/apis/apps/v1/namespaces/default/daemonsets"
  private static let jobs = "/apis/batch/v1/namespaces/default/jobs"

  private func create(
    _ cluster: Cluster, _ path: String, _ spec: String, labels: String = "{}"
  ) async throws -> Document {
    try await cluster.call(
      "POST", path,
      #"{"metadata":{"name":"one","labels":\#(labels)},"spec":\#(spec)}"#, expecting: 201)
  }

  @Test func aDaemonSetIsFilledInAsByKubernetes() async throws {
    let cluster = try await Cluster()
    var set = try await create(
      cluster, Self.daemonSets,
      #"{"selector":{"matchLabels":{"app":"log"}},"template":{"metadata":{"labels":{"app":"log"}},"spec":{"containers":[{"name":"log","image":"busybox:1"}]}}}"#
    )
    set["metadata"]?["uid"] = "<UID>"
    set["metadata"]?["resourceVersion"] = "<REVISION>"
    GoldenText.expect(set.yaml(), is: "created-daemonset.yaml")
  }

  @Test func aDaemonSetCountsTheChangesOfItsTemplate() async throws {
    let cluster = try await Cluster()
    var set = try await create(
      cluster, Self.daemonSets,
      #"{"selector":{"matchLabels":{"app":"log"}},"template":{"metadata":{"labels":{"app":"log"}},"spec":{"containers":[{"name":"log","image":"busybox:1"}]}}}"#
    )
    func counts(_ patch: String) async throws -> [Document?] {
      set = try await cluster.call("PATCH", Self.daemonSets + "/one", patch, type: PatchTests.strategic)
      let metadata = set["metadata"]
      return [metadata?["generation"], metadata?["annotations"]?["deprecated.daemonset.template.generation"]]
    }
    #expect(try await counts(#"{"spec":{"minReadySeconds":3}}"#) == [2, "1"])
    #expect(
      try await counts(#"{"spec":{"template":{"spec":{"containers":[{"name":"log","image":"busybox:2"}]}}}}"#)
        == [3, "2"])
    #expect(try await counts(#"{"metadata":{"annotations":null}}"#) == [3, "2"])
    try await cluster.call(
      "PATCH", Self.daemonSets + "/one/status", #"{"status":{"desiredNumberScheduled":2,"numberReady":1}}"#,
      type: PatchTests.merge)
    #expect(
      try await cluster.row(Self.daemonSets) == [
        "Name=one", "Desired=2", "Current=0", "Ready=1", "Up-to-date=0", "Available=0", "Node Selector=<none>",
        "Age=0s", "Containers=log", "Images=busybox:2", "Selector=app=log",
      ])
  }

  @Test func aJobIsFilledInAsByKubernetes() async throws {
    let cluster = try await Cluster()
    var job = try await create(
      cluster, Self.jobs,
      #"{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"sum","image":"busybox:1"}]}}}"#)
    job["metadata"]?["resourceVersion"] = "<REVISION>"
    let uid = try #require(job["metadata"]?["uid"]?.stringValue)
    let shown = job.yaml().split(separator: uid, omittingEmptySubsequences: false).joined(separator: "<UID>")
    GoldenText.expect(shown, is: "created-job.yaml")
  }

  @Test func aJobKeepsWhatItWasMadeOf() async throws {
    let cluster = try await Cluster()
    let job = try await create(
      cluster, Self.jobs,
      #"{"completions":2,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"sum","image":"busybox:1"}]}}}"#
    )
    for (patch, refusal) in [
      (#"{"completions":3}"#, "spec.completions: Invalid value: 3: field is immutable"),
      (#"{"completionMode":"Indexed"}"#, "spec.completionMode: Invalid value: \"Indexed\": field is immutable"),
      (
        #"{"template":{"spec":{"containers":[{"name":"sum","image":"busybox:2"}]}}}"#,
        "spec.template: Invalid value: {\"metadata\":"
      ),
      (#"{"selector":{"matchLabels":{"a":"b"}}}"#, "[spec.selector: Invalid value: v1.LabelSelector{"),
      (#"{"template":{"metadata":{"labels":{"job-name":"x"}}}}"#, "[spec.template.metadata.labels[job-name]: "),
    ] {
      let message = try await cluster.refusal(
        "PATCH", Self.jobs + "/one", #"{"spec":\#(patch)}"#, expecting: 422, type: PatchTests.strategic)
      #expect(message.hasPrefix("Job.batch \"one\" is invalid: " + refusal), "\(message)")
    }
    let changed = try await cluster.call(
      "PATCH", Self.jobs + "/one", #"{"spec":{"parallelism":2,"suspend":true,"activeDeadlineSeconds":60}}"#,
      type: PatchTests.merge)
    #expect(changed["metadata"]?["generation"] == 2)
    // Asleep and never awake: where its pods go may still change.
    try await cluster.call(
      "PATCH", Self.jobs + "/one", #"{"spec":{"template":{"spec":{"nodeSelector":{"disk":"fast"}}}}}"#,
      type: PatchTests.merge)
    #expect(job["spec"]?["parallelism"] == 1)
  }

  @Test(arguments: [
    (#"{}"#, "Running", "0/1", ""),
    (#"{"startTime":"2026-11-21T11:59:00Z"}"#, "Running", "0/1", "60s"),
    (
      #"{"startTime":"2026-11-21T11:59:00Z","completionTime":"2026-11-21T11:59:08Z","succeeded":1,"conditions":[{"type":"Complete","status":"True"}]}"#,
      "Complete", "1/1", "8s"
    ),
    (#"{"conditions":[{"type":"Failed","status":"True"}]}"#, "Failed", "0/1", ""),
    (#"{"conditions":[{"type":"Suspended","status":"True"}]}"#, "Suspended", "0/1", ""),
    (#"{"conditions":[{"type":"Suspended","status":"False"}]}"#, "Running", "0/1", ""),
  ])
  func theRowOfAJobIsThatOfKubernetes(status: String, word: String, done: String, time: String) async throws {
    let cluster = try await Cluster()
    _ = try await create(
      cluster, Self.jobs,
      #"{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"sum","image":"busybox:1"}]}}}"#)
    try await cluster.call(
      "PATCH", Self.jobs + "/one/status", #"{"status":\#(status)}"#, type: PatchTests.merge)
    let row = try await cluster.row(Self.jobs)
    #expect(
      row.prefix(7) == [
        "Name=one", "Status=\(word)", "Completions=\(done)", "Duration=\(time)", "Age=0s", "Containers=sum",
        "Images=busybox:1",
      ])
  }
}

struct DryRunTests {
  @Test func aRowOfWhatWouldBeIsForgotten() async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("web", labels: #"{"a":"b"}"#)
    let table = "application/json;as=Table;v=v1;g=meta.k8s.io"
    let body = #"{"metadata":{"name":"other"},"spec":{"containers":[{"name":"a","image":"b"}]}}"#
    let answer = try await cluster.call(
      "POST", Cluster.pods + "?dryRun=All", body, expecting: 201, accept: table)
    #expect(answer["rows"]?.listValue?.first?["cells"]?.listValue?.first == "other")
    let list = try await cluster.call("GET", Cluster.pods, accept: table)
    #expect(list["rows"]?.listValue?.map { $0["cells"]?.listValue?.first } == ["web"])
  }
}
