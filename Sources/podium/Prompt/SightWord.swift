internal import ClusterClient
internal import Console
internal import Insight
internal import KubernetesAPI

/// A word that shows what happened to a pod, and why.
struct SightWord: Sendable {
  struct Call: Sendable {
    let client: ClusterClient
    let recorder: PodRecorder?
    let namespace: String
    let name: String
    let streams: CommandStreams
  }

  let name: String
  let summary: String
  let run: @Sendable (Call) async throws -> [String]

  static let all: [SightWord] = [
    SightWord(name: "why", summary: "say why a pod is as it is: why pod/NAME") { call in
      try await PodStory.gather(call.client, namespace: call.namespace, name: call.name).why().lines
    },
    SightWord(name: "anatomy", summary: "show what a pod is made of: anatomy pod/NAME") { call in
      try await PodAnatomy.gather(call.client, namespace: call.namespace, name: call.name).lines()
    },
    SightWord(name: "timeline", summary: "draw what a pod has lived through: timeline pod/NAME", run: timeline),
  ]

  @Sendable
  private static func timeline(_ call: Call) async throws -> [String] {
    var past = call.recorder?.past(namespace: call.namespace, name: call.name)
    do throws(StatusError) {
      let story = try await PodStory.gather(call.client, namespace: call.namespace, name: call.name)
      if past == nil || past?.pod.metadata.uid != story.pod.metadata.uid { past = PodPast(story) }
      past?.events = story.events
    } catch {
      // What is gone may still be remembered.
      guard error.isNotFound, let known = past else { throw error }
      past?.events = await PodStory.events(of: known.pod, call.client)
    }
    guard let past else { return [] }
    let appearance = call.streams.appearance
    return Timeline(past).lines(width: appearance.width, drawsAxis: !appearance.isAccessible)
  }

  /// Understands `pod/web`, `pods web`, `web` and `-n NAMESPACE`.
  static func run(
    _ word: SightWord, _ arguments: [String], _ cluster: (client: ClusterClient, namespace: String),
    _ recorder: PodRecorder?, _ streams: CommandStreams
  ) async -> Outcome {
    var (namespace, names): (String, [String]) = (cluster.namespace, [])
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "-n" || argument == "--namespace" {
        namespace = rest.popFirst() ?? namespace
      } else if argument.hasPrefix("--namespace=") {
        namespace = String(argument.dropFirst("--namespace=".count))
      } else {
        names.append(argument)
      }
    }
    let kinds: Set<String> = ["pod", "pods", "po"]
    if names.count == 2, kinds.contains(names[0]) { names.removeFirst() }
    let parts = (names.first ?? "").split(separator: "/", maxSplits: 1).map(String.init)
    guard names.count == 1, let name = parts.last, parts.count == 1 || kinds.contains(parts[0]) else {
      await streams.writeError("\(word.name) takes one pod: \(word.name) pod/NAME; get pods lists them\n")
      return .continue(exitCode: 2)
    }
    do {
      let call = Call(client: cluster.client, recorder: recorder, namespace: namespace, name: name, streams: streams)
      for line in try await word.run(call) { try await streams.write(line + "\n") }
      return .continue
    } catch let error as StatusError {
      await streams.writeError("Error from server (\(error.reason)): \(error.message)\n")
      return .continue(exitCode: 1)
    } catch {
      return .continue(exitCode: 141)
    }
  }
}
