internal import ClusterClient
internal import Console
internal import Insight
internal import KubernetesAPI

/// `why` without a name: about the last command, if it failed or made a pod that is not well.
enum WhyAlone {
  static func explanation(
    of record: LastCommand.Record?, _ cluster: (client: ClusterClient, namespace: String), _ recorder: PodRecorder?
  ) async -> Explanation {
    guard let record else { return nothing("Nothing has been done here yet that could be explained.") }
    if let failure = record.failure {
      return await failure.why(cluster.client, namespace: cluster.namespace) {
        recorder?.past(namespace: $0, name: $1)
      }
    }
    let namespace = FailedCommand(words: record.words, exitCode: 0, errors: "").namespace ?? cluster.namespace
    var last: Explanation?
    for match in record.output.matches(of: /(?m)^([a-z]+)[a-z.0-9]*\/(\S+) (?:created|configured|unchanged|replaced)/) {
      let name = String(match.2)
      let why: Explanation? =
        if match.1 == "pod" {
          try? await PodStory.gather(cluster.client, namespace: namespace, name: name).why()
        } else if let resource = Resource.named(String(match.1)) {
          try? await ObjectStory.gather(cluster.client, resource, namespace: namespace, name: name).why()
        } else {
          nil
        }
      guard let why else { continue }
      if !why.isWell { return why }
      last = last ?? why
    }
    if let last { return last }
    if let why = await firstTrouble(cluster.client, namespace) { return why }
    return nothing("The last command did what it should.")
  }

  /// Who has looked at pods and asks why means the one that is not well.
  private static func firstTrouble(_ client: ClusterClient, _ namespace: String) async -> Explanation? {
    for pod in (try? await client.list(Pod.self, namespace: namespace).items) ?? [] {
      let isWell =
        pod.status.phase == "Succeeded" || pod.status.conditions.contains { $0.type == "Ready" && $0.status == "True" }
      if isWell && pod.metadata.deletionTimestamp == nil { continue }
      guard let story = try? await PodStory.gather(client, namespace: namespace, name: pod.name) else { continue }
      let why = story.why()
      if !why.isWell { return why }
    }
    return nil
  }

  private static func nothing(_ statement: String) -> Explanation {
    Explanation(statement: statement, next: ["kubectl get pods", "why pod/NAME"], isWell: true)
  }
}
