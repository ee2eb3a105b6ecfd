public import ClusterClient
internal import KubernetesAPI
internal import Synchronization

/// Follows a namespace and keeps its history, as watches of its objects and events tell it.
public final class ClusterJournal: Sendable {
  private struct Recorder: Sendable {
    var history = History()
    var onChange: @Sendable () -> Void = {}
  }

  private let recorder = Mutex(Recorder())
  private let followers: [KindFollower]
  private let events: Mirror<Event>

  /// - Parameter kinds: What is followed besides pods and events.
  public init(client: ClusterClient, namespace: String, kinds: Set<ObservedKind> = []) {
    followers = kinds.union([.pod]).map { $0.makeFollower(client, namespace) }
    events = Mirror(client, namespace: namespace)
  }

  public var history: History { recorder.withLock(\.history) }

  /// Follows until cancelled; `onChange` is called after each change that was noted.
  public func run(onChange: @escaping @Sendable () -> Void) async throws {
    recorder.withLock { $0.onChange = onChange }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for follower in followers {
        group.addTask { [self] in
          try await follower.follow(
            { sighting in self.note { $0.note(sighting) } },
            { refusal in self.note { $0.note(refusal, of: follower.resource) } })
        }
      }
      group.addTask { [self] in
        try await events.run(
          onChange: { _, _, event in
            if let event { self.note { $0.note(event) } }
          }, onRefusal: { refusal in self.note { $0.note(refusal, of: Event.resource) } })
      }
      try await group.waitForAll()
    }
  }

  /// Returns when everything is known that is there, and of the rest that it may not be seen.
  public func waitUntilAnswered() async {
    for follower in followers { await follower.waitUntilAnswered() }
    await events.waitUntilAnswered()
  }

  /// What is told from here on belongs to a new step; the objects that are there now are known to it.
  public func beginStep(_ id: String) { recorder.withLock { $0.history.beginStep(id) } }

  private func note(_ change: (inout History) -> Void) {
    let onChange = recorder.withLock { recorder in
      change(&recorder.history)
      return recorder.onChange
    }
    onChange()
  }
}
