import Documents
import KubernetesAPI
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct WatchTests {
  @Test func withoutARevisionItBeginsWithWhatIsThere() async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("a")
    let watch = try await cluster.watch(Cluster.pods + "?watch=true")
    try await cluster.createPod("b")
    try await cluster.call("DELETE", Cluster.pods + "/a")
    // A deletion marks the object before it removes it.
    #expect(try await watch.next(4) == ["ADDED a", "ADDED b", "MODIFIED a", "DELETED a"])
  }

  @Test func fromARevisionItMissesNothing() async throws {
    let cluster = try await Cluster()
    let list = try await cluster.call("GET", Cluster.pods)
    let version = list["metadata"]?["resourceVersion"]?.stringValue ?? ""
    try await cluster.createPod("a")
    try await cluster.call(
      "PATCH", Cluster.pods + "/a", #"{"metadata":{"labels":{"x":"y"}}}"#, type: "application/merge-patch+json")
    let watch = try await cluster.watch(Cluster.pods + "?watch=1&resourceVersion=\(version)")
    #expect(try await watch.next(2) == ["ADDED a", "MODIFIED a"])
  }

  @Test func aSelectorTurnsChangesIntoComingAndGoing() async throws {
    let cluster = try await Cluster()
    func label(_ name: String, _ value: String) async throws {
      try await cluster.call(
        "PATCH", Cluster.pods + "/\(name)", #"{"metadata":{"labels":{"app":\#(value)}}}"#,
        type: "application/merge-patch+json")
    }
    try await cluster.createPod("a", labels: #"{"app":"web"}"#)
    try await cluster.createPod("b", labels: #"{"app":"db"}"#)
    let watch = try await cluster.watch(Cluster.pods + "?watch=true&labelSelector=app=web")
    try await label("b", #""web""#)
    try await label("a", #""db""#)
    try await label("a", #""other""#)
    try await label("b", "null")
    try await label("a", #""web""#)
    #expect(try await watch.next(5) == ["ADDED a", "ADDED b", "DELETED a", "DELETED b", "ADDED a"])
  }

  @Test func whoLeavesTheSelectionIsShownAsItWas() async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("a", labels: #"{"app":"web"}"#)
    let watch = try await cluster.watch(Cluster.pods + "?watch=true&labelSelector=app=web")
    _ = try await watch.next()
    let patched = try await cluster.call(
      "PATCH", Cluster.pods + "/a", #"{"metadata":{"labels":{"app":"db"}}}"#, type: "application/merge-patch+json")
    let gone = try #require(try await watch.next())
    #expect(gone["type"] == "DELETED")
    #expect(gone["object"]?["metadata"]?["labels"]?["app"] == "web")
    #expect(gone["object"]?["metadata"]?["resourceVersion"] == patched["metadata"]?["resourceVersion"])
  }

  @Test func initialEventsEndWithABookmark() async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("a")
    let watch = try await cluster.watch(
      Cluster.pods
        + "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true")
    #expect(try await watch.nextText() == "ADDED a")
    let bookmark = try #require(try await watch.next())
    #expect(bookmark["type"] == "BOOKMARK")
    #expect(bookmark["object"]?["metadata"]?["annotations"]?["k8s.io/initial-events-end"] == "true")
  }

  @Test func anOldRevisionIsExpiredInTheStream() async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("a")
    try await cluster.createPod("b")
    try await cluster.store.compact(keeping: 0)
    let line = try await cluster.call("GET", Cluster.pods + "?watch=true&resourceVersion=2")
    #expect(line["type"] == "ERROR")
    #expect(line["object"]?["code"] == 410)
    #expect(line["object"]?["reason"] == "Expired")
  }

  @Test func endsWhenItsTimeIsOver() async throws {
    let cluster = try await Cluster()
    let housekeeping = Task { await cluster.server.run() }
    defer { housekeeping.cancel() }
    let watch = try await cluster.watch(
      Cluster.pods + "?watch=true&timeoutSeconds=4&allowWatchBookmarks=true")
    #expect(try await watch.nextText() == "BOOKMARK")
    while let line = try await watch.nextText() { #expect(line == "BOOKMARK") }
  }

  @Test func aGivenUpWatchEnds() async throws {
    let cluster = try await Cluster()
    let watch = try await cluster.watch(Cluster.pods + "?watch=true")
    watch.cancel()
    #expect(try await watch.next() == nil)
  }

  @Test func tableWatchesTellTheColumnsOnce() async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("a")
    try await cluster.createPod("b")
    let watch = try await cluster.watch(Cluster.pods + "?watch=true", accept: ListTests.tableForm)
    let first = try #require(try await watch.next())
    let second = try #require(try await watch.next())
    #expect(first["object"]?["columnDefinitions"]?.listValue?.count == 9)
    #expect(second["object"]?["columnDefinitions"]?.isNull == true)
    #expect(second["object"]?["rows"]?.listValue?.first?["cells"]?.listValue?.first == "b")
  }

  @Test func oneObjectIsWatchedByItsName() async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("a")
    let watch = try await cluster.watch(Cluster.pods + "/b?watch=true")
    try await cluster.createPod("b")
    #expect(try await watch.nextText() == "ADDED b")
  }
}
