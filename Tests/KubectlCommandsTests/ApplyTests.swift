import Documents
import KubernetesAPI
import ObjectSchema
import TestSupport
import Testing

@testable import KubectlCommands

@Suite(.timeLimit(.minutes(1)))
struct ApplyTests {
  private static let manifest = """
    apiVersion: v1
    kind: Pod
    metadata: {name: good, labels: {app: good}}
    spec:
      containers:
      - {name: main, image: busybox, command: [sleep, "3600"]}
    """

  @Test
  func createsWhatIsNotThere() async throws {
    try await TemporaryFolder.with { folder in
      try folder.write(Self.manifest, to: "good.yaml")
      let cluster = FakeCluster()
      #expect(try await cluster.kubectl("apply -f good.yaml", in: folder.path) == Ran(output: "pod/good created\n"))
      #expect(
        cluster.askedLines == [
          "GET /api/v1/namespaces/default/pods/good",
          "POST /api/v1/namespaces/default/pods?fieldManager=kubectl-client-side-apply&fieldValidation=Strict",
        ])
      #expect(
        cluster.asked[1].body["metadata"]?["annotations"]?[Apply.lastApplied]
          == """
          {"apiVersion":"v1","kind":"Pod","metadata":{"annotations":{},"labels":{"app":"good"},"name":"good","namespace":"default"},"spec":{"containers":[{"command":["sleep","3600"],"image":"busybox","name":"main"}]}}

          """)
      #expect(try await cluster.kubectl("apply -f good.yaml", in: folder.path).output == "pod/good unchanged\n")
    }
  }

  @Test
  func readsStandardInputAndSeveralDocuments() async throws {
    let cluster = FakeCluster()
    let two = Self.manifest + "\n---\n" + Self.manifest.replacing("good", with: "other") + "\n---\n"
    let ran = try await cluster.kubectl("apply -f -", input: two)
    #expect(ran.output == "pod/good created\npod/other created\n")
  }

  @Test
  func warnsOfObjectsThatWereNotApplied() async throws {
    let cluster = FakeCluster()
    _ = try await cluster.kubectl("create -f -", input: Self.manifest)
    let ran = try await cluster.kubectl("apply -f -", input: Self.manifest)
    #expect(ran.output == "pod/good configured\n")
    #expect(
      ran.error
        == "Warning: resource pods/good is missing the kubectl.kubernetes.io/last-applied-configuration annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n"
    )
  }

  @Test(arguments: [
    ("", "error: no objects passed to apply\n"),
    (
      "just a text",
      "error: error validating \"STDIN\": error validating data: invalid object to validate; if you choose to ignore these errors, turn validation off with --validate=false\n"
    ),
    (
      "apiVersion: v1\nmetadata: {name: a}\n",
      "error: error validating \"STDIN\": error validating data: kind not set; if you choose to ignore these errors, turn validation off with --validate=false\n"
    ),
    (
      "kind: Pod\nmetadata: {name: a}\n",
      "error: error validating \"STDIN\": error validating data: apiVersion not set; if you choose to ignore these errors, turn validation off with --validate=false\n"
    ),
    (
      "apiVersion: v1\nkind: Pod\nspec: {}\n",
      "error: error when retrieving current configuration of:\nResource: \"/v1, Resource=pods\", GroupVersionKind: \"/v1, Kind=Pod\"\nName: \"\", Namespace: \"default\"\nfrom server for: \"STDIN\": resource name may not be empty\n"
    ),
    (
      "apiVersion: v1\nkind: Pdo\nmetadata: {name: a}\n",
      "error: resource mapping not found for name: \"a\" namespace: \"\" from \"STDIN\": no matches for kind \"Pdo\" in version \"v1\"\nensure CRDs are installed first\n"
    ),
    (
      "a: b\n  c: d\n",
      "error: error parsing STDIN: error converting YAML to JSON: yaml: line 2: mapping values are not allowed in this context\n"
    ),
  ])
  func refusesWhatIsNoManifest(_ text: String, _ expected: String) async throws {
    let cluster = FakeCluster()
    cluster.answer("GET /api/v1", ["kind": "APIResourceList", "resources": []])
    let ran = try await cluster.kubectl("apply -f -", input: text)
    #expect(ran == Ran(error: expected, code: 1))
  }

  @Test(arguments: [
    ("apply -f absent.yaml", "error: the path \"absent.yaml\" does not exist\n"),
    ("apply", "error: must specify one of -f and -k\n"),
    ("apply foo", "error: Unexpected args: [foo]\nSee 'kubectl apply -h' for help and examples\n"),
    ("create", "error: must specify one of -f and -k\n"),
    (
      "create namespace",
      "error: exactly one NAME is required, got 0\nSee 'kubectl create namespace -h' for help and examples\n"
    ),
  ])
  func refusesCommandsThatSayTooLittle(_ line: String, _ expected: String) async throws {
    #expect(try await FakeCluster().kubectl(line, in: "/nonexistent") == Ran(error: expected, code: 1))
  }

  @Test
  func tellsWhatTheServerRefused() async throws {
    let cluster = FakeCluster()
    let image = FieldErrors.required("spec", "containers", "image")
    cluster.answer(
      "POST /api/v1/namespaces/default/pods", status: 422,
      StatusError.invalid("Pod", "good", [image]).status.document())
    #expect(
      try await cluster.kubectl("apply -f -", input: Self.manifest).error
        == "The Pod \"good\" is invalid: spec.containers.image: Required value\n")
    cluster.answer(
      "POST /api/v1/namespaces/default/pods", status: 422,
      StatusError.invalid("Pod", "good", [image, FieldErrors.required("spec", "other")]).status.document())
    #expect(
      try await cluster.kubectl("apply -f -", input: Self.manifest).error
        == "The Pod \"good\" is invalid: \n* spec.containers.image: Required value\n* spec.other: Required value\n")
    cluster.answer(
      "POST /api/v1/namespaces/default/pods", status: 400, StatusError.badRequest("cannot be read").status.document())
    #expect(
      try await cluster.kubectl("apply -f -", input: Self.manifest).error
        == "Error from server (BadRequest): error when creating \"STDIN\": cannot be read\n")
  }
}

private enum FieldErrors {
  static func required(_ names: String...) -> FieldError { FieldError(FieldPath(names.map { .field($0) }), .required) }
}
