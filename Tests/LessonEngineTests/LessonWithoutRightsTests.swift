import ClusterClient
import KubectlCommands
import KubernetesAPI
import TestSupport
import Testing

@testable import LessonEngine

/// A lesson in a cluster whose administrator does not let its learner see everything.
@Suite(.timeLimit(.minutes(1)))
struct LessonWithoutRightsTests {
  private func place(_ cluster: RestrictedCluster, _ conditions: String...) async throws -> LessonPlace {
    let lesson =
      "---\nlesson: one\ntitle: One\n---\n## One {#one}\nx\n```check\n\(conditions.joined(separator: "\n"))\n```\n"
    let pack = Pack(
      manifest: try PackManifest.parse(
        "format: 1\nid: one\nversion: 1.0.0\ntitle: One\nlessons: [one]\n", file: "pack.yaml"),
      lessons: [try LessonParser.parse(lesson, file: "one.md")], fileTexts: [:], filesFolder: "/nowhere",
      folder: "/nowhere")
    let connection = ClusterConnection(client: ClusterClient(endpoint: cluster), contextName: "one", server: "")
    return try await LessonPlace.open(
      pack.lessons[0], of: pack, KubectlContext(cluster: connection, workingDirectory: "/nowhere"))
  }

  private func verdict(_ sentence: String, _ place: LessonPlace) async throws -> Finding.Verdict {
    await (try Condition(sentence)).statement.finding(in: place.observation).verdict
  }

  @Test func beginsAndCannotTellUntilTheRightIsGiven() async throws {
    let cluster = try await RestrictedCluster(denying: ["configmaps", "events", "serviceaccounts"])
    let place = try await place(cluster, "configmap settings exists", "no configmap exists", "no secret exists")
    let finding = await (try Condition("no configmap exists")).statement.finding(in: place.observation)
    #expect(finding.verdict == .cannotTell)
    #expect(finding.found == "configmaps cannot be seen here")
    #expect(finding.because == RestrictedCluster.refusal("configmaps").message)
    #expect(try await verdict("event Started happened for pod web", place) == .cannotTell)
    #expect(try await verdict("no secret exists", place) == .pass)
    #expect(try await verdict("pod web exists", place) == .notYet)
    // A step that needs it does not pass meanwhile.
    var checkpoint = await place.begin(
      try LessonParser.parse(
        "---\nlesson: one\ntitle: One\n---\n## One {#one}\nx\n```check\nno configmap exists\n```\n", file: "one.md"
      ).steps[0])
    _ = await place.look(&checkpoint)
    #expect(!checkpoint.isPassed)

    cluster.allow("configmaps")
    try await Deadline.wait("the kind is seen") { try await verdict("configmap settings exists", place) == .notYet }
    _ = await place.look(&checkpoint)
    #expect(checkpoint.isPassed)
    await place.close()
  }

  @Test func beginsAndEndsWherePodsAreHidden() async throws {
    let cluster = try await RestrictedCluster(denying: ["pods", "serviceaccounts"])
    let start = ContinuousClock.now
    let place = try await place(cluster, "no pod exists", "pod web is gone")
    #expect(try await verdict("no pod exists", place) == .cannotTell)
    #expect(try await verdict("never pod web is Failed", place) == .cannotTell)
    #expect(try await verdict("log of pod web contains \"x\"", place) == .cannotTell)
    await place.close()
    // Nobody waits until pods are gone whose end cannot be seen.
    #expect(.now - start < .seconds(25))
  }
}
