internal import ClusterClient
internal import ContainerRuntime
internal import ControlLoop
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema
internal import Synchronization

/// What the runtime was asked for of late, for those who look on: the node's half of a story whose other half is the
/// log of requests.
final class RuntimeJournal: Sendable {
  private struct Entry: Sendable {
    var time: Timestamp
    var duration: Duration
    var pod: ObjectKey
    var action: String
    var failure: String?
  }

  /// Enough for what somebody has just done, and not the memory of a node.
  private static let most = 1000

  private let entries = Mutex<[Entry]>([])

  /// Makes a call for a pod, and notes when it was made and how long it took.
  func noting<Answer>(
    _ action: String, _ pod: Pod, _ time: any TimeSource, _ call: () async throws(RuntimeError) -> Answer
  ) async throws(RuntimeError) -> Answer {
    var entry = Entry(time: time.now(), duration: .zero, pod: ObjectKey(pod), action: action)
    do {
      let answer = try await call()
      entry.duration = time.now() - entry.time
      note(entry)
      return answer
    } catch {
      entry.duration = time.now() - entry.time
      entry.failure = error.message
      note(entry)
      throw error
    }
  }

  private func note(_ entry: Entry) {
    entries.withLock { entries in
      if entries.count == Self.most { entries.removeFirst() }
      entries.append(entry)
    }
  }

  /// The oldest first, as the kubelet's own API tells them.
  var document: Document {
    let items = entries.withLock { $0 }.map { entry -> Document in
      var item: Document = [
        "nanoseconds": .integer(entry.time.nanosecondsSince1970),
        "tookMicroseconds": .integer(Int64(entry.duration / .microseconds(1))),
        "namespace": .string(entry.pod.namespace), "pod": .string(entry.pod.name), "action": .string(entry.action),
      ]
      if let failure = entry.failure { item["failure"] = .string(failure) }
      return item
    }
    return ["items": .list(items)]
  }
}
