internal import ClusterClient
internal import Documents
public import KubectlCommands
public import KubernetesAPI
internal import ObjectSchema
internal import Synchronization

/// Where a lesson takes place: a namespace of its own, what happens in it, and the commands of its author.
public final class LessonPlace: Sendable {
  public let namespace: String
  public let commands: LessonCommands
  let journal: ClusterJournal
  let inquiry: ClusterInquiry
  let client: ClusterClient
  /// The lesson, as its namespaces name it.
  let owner: String
  private let following: Task<Void, Never>

  /// Says that a namespace belongs to a lesson, and to which; only such namespaces are ever removed.
  static let label = "podium.dev/lesson"
  /// Pods of a lesson reach neither for their node nor, through it, for pods of other namespaces.
  static let security = ["pod-security.kubernetes.io/enforce": "baseline"]
  /// The step whose start the namespace has seen: its setup is complete.
  private static let stepMark = "podium.dev/step"
  /// A word that nobody can guess, as long-lived as the namespace.
  static let tokenMark = "podium.dev/token"

  private init(
    _ namespace: String, of owner: String, _ client: ClusterClient, _ commands: LessonCommands,
    _ kinds: Set<ObservedKind>, onChange: @escaping @Sendable () -> Void
  ) {
    self.namespace = namespace
    self.owner = owner
    self.client = client
    self.commands = commands
    let journal = ClusterJournal(client: client, namespace: namespace, kinds: kinds)
    self.journal = journal
    inquiry = ClusterInquiry(client: client)
    following = Task { try? await journal.run(onChange: onChange) }
  }

  deinit { following.cancel() }

  /// Opens the lesson's namespace, or makes it.
  ///
  /// - Parameters:
  ///   - known: The namespace in which the lesson was left; nil for a new one.
  ///   - suffix: Keeps places apart that are open at the same time.
  public static func open(
    _ lesson: Lesson, of pack: Pack, _ context: KubectlContext, known: String? = nil, suffix: String = "",
    onChange: @escaping @Sendable () -> Void = {}
  ) async throws(StatusError) -> LessonPlace {
    let client = context.cluster.client
    let owner = "\(pack.id).\(lesson.id)"
    let namespace = try await makeNamespace(known ?? lesson.id + suffix, owner: owner, client)
    let name = namespace.name
    let variables = LessonVariables(token: namespace.metadata.annotations[tokenMark] ?? "")
    let commands = LessonCommands(context, namespace: name, files: pack.filesFolder, variables)
    let kinds = lesson.allConditions.reduce(into: Set<ObservedKind>()) { $0.formUnion($1.statement.kinds) }
    let place = LessonPlace(name, of: owner, client, commands, kinds, onChange: onChange)
    await place.journal.waitUntilAnswered()
    await place.waitForServiceAccount()
    return place
  }

  /// Pods can be made once the namespace has its service account.
  func waitForServiceAccount() async {
    for _ in 0..<400 {
      do throws(StatusError) {
        _ = try await client.get(ServiceAccount.self, "default", namespace: namespace)
        return
      } catch {
        // Who may not see it need not wait for it.
        if error.code == 403 { return }
      }
      try? await Task.sleep(for: .milliseconds(5))
    }
  }

  // MARK: Steps

  /// Prepares a step; what happens from here on counts for it.
  func begin(_ step: Step) async -> Checkpoint {
    for command in step.setup { _ = await commands.run(command.text) }
    // What was set up belongs to the time before the step, so it has to be known by then.
    if !step.setup.isEmpty { await catchUp() }
    journal.beginStep(step.id)
    await mark(step.id)
    return Checkpoint(step.conditions.map(commands.variables.fill), began: .now)
  }

  /// Waits until the journal knows every pod at least as it is at this moment.
  private func catchUp() async {
    guard let pods = try? await client.list(Pod.self, namespace: namespace).items else { return }
    let deadline = ContinuousClock.now + .seconds(5)
    while ContinuousClock.now < deadline, !Task.isCancelled {
      let history = journal.history
      let known = Dictionary(
        Observation(history, inquiry).pods().map { ($0.uid, $0.metadata.version) }, uniquingKeysWith: { $1 })
      // One that is known no more was there and has gone.
      let isUpToDate = pods.allSatisfy { pod in
        history.podUIDs.contains(pod.uid) && (known[pod.uid].map { $0 >= pod.metadata.version } ?? true)
      }
      if isUpToDate { return }
      try? await Task.sleep(for: .milliseconds(5))
    }
  }

  private func mark(_ step: String) async {
    let patch: Document = ["metadata": ["annotations": [Self.stepMark: .string(step)]]]
    _ = try? await client.patch(Namespace.self, namespace, .merge, patch)
  }

  /// Whether the namespace is as it was when this step had begun.
  func isMarked(_ step: String) async -> Bool {
    let found = try? await client.get(Namespace.self, namespace)
    return found?.metadata.annotations[Self.stepMark] == step
  }

  func look(_ checkpoint: inout Checkpoint) async -> [Condition] {
    await checkpoint.look(at: journal.history, inquiry, now: .now)
  }

  /// Looks once at a condition that is none of the step's own: of a hint, or of what follows.
  func judge(_ condition: Condition) async -> Finding {
    await commands.variables.fill(condition).statement.finding(in: observation)
  }

  /// The pods that were made here, by their uids.
  var everSeenPods: [String] { journal.history.podUIDs.sorted() }

  var observation: Observation {
    var observation = Observation(journal.history, inquiry)
    observation.variables = commands.variables
    return observation
  }

  /// A condition that was not true after a reference solution.
  struct ReplayFailure: Sendable {
    let step: String
    let line: Int
    let sentence: String
    let explanation: String
  }

  /// Rebuilds the world as it is when step number `end` begins: by the setups and reference solutions before it.
  ///
  /// - Parameter start: The first step that matters: before it, nothing was there.
  /// - Returns: What did not become as it was; nil when everything did.
  @discardableResult
  func replay(_ lesson: Lesson, from start: Int = 0, before end: Int) async -> ReplayFailure? {
    await clear()
    var failure: ReplayFailure?
    for step in lesson.steps[start..<end] {
      var checkpoint = await begin(step)
      for command in step.solutions.first?.commands ?? [] { _ = await run(command, &checkpoint) }
      await settle(&checkpoint)
      if failure == nil, let open = checkpoint.progress.first(where: \.isMissing) {
        failure = ReplayFailure(
          step: step.id, line: open.condition.line, sentence: open.condition.sentence, explanation: open.explanation)
      }
    }
    return failure
  }

  /// Runs a command and goes on looking meanwhile: what lasts no longer than the command counts as well.
  ///
  /// - Parameter mutation: What becomes of the objects that the command makes, where a test wants to know.
  func run(
    _ command: LessonCommand, _ checkpoint: inout Checkpoint, _ mutation: ObjectMutation? = nil
  ) async -> CommandOutcome {
    let end = CommandEnd()
    let commands = mutation.map(self.commands.changing) ?? commands
    async let outcome = end.after { await commands.run(command.text) }
    repeat {
      _ = await look(&checkpoint)
      try? await Task.sleep(for: .milliseconds(20))
    } while !end.isReached
    _ = await look(&checkpoint)
    return await outcome
  }

  /// Looks until everything holds, or for as long as the step's author thinks it may take.
  func settle(_ checkpoint: inout Checkpoint) async {
    let deadline = ContinuousClock.now + max(checkpoint.patience, .seconds(3))
    while true {
      _ = await look(&checkpoint)
      if checkpoint.isPassed || checkpoint.isFailed || .now >= deadline || Task.isCancelled { return }
      try? await Task.sleep(for: .milliseconds(25))
    }
  }

  // MARK: Clearing up

  /// Removes every object of the namespace and waits until they are gone.
  func clear() async {
    guard await standing() == .open else { return }
    var options = DeleteOptions()
    options.gracePeriodSeconds = 0
    // Owners first, so that nothing is made again.
    await remove(Deployment.self)
    await remove(DaemonSet.self)
    await remove(ReplicaSet.self)
    await remove(Job.self)
    await remove(Service.self)
    await remove(Pod.self, options)
    await remove(ConfigMap.self, except: ["kube-root-ca.crt"])
    await remove(Secret.self)
    await remove(ServiceAccount.self, except: ["default"])
    let deadline = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < deadline, !Task.isCancelled {
      do throws(StatusError) {
        let pods = try await client.list(Pod.self, namespace: namespace).items
        // The journal has to know it as well, or a new step would begin with what is no more.
        if pods.isEmpty, !observation.holdsAnything { return }
      } catch {
        // Who may not see them will never see that they are gone.
        if error.code == 403 { return }
      }
      // What is left was made meanwhile, or waits for a finalizer.
      await remove(Pod.self, options)
      try? await Task.sleep(for: .milliseconds(20))
    }
  }

  /// Whether there is nothing in the namespace but what every namespace has.
  func isEmpty() async -> Bool {
    func names<Object: NamedObject>(_ type: Object.Type) async -> Set<String> {
      // What cannot be listed may be there.
      guard let items = try? await client.list(type, namespace: namespace).items else { return ["unknown"] }
      return Set(items.map(\.name))
    }
    let made = await [
      names(Pod.self), names(Deployment.self), names(ReplicaSet.self), names(DaemonSet.self), names(Job.self),
      names(Service.self), names(Secret.self), names(PodTemplate.self),
      names(ConfigMap.self).subtracting(["kube-root-ca.crt"]), names(ServiceAccount.self).subtracting(["default"]),
    ]
    return made.allSatisfy(\.isEmpty)
  }

  private func remove<Object: NamedObject>(
    _ type: Object.Type, _ options: DeleteOptions? = nil, except kept: Set<String> = []
  ) async {
    for object in (try? await client.list(type, namespace: namespace).items) ?? [] where !kept.contains(object.name) {
      if object.metadata.finalizers.isEmpty == false {
        _ = try? await client.patch(
          type, object.name, namespace: namespace, .merge, ["metadata": ["finalizers": .null]])
      }
      try? await client.delete(type, object.name, namespace: namespace, options)
    }
  }

  /// Removes the namespace with everything in it.
  public func close() async {
    // Clearing waits until the journal knows of it.
    defer { following.cancel() }
    guard await standing() == .open else { return }
    await clear()
    try? await client.delete(Namespace.self, namespace)
  }
}

extension Lesson {
  /// Those of the steps, of their hints and of the ways that lead on.
  fileprivate var allConditions: [Condition] {
    steps.flatMap { step in
      step.conditions + step.hints.compactMap(\.condition)
        + step.branches.compactMap { if case .condition(let condition) = $0.test { condition } else { nil } }
    }
  }
}

extension ObjectMeta {
  /// Grows with each change.
  fileprivate var version: UInt64 { resourceVersion.flatMap { UInt64($0) } ?? 0 }
}

/// Tells that a command has ended.
private final class CommandEnd: Sendable {
  private let reached = Atomic(false)

  var isReached: Bool { reached.load(ordering: .acquiring) }

  func after<Result>(_ work: @Sendable () async -> Result) async -> Result {
    let result = await work()
    reached.store(true, ordering: .releasing)
    return result
  }
}
