public import KubernetesAPI

/// What a checkpoint may look at: only what any Kubernetes API offers.
public protocol Observation: Sendable {
  /// The pod of this name as it is now.
  func pod(_ name: String) -> Pod?
  func pods() -> [Pod]
  /// The states of pods of this name since the step began, oldest first.
  func history(ofPod name: String) -> [Pod]
  /// Whether a pod of this name was there at any time since the step began.
  func hasSeen(pod name: String) -> Bool
  /// What happened to pods of this name since the step began, in its order.
  func events(forPod name: String) -> [Event]
  func log(pod: String, container: String?, previous: Bool) async -> Observed<String>
  func run(_ command: [String], pod: String, container: String?) async -> Observed<CommandOutcome>
}

/// Something that had to be asked for.
public enum Observed<Value: Sendable>: Sendable {
  case seen(Value)
  /// It may be there later; the text says why it is not.
  case notYet(String)
  /// The cluster does not offer it.
  case unobservable(String)
}

public struct CommandOutcome: Sendable, Equatable {
  public var exitCode: Int32
  public var output: String

  public init(exitCode: Int32, output: String) {
    self.exitCode = exitCode
    self.output = output
  }
}
