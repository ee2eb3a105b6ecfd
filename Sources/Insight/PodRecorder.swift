public import ClusterClient
internal import KubernetesAPI
internal import ObjectSchema
internal import Synchronization

/// Watches pods and keeps how they stood, so that what is over can still be shown.
public final class PodRecorder: Sendable {
  private struct State {
    /// By uid.
    var pasts: [String: PodPast] = [:]
    var uids: [ObjectKey: String] = [:]
    /// The oldest first.
    var order: [String] = []
  }

  /// A learner's day, and not the memory of the machine.
  private static let (mostPods, mostMoments) = (500, 400)

  private let client: ClusterClient
  private let state = Mutex(State())

  public init(_ client: ClusterClient) { self.client = client }

  /// Records until it is cancelled.
  public func run() async {
    try? await Mirror<Pod>(client).run { _, old, new in
      if let new {
        self.note(new, at: .now())
      } else if let old {
        self.end(old, at: .now())
      }
    }
  }

  func note(_ pod: Pod, at time: Timestamp) {
    guard let uid = pod.metadata.uid else { return }
    state.withLock { state in
      let moment = PodMoment(pod, at: time)
      if var past = state.pasts[uid] {
        past.pod = pod
        if let last = past.moments.last, !moment.isSame(as: last), past.moments.count < Self.mostMoments {
          past.moments.append(moment)
        }
        state.pasts[uid] = past
      } else {
        state.pasts[uid] = PodPast(PodStory(pod: pod, now: time))
        state.order.append(uid)
        if state.order.count > Self.mostPods { state.pasts[state.order.removeFirst()] = nil }
      }
      state.uids[ObjectKey(namespace: pod.namespace, name: pod.name)] = uid
    }
  }

  func end(_ pod: Pod, at time: Timestamp) {
    guard let uid = pod.metadata.uid else { return }
    state.withLock { $0.pasts[uid]?.end = time }
  }

  /// The newest pod of that name, also when it is gone.
  public func past(namespace: String, name: String) -> PodPast? {
    state.withLock { state in
      state.uids[ObjectKey(namespace: namespace, name: name)].flatMap { state.pasts[$0] }
    }
  }
}
