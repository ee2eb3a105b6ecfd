public import KubectlCommands
internal import ObjectSchema
internal import Synchronization

/// Walks a learner through a lesson: shows the task, watches the cluster, ticks what has become true, helps.
///
/// It never takes commands away: every command of the prompt works at any time, and the tutor only looks on.
public actor Tutor {
  private(set) var packs: [Pack]
  /// Opens a pack by its path; nil for a word that is no path.
  private var openPack: @Sendable (String) throws -> Pack? = { _ in nil }
  private let context: KubectlContext
  /// Why a pod is as it is, in lines: a namespace and a name go in.
  let explain: @Sendable (_ namespace: String, _ pod: String) async -> [String]
  /// Brings in what a pack's pods are made from; told what takes time.
  private let supply: @Sendable (Pack, _ say: @escaping @Sendable (String) async -> Void) async throws -> Void
  private let notify: @Sendable ([TutorText]) -> Void
  private var keeper: ProgressKeeper
  private let records: any RecordStore
  /// What was done in the lesson that is under way, or in the last one of this sitting.
  private(set) var lessonRecord = LessonRecord()
  private(set) var recordedLesson: String?
  var progress: Progress { keeper.progress }
  var session: TutorSession? { didSet { showNamespace() } }
  /// The namespace to try things in, while the lesson waits.
  var exploring: LessonPlace? { didSet { showNamespace() } }
  private let shownNamespace = Mutex<String?>(nil)
  private let (changes, changed) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

  /// - Parameters:
  ///   - context: How the lessons' commands reach the cluster; its working directory is where they may write.
  ///   - records: Where what was done in lessons is kept for their transcripts.
  ///   - explain: Why a pod is as it is; the same chain of causes for every pack.
  ///   - supply: Brings the images of a pack into the cluster, before one of its lessons begins.
  ///   - notify: Called with what the tutor has to say by itself, while the learner works.
  public init(
    packs: [Pack], context: KubectlContext, store: any ProgressStore, records: any RecordStore,
    explain: @escaping @Sendable (_ namespace: String, _ pod: String) async -> [String],
    supply: @escaping @Sendable (Pack, _ say: @escaping @Sendable (String) async -> Void) async throws -> Void = {
      _, _ in
    },
    notify: @escaping @Sendable ([TutorText]) -> Void
  ) {
    self.packs = packs.named
    self.context = context
    self.explain = explain
    self.supply = supply
    self.notify = notify
    self.records = records
    keeper = ProgressKeeper(store)
  }

  /// Watches until cancelled.
  public func run() async throws {
    let changed = changed
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { [self] in
        for await _ in changes { await lookAround() }
      }
      group.addTask { [self] in
        // What containers hold inside changes without a word to the API.
        while true {
          try await Task.sleep(for: .milliseconds(500))
          if await needsAnotherLook { changed.yield() }
          await offerHelp()
        }
      }
      try await group.waitForAll()
    }
  }

  /// Whoever waits for a condition waits in vain for a cluster that has ended: it is started again.
  func keepCluster() async { try? await context.prepare?(context.cluster) }

  private var needsAnotherLook: Bool { exploring == nil && session?.checkpoint.needsAnotherLook ?? false }

  private func offerHelp() {
    guard exploring == nil, let session, let words = HintOffer.words(session) else { return }
    self.session?.isHelpOffered = true
    notify([.plain(words)])
  }

  /// Something was done that may have changed what no object tells.
  public func noteCommand() async {
    if needsAnotherLook { changed.yield() }
    guard exploring == nil, let session, !session.isToldOfLoss else { return }
    let loss = await loss(session)
    guard !loss.isEmpty, session.isAt(self.session), self.session?.isToldOfLoss == false else { return }
    self.session?.isToldOfLoss = true
    notify(loss)
  }

  /// What is to be said where the lesson's namespace is no longer there; nothing where it is.
  func loss(_ session: TutorSession) async -> [TutorText] {
    let namespace = session.place.namespace
    switch await session.place.standing() {
    case .open: return []
    case .gone:
      return [
        .notYet("The lesson's namespace \(namespace) is gone, with everything in it."),
        .plain("reset step makes it again, with what the steps before have made."),
      ]
    case .taken:
      return [
        .notYet("The namespace \(namespace) is another one now, which is not the lesson's."),
        .plain("leave, and start \(session.lesson.name) goes on in a namespace with another name."),
      ]
    }
  }

  // MARK: Where the learner is

  /// What the prompt shows: `first-pod 2/4`.
  public var place: String? {
    guard let session else { return nil }
    let place = "\(session.lesson.id) \(session.stepIndex + 1)/\(session.lesson.steps.count)"
    return exploring == nil ? place : place + " explore"
  }

  /// The namespace in which the learner's commands act during a lesson.
  public nonisolated var namespace: String? { shownNamespace.withLock { $0 } }

  private func showNamespace() {
    let namespace = (exploring ?? session?.place)?.namespace
    shownNamespace.withLock { $0 = namespace }
  }

  /// Where the files that lessons speak of are found: those of the current lesson first.
  public var filesFolders: [String] {
    let current = session?.pack.filesFolder
    return (current.map { [$0] } ?? []) + packs.map(\.filesFolder).filter { $0 != current }
  }

  /// What a manifest of a pack says in the lesson that is under way.
  public var fillManifest: (@Sendable ([UInt8]) -> [UInt8])? {
    guard let variables = (exploring ?? session?.place)?.commands.variables else { return nil }
    return { variables.fill($0) }
  }

  /// What the lessons can be called, with their titles.
  public var lessonNames: [(name: String, title: String)] { packs.flatMap(\.lessons).map { ($0.name, $0.title) } }

  // MARK: Packs by path

  public func lookForPacks(_ open: @escaping @Sendable (String) throws -> Pack?) { openPack = open }

  /// Begins the first lesson of a pack on disk that is not done; nil when the word is no path.
  private func startPack(_ path: String) async -> [TutorText]? {
    let pack: Pack
    do {
      guard let found = try openPack(path) else { return nil }
      pack = found
    } catch {
      return [.notYet("\(error)")]
    }
    packs = (packs.filter { $0.id != pack.id } + [pack]).named
    guard let lesson = pack.lessons.first(where: { !progress.isCompleted(pack.id + "/" + $0.id) }) ?? pack.lessons.first
    else { return nil }
    let names = packs.last?.lessons.map(\.name) ?? []
    return [.plain("The pack \"\(pack.title)\" is open: \(names.joined(separator: ", "))."), .blank]
      + (await start(pack.id + "/" + lesson.id))
  }

  // MARK: Beginning and leaving

  public func start(_ id: String) async -> [TutorText] {
    let pack: Pack
    let lesson: Lesson
    do throws(UnknownLesson) {
      (pack, lesson) = try packs.lesson(named: id)
    } catch {
      if let text = await startPack(id) { return text }
      if !error.candidates.isEmpty { return [.notYet("\(error).")] }
      let guess = error.suggestion.map { " Did you mean \($0)?" } ?? ""
      return [.notYet("There is no lesson \"\(id)\".\(guess)"), .plain("lessons lists them all.")]
    }
    let key = pack.id + "/" + lesson.id
    if session?.key == key, let session { return [.plain("This lesson is under way.")] + Self.task(session) }
    var text: [TutorText] = []
    if let session { text += await leave(session) }
    text.append(.heading(lesson.title))
    for need in lesson.needs where !progress.isCompleted(pack.id + "/" + need) {
      text.append(.notYet("This lesson builds on \"\(need)\", which is not done yet. It works all the same."))
    }
    // A lesson that was left in the middle goes on there; a finished one begins anew.
    if lesson.steps.allSatisfy({ progress.isDone($0.id, of: key) }) {
      record(.init(.reset, key))
      records.replace([], key)
    }
    return text + (await enter(pack, lesson))
  }

  /// Goes on where the learner was when the program ended; nothing when no lesson was under way.
  public func resume() async -> [TutorText] {
    if let complaint = keeper.complaint { return [.notYet(complaint)] }
    guard session == nil, let key = progress.current else { return [] }
    guard let (pack, lesson) = (try? packs.lesson(named: key)) ?? reopen(key) else { return absence(of: key) }
    let text = [.heading("\(lesson.title), where you left it")] + (await enter(pack, lesson))
    guard let session, await LessonPlace.isOpen(Self.explorationName(lesson), for: session.place) else { return text }
    return text + [.blank] + (await explore())
  }

  /// The lesson of a pack that was named by its path the last time.
  private func reopen(_ key: String) -> (Pack, Lesson)? {
    guard let path = progress[key]?.path, let pack = try? openPack(path) else { return nil }
    packs = (packs.filter { $0.id != pack.id } + [pack]).named
    return try? packs.lesson(named: key)
  }

  /// Nothing is taken away from somebody who may bring the pack back.
  private func absence(of key: String) -> [TutorText] {
    let parts = key.split(separator: "/")
    let place = progress[key]?.path.map { "at \($0) any more" } ?? "here"
    return [
      .notYet(
        "The lesson \"\(parts.last ?? "")\" is under way, but its pack \"\(parts.first ?? "")\" is not \(place): --pack PATH or podium pack install brings it back, leave gives it up."
      )
    ] + (progress[key]?.namespace.map { [.plain("Its Pods run on, in the namespace \($0).")] } ?? [])
  }

  static func explorationName(_ lesson: Lesson) -> String { lesson.id + explorationSuffix }
  static let explorationSuffix = "-explore"

  /// Opens the lesson's namespace and brings it to the start of the first step that is not done.
  private func enter(_ pack: Pack, _ lesson: Lesson) async -> [TutorText] {
    let key = pack.id + "/" + lesson.id
    var text: [TutorText] = []
    for step in lesson.steps where progress.hasChanged(step, of: key) {
      text.append(.plain("The step \"\(step.title)\" has changed since you did it: back leads there."))
    }
    let known = progress[key]
    let index =
      lesson.steps.firstIndex { $0.id == known?.step && !progress.isDone($0.id, of: key) }
      ?? lesson.steps.firstIndex { !progress.isDone($0.id, of: key) } ?? 0
    do {
      let notify = notify
      try await supply(pack) { notify([.plain($0)]) }
    } catch {
      return text + [.notYet("The lesson cannot begin without the images of its pack: \(error)")]
    }
    let place: LessonPlace
    do {
      place = try await openPlace(lesson, of: pack, known: known?.namespace)
    } catch {
      return text + [.notYet("The lesson's namespace could not be made: \(error)")]
    }
    record(.init(.started, key, detail: place.namespace, path: pack.path))
    lessonRecord = LessonRecord(lines: records.load(key))
    answers = lessonRecord.answers
    recordedLesson = key
    let step = lesson.steps[index]
    if await place.isMarked(step.id) {
      // Everything is as it was left: what the learner has done in this step counts from here on.
      text += [.plain("Going on at step \(index + 1) of \(lesson.steps.count)."), .blank]
      return text + (await begin(pack, lesson, place, step: index, isPrepared: true))
    }
    if index > 0 {
      text += [
        .plain("Going on at step \(index + 1) of \(lesson.steps.count); what came before is made again."), .blank,
      ]
      await place.replay(lesson, before: index)
    } else {
      await place.clear()
      text += [.blank] + blocks(lesson.introduction, of: nil)
    }
    text += await begin(pack, lesson, place, step: index)
    return text + FirstMinute.words(at: index, of: lesson, progress)
  }

  func openPlace(_ lesson: Lesson, of pack: Pack, known: String?, suffix: String = "") async throws -> LessonPlace {
    let changed = changed
    return try await LessonPlace.open(
      lesson, of: pack, context, known: known, suffix: suffix, onChange: { changed.yield() })
  }

  /// Leaves the lesson for now. Its namespace is removed; coming back makes everything again.
  public func leave() async -> [TutorText] {
    if let session { return await leave(session) }
    // One whose pack is not here can be given up all the same.
    guard let key = progress.current else { return Self.noLesson }
    record(.init(.left, key))
    let namespace = progress[key]?.namespace.map { "; kubectl delete namespace \($0) removes its Pods" } ?? ""
    return [.plain("You have left the lesson \"\(key)\"\(namespace).")]
  }

  private func leave(_ session: TutorSession) async -> [TutorText] {
    self.session = nil
    await exploring?.close()
    exploring = nil
    record(.init(.left, session.key, step: session.step.id))
    await session.place.close()
    return [
      .plain(
        "You have left \"\(session.lesson.title)\". start \(session.lesson.name) goes on at step \(session.stepIndex + 1); what the steps before have made is made again then."
      )
    ]
  }

  /// Ends a lesson that is done; its namespace goes with it.
  private func finish(_ session: TutorSession) async -> [TutorText] {
    record(.init(.completed, session.key))
    self.session = nil
    await exploring?.close()
    exploring = nil
    await session.place.close()
    return EndCard(lesson: session.lesson, pack: session.pack, record: lessonRecord, progress: progress).text
  }

  /// Whether there is a lesson to go on with.
  public var hasLessonUnderWay: Bool { progress.current != nil }

  /// What is said to somebody who closes the prompt in the middle of a lesson; nil when there is none.
  public var farewell: [TutorText]? {
    session.map { session in
      [
        .plain(
          "\"\(session.lesson.title)\" waits for you at step \(session.stepIndex + 1) of \(session.lesson.steps.count), and your Pods run on: the next podium goes on there."
        )
      ]
    }
  }

  // MARK: Steps

  func begin(
    _ pack: Pack, _ lesson: Lesson, _ place: LessonPlace, step index: Int, isPrepared: Bool = false
  ) async -> [TutorText] {
    var step = lesson.steps[index]
    // What was set up before a crash is still there.
    if isPrepared { step.setup = [] }
    let key = pack.id + "/" + lesson.id
    let answered = progress[key]?.step == step.id ? progress[key]?.answered ?? [] : []
    let checkpoint = await place.begin(step)
    record(.init(.began, key, step: step.id))
    let session = TutorSession(
      pack: pack, lesson: lesson, place: place, stepIndex: index, checkpoint: checkpoint, answered: answered)
    self.session = session
    changed.yield()
    return Self.task(session)
  }

  /// Judges the open conditions; one look at a time, since the actor can be entered while a condition is judged.
  private var isLooking = false
  private var isOverlooked = false

  func lookAround() async {
    guard !isLooking else {
      isOverlooked = true
      return
    }
    guard exploring == nil, let session else { return }
    isLooking = true
    var checkpoint = session.checkpoint
    let fresh = await session.place.look(&checkpoint)
    isLooking = false
    // The learner may have gone elsewhere meanwhile.
    if session.isAt(self.session) {
      self.session?.checkpoint = checkpoint
      var text = Self.ticks(fresh)
      for condition in fresh { note(.cameTrue(condition.spoken), session) }
      if let now = self.session, now.isDone { text += await pass(now) } else { text += openQuestions() }
      if !text.isEmpty { notify(text) }
    }
    if isOverlooked {
      isOverlooked = false
      changed.yield()
    }
  }

  /// Says what has become true by what was done; what may hold before the step is nobody's merit.
  static func ticks(_ fresh: [Condition]) -> [TutorText] {
    fresh.filter { !$0.mayHoldBefore }.map { .standing(.ok, $0.spoken) }
  }

  /// What is left when everything holds: said once a step, or nobody would know why it does not end.
  private func openQuestions() -> [TutorText] {
    guard let session, session.checkpoint.isPassed, !session.step.conditions.isEmpty, !session.isSkipped,
      !session.isToldOfQuestions, let first = session.openQuestions.first
    else { return [] }
    self.session?.isToldOfQuestions = true
    return [.blank, .plain("Everything that was asked for is there. One thing is left:")] + Self.asking(first)
  }

  /// The step is done: goes on with the next one.
  func pass(_ session: TutorSession) async -> [TutorText] {
    // An answer and a tick may find at the same time that nothing is missing any more.
    guard session.isAt(self.session), self.session?.isEnding == false else { return [] }
    self.session?.isEnding = true
    record(
      .init(session.isSkipped ? .skipped : .passed, session.key, step: session.step.id, digest: session.step.digest))
    note(session.isSkipped ? .skipped : .passed, session)
    var text: [TutorText] = [.ok("\(session.position) is done.")]
    if let next = await nextStep(after: session) {
      text += [.blank] + (await begin(session.pack, session.lesson, session.place, step: next))
      text += FirstMinute.words(at: next, of: session.lesson, progress)
    } else {
      text += await finish(session)
    }
    return text
  }

  /// Waits while a step that is done gives way to the next one, whose setup may take a while: what is typed meanwhile is
  /// meant for that.
  public func waitForNextStep() async {
    while session?.isEnding == true, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(10)) }
  }

  /// The step that follows: where a branch leads, else the one below.
  private func nextStep(after session: TutorSession) async -> Int? {
    for branch in session.step.branches {
      let isTaken: Bool
      switch branch.test {
      case .always: isTaken = true
      case .condition(let condition):
        isTaken = await session.place.judge(condition).verdict == .pass
      case .answer(let question, let text):
        let text = session.place.commands.variables.fill(text)
        let given = answers[question]
        let asked = session.step.questions.first { $0.id == question }
        isTaken = given.flatMap { asked?.isSame($0, text) } ?? false
      }
      if isTaken { return session.lesson.steps.firstIndex { $0.id == branch.target } }
    }
    return session.stepIndex + 1 < session.lesson.steps.count ? session.stepIndex + 1 : nil
  }

  /// What the learner answered last to each question of the lesson.
  var answers: [String: String] = [:]

  // MARK: Keeping

  func record(_ entry: Progress.Entry) {
    if let word = keeper.note(entry) { notify([word]) }
  }

  // MARK: The record

  /// Where a command of the prompt belongs that is about to run.
  public struct CommandPlace: Sendable {
    fileprivate var lesson: String
    fileprivate var step: String
    fileprivate var order: Int
  }

  /// Nil where commands are not part of a lesson.
  public func commandPlace() -> CommandPlace? {
    guard exploring == nil, let session else { return nil }
    lastOrder = max(lastOrder + 1, lessonRecord.next)
    return CommandPlace(lesson: session.key, step: session.step.id, order: lastOrder)
  }

  /// The orders that are given to commands which still run are taken as well.
  private var lastOrder = 0

  /// Keeps a command of the learner for the transcript.
  public func note(_ command: String, output: String, exitCode: Int32, at place: CommandPlace) {
    let act = LessonRecord.Act.command(command, output: output, exitCode: exitCode)
    note(.init(order: place.order, step: place.step, act: act), place.lesson)
  }

  func note(_ act: LessonRecord.Act, _ session: TutorSession) {
    lastOrder = max(lastOrder + 1, lessonRecord.next)
    note(.init(order: lastOrder, step: session.step.id, act: act), session.key)
  }

  private func note(_ entry: LessonRecord.Entry, _ lesson: String) {
    guard recordedLesson == lesson else { return }
    if lessonRecord.add(entry) {
      records.replace(lessonRecord.lines, lesson)
    } else {
      records.append(entry.line, lesson)
    }
  }

  /// Whether it is yet to be said what hints cost.
  func noteCostOnce() -> Bool {
    defer { hasToldCost = true }
    return !hasToldCost
  }

  private var hasToldCost = false

  static let waitsForExploring: [TutorText] = [.plain("The lesson waits while you explore: back returns to it.")]

  static let noLesson: [TutorText] = [
    .plain("No lesson is under way. lessons lists them, start NAME begins one.")
  ]
}
