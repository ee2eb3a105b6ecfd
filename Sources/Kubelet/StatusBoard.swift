internal import ClusterClient
internal import KubernetesAPI
internal import Synchronization

/// The newest status of every pod on the node, before the API has it: what logs and exec go by.
final class StatusBoard: Sendable {
  private struct State {
    var pods: [ObjectKey: Pod] = [:]
    /// Of all pods that somebody works on: two may bear the same name, one of them about to go.
    var uids: Set<String> = []
    var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
    var nextListener = 0
  }

  // A lock, because workers write and requests read at the same time; nothing is awaited while it is held.
  private let state = Mutex(State())

  subscript(key: ObjectKey) -> Pod? { state.withLock { $0.pods[key] } }

  var pods: [Pod] { state.withLock { Array($0.pods.values) } }

  var uids: Set<String> { state.withLock(\.uids) }

  func post(_ pod: Pod, _ status: PodStatus) {
    var pod = pod
    pod.status = status
    let posted = pod
    let listeners = state.withLock { state in
      state.pods[ObjectKey(posted)] = posted
      state.uids.insert(posted.uid)
      return Array(state.listeners.values)
    }
    for listener in listeners { listener.yield() }
  }

  func remove(_ pod: Pod) {
    let listeners = state.withLock { state in
      state.uids.remove(pod.uid)
      // Another pod of the same name may be there already.
      if state.pods[ObjectKey(pod)]?.uid == pod.uid { state.pods[ObjectKey(pod)] = nil }
      return Array(state.listeners.values)
    }
    for listener in listeners { listener.yield() }
  }

  /// Rings, beginning now, whenever a status has changed.
  func changes() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let number = state.withLock { state in
      state.nextListener += 1
      state.listeners[state.nextListener] = continuation
      return state.nextListener
    }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { $0.listeners[number] = nil }
    }
    return stream
  }
}

extension Pod {
  func containerStatus(_ name: String) -> ContainerStatus? { status.containerStatus(name) }
}

extension PodStatus {
  func containerStatus(_ name: String) -> ContainerStatus? {
    (containerStatuses + initContainerStatuses + ephemeralContainerStatuses).first { $0.name == name }
  }
}
