internal import Synchronization

/// Walks a learner through a lesson: shows the task, watches the cluster, ticks what has become true, helps.
///
/// It never takes commands away: every command of the prompt works at any time, and the tutor only looks on.
public actor Tutor {
  /// Where the learner is.
  private struct Session {
    var pack: Pack
    var lesson: Lesson
    var stepIndex: Int
    var checkpoint: Checkpoint
    var hintsShown = 0
    var failedChecks = 0

    var step: Step { lesson.steps[stepIndex] }
    var key: String { pack.id + "/" + lesson.id }

    /// Whether the other one is in the same try of the same step.
    func isAt(_ other: Session?) -> Bool { checkpoint.began == other?.checkpoint.began }
  }

  private let packs: [Pack]
  private let commands: any CommandRunner
  private let journal: ClusterJournal
  private let store: any ProgressStore
  private let notify: @Sendable ([TutorText]) -> Void
  private var progress: Progress
  private var session: Session?
  private let (changes, changed) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

  /// `notify` is called with what the tutor has to say by itself, while the learner works.
  public init(
    packs: [Pack], journal: ClusterJournal, commands: any CommandRunner, store: any ProgressStore,
    notify: @escaping @Sendable ([TutorText]) -> Void
  ) {
    self.packs = packs
    self.journal = journal
    self.commands = commands
    self.store = store
    self.notify = notify
    progress = store.load()
  }

  /// Watches until cancelled.
  public func run() async throws {
    let changed = changed
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { [journal] in try await journal.run { changed.yield() } }
      group.addTask { [self] in
        for await _ in changes { await lookAround() }
      }
      group.addTask { [self] in
        // What containers hold inside changes without a word to the API.
        while true {
          try await Task.sleep(for: .seconds(1))
          if await needsAnotherLook { changed.yield() }
        }
      }
      try await group.waitForAll()
    }
  }

  private var needsAnotherLook: Bool { session?.checkpoint.needsAnotherLook ?? false }

  /// What the prompt shows: `first-pod 2/4`.
  public var place: String? {
    session.map { "\($0.lesson.id) \($0.stepIndex + 1)/\($0.lesson.steps.count)" }
  }

  /// The folder of the files that the current lesson speaks of.
  public var filesFolder: String? { session?.pack.filesFolder }

  public var lessonIDs: [(id: String, title: String)] {
    packs.flatMap { pack in pack.lessons.map { ($0.id, $0.title) } }
  }

  // MARK: Words of the learner

  public func lessons() -> [TutorText] { LessonList.text(packs, progress) }

  public func start(_ id: String) async -> [TutorText] {
    guard let (pack, lesson) = find(id) else {
      let known = lessonIDs.map(\.id).joined(separator: ", ")
      return [.notYet("There is no lesson \"\(id)\". Lessons: \(known).")]
    }
    let key = pack.id + "/" + lesson.id
    var text: [TutorText] = [.heading(lesson.title)]
    for need in lesson.needs where !progress.completed.contains(pack.id + "/" + need) {
      text.append(.notYet("This lesson builds on \"\(need)\", which is not done yet. It works all the same."))
    }
    // A lesson that was left in the middle goes on there; a finished one begins anew.
    let isDone = lesson.steps.allSatisfy { progress.isDone($0.id, of: key) }
    if isDone { progress.restart(key) }
    record(.started(lesson: key))
    let first = lesson.steps.firstIndex { !progress.isDone($0.id, of: key) } ?? 0
    await journal.waitUntilFilled()
    if first > 0 {
      text.append(.plain("Going on at step \(first + 1) of \(lesson.steps.count)."))
    } else {
      text += Self.blocks(lesson.introduction)
    }
    text += await begin(pack, lesson, step: first)
    return text
  }

  public func task() -> [TutorText] {
    guard let session else { return Self.noLesson }
    return Self.task(session)
  }

  public func hint() async -> [TutorText] {
    guard var session else { return Self.noLesson }
    let hints = session.step.hints
    // What the state of the cluster calls for comes first; the rest goes deeper one by one.
    for hint in hints {
      guard let condition = hint.condition else { continue }
      let holds = await condition.statement.judge(journal).verdict == .pass
      if holds && session.hintsShown == 0 {
        session.hintsShown = 1
        self.session?.hintsShown = 1
        return [.heading("Hint"), .prose(hint.text)]
      }
    }
    let ladder = hints.filter { $0.condition == nil }
    guard session.hintsShown < ladder.count else {
      return [
        .plain(
          ladder.isEmpty ? "There is no hint for this step." : "That was the last hint. skip shows how it is done.")
      ]
    }
    let hint = ladder[session.hintsShown]
    self.session?.hintsShown += 1
    return [.heading("Hint \(session.hintsShown + 1) of \(ladder.count)"), .prose(hint.text)]
  }

  /// Looks at once, and waits visibly for what needs a moment.
  public func check(waiting: @Sendable (String) async -> Void) async -> [TutorText] {
    guard let session else { return Self.noLesson }
    await lookAround()
    guard let open = self.session, open.isAt(session) else { return [] }
    let patience = min(open.checkpoint.patience, hasBegun(open) ? .seconds(10) : .zero)
    if patience > .zero {
      await waiting("waiting up to \(patience.components.seconds) s; Ctrl-C stops waiting")
      let deadline = ContinuousClock.now + patience
      while ContinuousClock.now < deadline, !Task.isCancelled {
        guard let now = self.session, now.isAt(session) else { return [] }
        try? await Task.sleep(for: .milliseconds(100))
        await lookAround()
      }
    }
    guard let after = self.session, after.isAt(session) else { return [] }
    self.session?.failedChecks += 1
    return report(after)
  }

  /// Something of the step is under way, so waiting may help.
  private func hasBegun(_ session: Session) -> Bool { session.checkpoint.passedCount > 0 }

  public func why() async -> [TutorText] {
    guard let session else { return Self.noLesson }
    await lookAround()
    guard let open = self.session?.checkpoint.progress.first(where: { !$0.hasPassed }), session.isAt(self.session)
    else {
      return [.ok("Everything that this step asks for holds.")]
    }
    var text: [TutorText] = [.notYet("NOT YET  \(open.condition.sentence)")]
    if let finding = open.finding {
      text.append(.detail("expected  \(finding.expected)"))
      text.append(.detail("found     \(finding.found)"))
      if let because = finding.because { text.append(.detail("because   \(because)")) }
    }
    if let advice = open.condition.advice { text.append(.detail("note      \(advice)")) }
    text.append(.detail("look      \(open.finding?.look ?? "kubectl get pods")"))
    return text
  }

  public func status() -> [TutorText] {
    guard let session else { return Self.noLesson }
    let done = session.lesson.steps.count { progress.isDone($0.id, of: session.key) }
    let total = session.lesson.steps.count
    let bar = String(repeating: "#", count: done) + String(repeating: "-", count: total - done)
    var text: [TutorText] = [.heading(session.lesson.title), .plain("[\(bar)] \(done) of \(total)")]
    for (index, step) in session.lesson.steps.enumerated() {
      let mark = progress.isDone(step.id, of: session.key) ? "done" : index == session.stepIndex ? "now " : "    "
      text.append(.plain("  \(mark)  \(step.title)"))
    }
    return text
  }

  /// Shows how the step is done by doing it, aloud.
  public func skip(say: @Sendable ([TutorText]) async -> Void) async -> [TutorText] {
    guard let session else { return Self.noLesson }
    guard let solution = session.step.solutions.first else {
      return [.notYet("This step has no reference solution, so it cannot be shown.")]
    }
    for command in solution.commands {
      await say([.code(["$ " + command.text])])
      let outcome = await commands.run(line: command.text)
      if !outcome.output.isEmpty { await say([.plain(outcome.output.trimmed())]) }
    }
    let deadline = ContinuousClock.now + max(session.checkpoint.patience, Timing.patience)
    while ContinuousClock.now < deadline, !Task.isCancelled {
      await lookAround(isSkip: true)
      guard let now = self.session, now.isAt(session) else { return [] }
      try? await Task.sleep(for: .milliseconds(100))
    }
    guard let stuck = self.session else { return [] }
    return [.notYet("The reference solution did not make every condition true:")] + report(stuck)
  }

  /// The step before, to be read and done again.
  public func back() async -> [TutorText] {
    guard let session else { return Self.noLesson }
    guard session.stepIndex > 0 else { return [.plain("This is the first step.")] }
    return await begin(session.pack, session.lesson, step: session.stepIndex - 1)
  }

  // MARK: Watching

  /// Judges the open conditions; one look at a time, since the actor can be entered while a condition is judged.
  private var isLooking = false

  private func lookAround(isSkip: Bool = false) async {
    guard !isLooking, let session else { return }
    isLooking = true
    defer { isLooking = false }
    var checkpoint = session.checkpoint
    let fresh = await checkpoint.look(at: journal, now: .now)
    // The learner may have gone elsewhere meanwhile.
    guard session.isAt(self.session) else { return }
    self.session?.checkpoint = checkpoint
    var text = fresh.map { TutorText.ok("ok  \($0.sentence)") }
    if checkpoint.isPassed { text += await pass(session, isSkip: isSkip) }
    if !text.isEmpty { notify(text) }
  }

  private func pass(_ session: Session, isSkip: Bool) async -> [TutorText] {
    record(
      isSkip
        ? .skipped(lesson: session.key, step: session.step.id) : .passed(lesson: session.key, step: session.step.id))
    var text: [TutorText] = [.ok("Step \(session.stepIndex + 1) of \(session.lesson.steps.count) is done.")]
    if session.stepIndex + 1 < session.lesson.steps.count {
      text += [.blank] + (await begin(session.pack, session.lesson, step: session.stepIndex + 1))
    } else {
      record(.completed(lesson: session.key))
      text += finish(session.lesson)
      self.session = nil
    }
    return text
  }

  private func finish(_ lesson: Lesson) -> [TutorText] {
    var text: [TutorText] = [.blank, .heading("\(lesson.title): done")]
    for block in lesson.steps.flatMap(\.text) + lesson.introduction {
      if case .debrief(let words) = block { text.append(.prose(words)) }
    }
    text.append(.plain("lessons lists what else there is."))
    return text
  }

  private func begin(_ pack: Pack, _ lesson: Lesson, step index: Int) async -> [TutorText] {
    let step = lesson.steps[index]
    for command in step.setup { _ = await commands.run(line: command.text) }
    journal.beginStep()
    let session = Session(
      pack: pack, lesson: lesson, stepIndex: index, checkpoint: Checkpoint(step.conditions, began: .now))
    self.session = session
    changed.yield()
    return Self.task(session)
  }

  // MARK: Words

  private func report(_ session: Session) -> [TutorText] {
    let hints = session.step.hints.count { $0.condition == nil }
    let help = hints > 0 ? "hint (\(min(session.hintsShown + 1, hints)) of \(hints))" : "skip"
    return StepReport.text(
      session.checkpoint, step: session.step, number: session.stepIndex + 1, of: session.lesson.steps.count,
      waited: .now - session.checkpoint.began)
      + [.plain("Type why for the cause, \(help), or keep working: I am watching.")]
  }

  private static let noLesson: [TutorText] = [
    .plain("No lesson is under way. lessons lists them, start NAME begins one.")
  ]

  private static func task(_ session: Session) -> [TutorText] {
    let step = session.step
    let time = step.estimate.map { "  (about \(StepReport.rough($0)))" } ?? ""
    return [.heading("Step \(session.stepIndex + 1) of \(session.lesson.steps.count): \(step.title)\(time)")]
      + blocks(step.text)
  }

  private static func blocks(_ blocks: [LessonBlock]) -> [TutorText] {
    blocks.flatMap { block -> [TutorText] in
      switch block {
      case .prose(let text): [.prose(text), .blank]
      case .console(let lines): [.code(lines), .blank]
      case .debrief: []
      }
    }
  }

  private func find(_ id: String) -> (Pack, Lesson)? {
    for pack in packs {
      for lesson in pack.lessons where lesson.id == id || pack.id + "/" + lesson.id == id { return (pack, lesson) }
    }
    return nil
  }

  private func record(_ entry: Progress.Entry) {
    progress.note(entry)
    do {
      try store.append(entry)
    } catch {
      notify([.notYet("Your progress could not be saved: \(error)")])
    }
  }
}
