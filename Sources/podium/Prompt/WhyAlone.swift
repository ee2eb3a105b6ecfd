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
    return last ?? nothing("The last command did what it should.")
  }

  private static func nothing(_ statement: String) -> Explanation {
    Explanation(statement: statement, next: ["kubectl get pods", "why pod/NAME"], isWell: true)
  }
}
