import Documents
import KubernetesAPI
import ObjectSchema
import Testing

@testable import KubectlCommands

@Suite(.timeLimit(.minutes(1)))
struct GetTests {
  private func cluster() throws -> FakeCluster {
    let cluster = FakeCluster()
    cluster.add(try Fixture.yaml("reference/01-plain/get-yaml.txt"))
    cluster.add(try Fixture.yaml("reference/02-two-containers/get-yaml.txt"))
    return cluster
  }

  @Test
  func printsTables() async throws {
    let cluster = try cluster()
    let ran = try await cluster.kubectl("get pods")
    #expect(
      ran.description == """
        NAME             READY   STATUS    RESTARTS   AGE
        plain            1/1     Running   0          8s
        two-containers   2/2     Running   0          32s
        [exit 0]
        """)
    #expect(cluster.askedLines == ["GET /api/v1/namespaces/default/pods?limit=500"])
  }

  /// Between the table and the object of the pod that is left out its container ended.
  @Test(arguments: DescribeTests.pods.filter { $0 != "06c-liveness-tcp" })
  func printsWideTablesLikeTheRealOne(_ folder: String) async throws {
    let pod = try Fixture.yaml("reference/\(folder)/get-yaml.txt")
    let expected = try Fixture.text("reference/\(folder)/get-wide.txt")
    let name = pod["metadata"]?["name"]?.stringValue ?? ""
    let created = try #require(pod["metadata"]?["creationTimestamp"]?.stringValue.flatMap { Timestamp($0) })
    let age = try #require(expected.firstMatch(of: /(\d+)s +(10\.|<none>)/).flatMap { Int64($0.1) })
    let cluster = FakeCluster(now: (created + .seconds(age)).text)
    cluster.add(pod)
    #expect(try await cluster.kubectl("get pod \(name) -o wide").output == expected)
  }

  @Test(arguments: DescribeTests.pods)
  func printsYAMLLikeTheRealOne(_ folder: String) async throws {
    let cluster = FakeCluster()
    let pod = try Fixture.yaml("reference/\(folder)/get-yaml.txt")
    cluster.add(pod)
    let name = pod["metadata"]?["name"]?.stringValue ?? ""
    let expected = try Fixture.text("reference/\(folder)/get-yaml.txt")
    #expect(try await cluster.kubectl("get pod \(name) -o yaml").output == expected)
  }

  @Test(arguments: DescribeTests.pods)
  func printsListsOfEventsLikeTheRealOne(_ folder: String) async throws {
    let cluster = FakeCluster()
    let events = try Fixture.yaml("reference/\(folder)/events-yaml.txt")
    for event in events["items"]?.listValue ?? [] { cluster.add(event) }
    let expected = try Fixture.text("reference/\(folder)/events-yaml.txt")
    #expect(try await cluster.kubectl("get events -o yaml").output == expected)
  }

  @Test(arguments: [
    ("get pods -A -o name", "pod/plain\npod/two-containers\n"),
    (
      "get pods -o custom-columns=NAME:.metadata.name,IP:.status.podIP",
      "NAME             IP\nplain            10.77.0.37\ntwo-containers   10.77.0.27\n"
    ),
    ("get pods --no-headers plain", "plain   1/1   Running   0     8s\n"),
    (
      "get pod plain --show-labels",
      "NAME    READY   STATUS    RESTARTS   AGE   LABELS\nplain   1/1     Running   0          8s    app=plain\n"
    ),
    (
      "get pod plain -L app,example.com/tier",
      "NAME    READY   STATUS    RESTARTS   AGE   APP     TIER\nplain   1/1     Running   0          8s    plain   \n"
    ),
    ("get pod plain -o jsonpath={.spec.nope}", ""),
    ("get pod plain -o jsonpath='{.metadata.name}{\"\\n\"}'", "plain\n"),
    ("get pods -o jsonpath='{range .items[*]}{.metadata.name} {end}'", "plain two-containers "),
    (
      "get po,no",
      "NAME                 READY   STATUS    RESTARTS   AGE\npod/plain            1/1     Running   0          8s\npod/two-containers   2/2     Running   0          32s\n"
    ),
    (
      "get pods --sort-by=.metadata.creationTimestamp",
      "NAME             READY   STATUS    RESTARTS   AGE\ntwo-containers   2/2     Running   0          32s\nplain            1/1     Running   0          8s\n"
    ),
    (
      "get pod plain -A=false -o json --show-managed-fields=false -o jsonpath={.status.phase}", "Running"
    ),
  ])
  func printsWhatIsAsked(_ line: String, _ expected: String) async throws {
    #expect(try await cluster().kubectl(line).output == expected)
  }

  @Test
  func printsSeveralKindsWithTheirNames() async throws {
    let cluster = try cluster()
    cluster.add(try Fixture.yaml("describe/ns.json"))
    #expect(
      try await cluster.kubectl("get po/plain ns/try").output == """
        NAME        READY   STATUS    RESTARTS   AGE
        pod/plain   1/1     Running   0          8s

        NAME            STATUS   AGE
        namespace/try   Active   4m22s

        """)
  }

  @Test(arguments: [
    ("get pod missing", "Error from server (NotFound): pods \"missing\" not found\n"),
    (
      "get pods nothing/x",
      "error: there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'\n"
    ),
    (
      "get pod plain -o nope",
      "error: unable to match a printer suitable for the output format \"nope\", allowed formats are: custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,wide,yaml\n"
    ),
    ("get pod plain -o jsonpath={", "error: error parsing jsonpath {, unclosed action\n"),
    (
      "get",
      "You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of supported resources.\n\nerror: Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed description of that resource (e.g. kubectl explain pods).\nSee 'kubectl get -h' for help and examples\n"
    ),
    (
      "get pods -o json --output-watch-events",
      "error: --output-watch-events option can only be used with --watch or --watch-only\n"
    ),
  ])
  func failsInTheSameWords(_ line: String, _ expected: String) async throws {
    let ran = try await cluster().kubectl(line)
    #expect(ran.error == expected)
    #expect(ran.code == 1)
  }

  @Test
  func saysThatATypeIsUnknown() async throws {
    let cluster = try cluster()
    cluster.answer("GET /api/v1", ["kind": "APIResourceList", "resources": []])
    cluster.answer("GET /apis", ["kind": "APIGroupList", "groups": []])
    #expect(
      try await cluster.kubectl("get nosuchkind").error
        == "error: the server doesn't have a resource type \"nosuchkind\"\n")
  }

  @Test
  func printsWhatIsThereAndThenWhatIsNot() async throws {
    let ran = try await cluster().kubectl("get pod missing plain")
    #expect(
      ran.description == """
        NAME    READY   STATUS    RESTARTS   AGE
        plain   1/1     Running   0          8s
        [stderr]
        Error from server (NotFound): pods "missing" not found
        [exit 1]
        """)
  }

  @Test
  func saysWhereNothingWasFound() async throws {
    let cluster = FakeCluster()
    #expect(try await cluster.kubectl("get pods").error == "No resources found in default namespace.\n")
    #expect(try await cluster.kubectl("get pods -n errs").error == "No resources found in errs namespace.\n")
    #expect(try await cluster.kubectl("get pods -A").error == "No resources found\n")
    #expect(try await cluster.kubectl("get nodes").error == "No resources found\n")
  }

  /// The widths of a watch grow with what comes, and never shrink.
  @Test
  func keepsTheWidthsOfAWatch() async throws {
    let cluster = FakeCluster()
    var pod = try Fixture.yaml("reference/01-plain/get-yaml.txt")
    pod["metadata"]?["creationTimestamp"] = "2026-11-21T12:04:22Z"
    let running = pod
    pod["status"] = ["phase": "Pending"]
    cluster.add(pod)
    var creating = pod
    creating["status"] = [
      "phase": "Pending",
      "containerStatuses": [["name": "main", "state": ["waiting": ["reason": "ContainerCreating"]]]],
    ]
    cluster.tellWatches([("MODIFIED", pod), ("MODIFIED", creating), ("MODIFIED", running), ("DELETED", running)])
    let ran = try await cluster.kubectl("get pods --watch")
    #expect(
      ran.output == """
        NAME    READY   STATUS    RESTARTS   AGE
        plain   0/1     Pending   0          0s
        plain   0/1     Pending   0          0s
        plain   0/1     ContainerCreating   0          0s
        plain   1/1     Running             0          0s
        plain   1/1     Running             0          0s

        """)
    #expect(
      cluster.askedLines == [
        "GET /api/v1/namespaces/default/pods?limit=500",
        "GET /api/v1/namespaces/default/pods?resourceVersion=7&watch=true",
      ])
  }
}
