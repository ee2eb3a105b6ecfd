public import ClusterClient
public import KubernetesAPI
internal import Synchronization

/// What happened in a namespace since a lesson began, as a watch of pods and events tells it.
///
/// History and events are told only from the current step on, and only of pods that were there in it: what an earlier
/// step or an earlier pod of the same name has left behind proves nothing.
public final class ClusterJournal: Observation {
  private struct State {
    var now: [String: Pod] = [:]
    /// Every state of every pod, in the order in which they were told.
    var pods: [Entry<Pod>] = []
    var events: [Entry<Event>] = []
    var step = 0
  }

  private struct Entry<Object: Sendable>: Sendable {
    var object: Object
    /// The step in which it was told.
    var step: Int
  }

  private let client: ClusterClient
  private let namespace: String
  private let commands: any CommandRunner
  private let state = Mutex(State())
  private let podMirror: Mirror<Pod>
  private let eventMirror: Mirror<Event>

  public init(client: ClusterClient, namespace: String, commands: any CommandRunner) {
    self.client = client
    self.namespace = namespace
    self.commands = commands
    podMirror = Mirror(client, namespace: namespace)
    eventMirror = Mirror(client, namespace: namespace)
  }

  /// Follows the cluster until cancelled; `onChange` is called after each change that was noted.
  public func run(onChange: @escaping @Sendable () -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { [self] in
        try await podMirror.run { _, old, new in
          note(old, new)
          onChange()
        }
      }
      group.addTask { [self] in
        try await eventMirror.run { _, _, new in
          if let new { note(new) }
          onChange()
        }
      }
      try await group.waitForAll()
    }
  }

  public func waitUntilFilled() async {
    await podMirror.waitUntilFilled()
    await eventMirror.waitUntilFilled()
  }

  /// What is told from here on belongs to a new step; the pods that are there now are known to it.
  public func beginStep() {
    state.withLock { state in
      state.step += 1
      for pod in state.now.values { state.pods.append(Entry(object: pod, step: state.step)) }
    }
  }

  private func note(_ old: Pod?, _ new: Pod?) {
    guard let pod = new ?? old else { return }
    state.withLock { state in
      state.now[pod.name] = new
      if let new { state.pods.append(Entry(object: new, step: state.step)) }
    }
  }

  private func note(_ event: Event) {
    state.withLock { state in
      // A repeated event is the same object with a higher count.
      let known = state.events.firstIndex { $0.object.uid == event.uid && $0.step == state.step }
      if let known {
        state.events[known].object = event
      } else {
        state.events.append(Entry(object: event, step: state.step))
      }
    }
  }

  // MARK: Observation

  public func pod(_ name: String) -> Pod? { state.withLock { $0.now[name] } }
  public func pods() -> [Pod] { state.withLock { Array($0.now.values) } }

  public func history(ofPod name: String) -> [Pod] {
    state.withLock { state in
      state.pods.filter { $0.step == state.step && $0.object.name == name }.map(\.object)
    }
  }

  public func hasSeen(pod name: String) -> Bool { !history(ofPod: name).isEmpty }

  public func events(forPod name: String) -> [Event] {
    state.withLock { state in
      let identities = Set(state.pods.filter { $0.step == state.step && $0.object.name == name }.map(\.object.uid))
      return state.events
        .filter { $0.step == state.step && identities.contains($0.object.involvedObject.uid ?? "") }
        .map(\.object)
    }
  }

  public func log(pod: String, container: String?, previous: Bool) async -> Observed<String> {
    guard self.pod(pod) != nil else { return .notYet("there is no pod \(pod)") }
    var query = previous ? [QueryItem("previous", "true")] : []
    if let container { query.append(QueryItem("container", container)) }
    do {
      let bytes = try await client.send(
        "GET", Pod.resource.path(namespace: namespace, name: pod, subresource: "log"), query: query)
      return .seen(String(decoding: bytes, as: UTF8.self))
    } catch {
      return .notYet(error.message)
    }
  }

  public func run(_ command: [String], pod: String, container: String?) async -> Observed<CommandOutcome> {
    guard let found = self.pod(pod) else { return .notYet("there is no pod \(pod)") }
    guard found.status.phase == "Running" else { return .notYet("pod \(pod) is not running") }
    var words = ["exec", pod, "-n", namespace]
    if let container { words += ["-c", container] }
    return .seen(await commands.run(words: words + ["--"] + command))
  }
}

/// Runs commands of the prompt's language and keeps what they print.
public protocol CommandRunner: Sendable {
  /// A line as it would be typed.
  func run(line: String) async -> CommandOutcome
  /// A kubectl command, already taken apart.
  func run(words: [String]) async -> CommandOutcome
}
