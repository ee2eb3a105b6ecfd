public import ClusterClient
public import KubernetesAPI
public import ObjectSchema

/// What a cluster tells of one pod: its object, its events, and its node.
public struct PodStory: Sendable {
  public var pod: Pod
  /// The oldest first.
  public var events: [Event]
  public var node: Node?
  /// All of them, for a pod that is on none.
  public var nodes: [Node] = []
  /// The last lines of containers that ended badly, by container.
  public var lastWords: [String: [String]] = [:]
  public var now: Timestamp

  public init(pod: Pod, events: [Event] = [], node: Node? = nil, now: Timestamp = .now()) {
    self.pod = pod
    self.events = events
    self.node = node
    self.now = now
  }

  /// Asks for all of it. What may not be seen is left out; that the pod is not there is an error.
  public static func gather(
    _ client: ClusterClient, namespace: String, name: String
  ) async throws(StatusError) -> PodStory {
    var story = PodStory(pod: try await client.get(Pod.self, name, namespace: namespace))
    story.events = await events(of: story.pod, client)
    if let node = story.pod.spec.nodeName, !node.isEmpty {
      story.node = try? await client.get(Node.self, node)
    } else {
      story.nodes = (try? await client.list(Node.self).items) ?? []
    }
    for status in story.allStatuses where status.hasEndedBadly {
      guard let container = status.name else { continue }
      story.lastWords[container] = await words(
        of: container, in: story.pod, isFormer: status.state.terminated == nil, client)
    }
    return story
  }

  /// What was told of a pod, also when it is gone; the oldest first.
  public static func events(of pod: Pod, _ client: ClusterClient) async -> [Event] {
    let all = try? await client.list(Event.self, namespace: pod.namespace).items
    let own = (all ?? []).filter { $0.involvedObject.uid == pod.metadata.uid && pod.metadata.uid != nil }
    return own.sorted { ($0.lastSeen ?? .now()) < ($1.lastSeen ?? .now()) }
  }

  private static func words(
    of container: String, in pod: Pod, isFormer: Bool, _ client: ClusterClient
  ) async -> [String] {
    var query = [QueryItem("container", container), QueryItem("tailLines", "3")]
    if isFormer { query.append(QueryItem("previous", "true")) }
    let path = Pod.resource.path(namespace: pod.namespace, name: pod.name, subresource: "log")
    guard let bytes = try? await client.send("GET", path, query: query) else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  var allStatuses: [ContainerStatus] { pod.status.initContainerStatuses + pod.status.containerStatuses }

  /// The newest event with one of the reasons, about the container if one is named.
  func event(_ reasons: String..., container: String? = nil, saying text: String = "") -> Event? {
    events.last { event in
      guard reasons.contains(event.reason ?? ""), (event.message ?? "").hasPrefix(text) else { return false }
      guard let container else { return true }
      let field = event.involvedObject.fieldPath ?? ""
      return field.isEmpty || field.hasSuffix("{\(container)}")
    }
  }

  func condition(_ type: String) -> PodCondition? { pod.status.conditions.first { $0.type == type } }

  /// How long ago, as people say it.
  func ago(_ time: Timestamp?) -> String { Self.ago(time, now) }

  static func ago(_ time: Timestamp?, _ now: Timestamp) -> String {
    guard let time else { return "some time ago" }
    let seconds = max(0, (now - time).components.seconds)
    switch seconds {
    case 0: return "just now"
    case 1: return "1 second ago"
    case 2..<120: return "\(seconds) seconds ago"
    case 120..<7200: return "\(seconds / 60) minutes ago"
    default: return "\(seconds / 3600) hours ago"
    }
  }
}

extension ContainerStatus {
  /// How it ended the last time, if it has.
  var lastEnd: ContainerStateTerminated? { state.terminated ?? lastState.terminated }

  var hasEndedBadly: Bool { lastEnd.map { ($0.exitCode ?? 0) != 0 } ?? false }
}
