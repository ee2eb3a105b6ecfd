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

  private func cells(_ cluster: Cluster, _ path: String) async throws -> [String] {
    let table = try await cluster.call("GET", path, accept: "application/json;as=Table;v=v1;g=meta.k8s.io")
    let names = (table["columnDefinitions"]?.listValue ?? []).map { $0["name"]?.stringValue ?? "" }
    let row = table["rows"]?.listValue?.first?["cells"]?.listValue ?? []
    return zip(names, row).map { "\($0)=\($1.plainText)" }
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
      try await cells(cluster, "/api/v1/namespaces/default/podtemplates") == [
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
      try await cells(cluster, Self.deployments) == [
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
      try await cells(cluster, Self.replicaSets) == [
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
