/// Looking on while the learner works: what becomes true, what is lost, and which step comes next.
extension Tutor {
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
}
