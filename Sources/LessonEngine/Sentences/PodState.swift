internal import KubernetesAPI

/// The states that a sentence can ask of a pod.
enum PodState: String, Sendable, CaseIterable {
  case ready = "Ready"
  case notReady = "NotReady"
  case pending = "Pending"
  case scheduled = "Scheduled"
  case initialized = "Initialized"
  case running = "Running"
  case succeeded = "Succeeded"
  case failed = "Failed"
  case terminating = "Terminating"

  init(word: String) throws(SentenceError) {
    guard let state = PodState.allCases.first(where: { $0.rawValue.lowercased() == word.lowercased() }) else {
      let words = PodState.allCases.map(\.rawValue).joined(separator: ", ")
      throw SentenceError(description: "\"\(word)\" is no state of a pod: expected one of \(words)")
    }
    self = state
  }

  /// A pod that is being deleted is Terminating and nothing else.
  func holds(for pod: Pod) -> Bool {
    let isLeaving = pod.metadata.deletionTimestamp != nil
    switch self {
    case .terminating: return isLeaving
    case .ready: return !isLeaving && Self.isTrue("Ready", pod)
    case .notReady: return !isLeaving && pod.status.phase == "Running" && !Self.isTrue("Ready", pod)
    case .scheduled: return !isLeaving && Self.isTrue("PodScheduled", pod)
    case .initialized: return !isLeaving && Self.isTrue("Initialized", pod)
    case .pending, .running, .succeeded, .failed: return !isLeaving && pod.status.phase == rawValue
    }
  }

  private static func isTrue(_ condition: String, _ pod: Pod) -> Bool {
    pod.status.conditions.contains { $0.type == condition && $0.status == "True" }
  }

  var expectation: String {
    switch self {
    case .ready: "Ready = True"
    case .notReady: "Running with Ready = False"
    default: rawValue
    }
  }
}
