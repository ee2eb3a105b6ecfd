/// Showing the task, and helping with it.
extension Tutor {
  public func lessons() -> [TutorText] { LessonList.text(packs, progress) }

  /// What was learnt in the lessons that are done, for looking things up.
  public func doneLessons() -> [TutorText] { LessonList.done(packs, progress) }

  public func task() -> [TutorText] {
    guard let session else { return Self.noLesson }
    return Self.task(session)
  }

  static func task(_ session: TutorSession) -> [TutorText] {
    let step = session.step
    let time = step.estimate.map { "  (about \(StepReport.rough($0)))" } ?? ""
    let optional = step.isOptional ? ", if you like" : ""
    var text: [TutorText] = [.heading("\(session.position): \(step.title)\(optional)\(time)"), .blank]
    text += blocks(step.text, of: session)
    while text.last == .blank { text.removeLast() }
    if step.isOptional { text += [.blank, .plain("next leaves this step out.")] }
    return text
  }

  func blocks(_ blocks: [LessonBlock], of session: TutorSession?) -> [TutorText] { Self.blocks(blocks, of: session) }

  static func blocks(_ blocks: [LessonBlock], of session: TutorSession?) -> [TutorText] {
    blocks.flatMap { block -> [TutorText] in
      switch block {
      case .prose(let text): [.prose(text), .blank]
      case .console(let console): [.code(console.shown), .blank]
      case .run(let commands): [.code(commands.map { "$ " + $0.text }), .blank]
      case .explore(let text): [.heading("To try"), .prose(text), .blank]
      case .diagram(let lines, let alternative): [.diagram(lines, alternative: alternative), .blank]
      case .debrief: []
      case .question(let id): session?.step.questions.first { $0.id == id }.map { question($0, session) } ?? []
      }
    }
  }

  private static func question(_ question: Question, _ session: TutorSession?) -> [TutorText] {
    let isDone = session?.answered.contains(question.id) ?? false
    return asking(question, isDone: isDone) + [.blank]
  }

  static func asking(_ question: Question, isDone: Bool = false) -> [TutorText] {
    if isDone { return [.prose("Answered: " + question.gist)] }
    return [.prose("Question: " + question.text)]
      + question.choices.enumerated().map { .choice($0.offset + 1, $0.element) }
      + [.plain("Type `\(StepReport.wayToAnswer(question))`.")]
  }

  // MARK: Hints

  public func hint() async -> [TutorText] {
    guard let session else { return Self.noLesson }
    self.session?.isHelpOffered = true
    // What the state of the cluster calls for comes first; the rest goes deeper one by one.
    if session.hintsShown == 0 {
      for hint in session.step.hints {
        guard let condition = hint.condition else { continue }
        let isFitting = await session.place.judge(condition).verdict == .pass
        guard isFitting, session.isAt(self.session), !session.stateHintsShown.contains(hint.line) else { continue }
        self.session?.stateHintsShown.insert(hint.line)
        noteHint("state", session)
        return [.heading("A hint, as things are"), .prose(hint.text)] + further(session)
      }
    }
    let ladder = session.ladder
    if session.hintsShown < ladder.count {
      let level = session.hintsShown + 1
      self.session?.hintsShown = level
      noteHint("\(level)", session)
      return [.heading("Hint \(level) of \(ladder.count)"), .prose(ladder[level - 1].text)] + further(self.session)
    }
    if session.showsSolution {
      self.session?.hintsShown = ladder.count + 1
      noteHint("solution", session)
      return solution(session) + [.plain("Now it is your turn; skip has it typed for you.")]
    }
    return [
      .plain(
        ladder.isEmpty
          ? "There is no hint for this step. \(session.wayOut)" : "That was the last hint. \(session.wayOut)")
    ]
  }

  private func noteHint(_ level: String, _ session: TutorSession) {
    record(.init(.hinted, session.key, step: session.step.id, detail: level))
    note(.hinted(level), session)
  }

  /// What asking again brings, and what it costs.
  private func further(_ session: TutorSession?) -> [TutorText] {
    guard let session else { return [] }
    let rest = session.ladder.count - session.hintsShown
    var words =
      switch (rest, session.showsSolution) {
      case (0, false): "That was the last hint. \(session.wayOut)"
      case (0, true): "hint once more shows the solution."
      case (_, let showsSolution):
        "hint again goes deeper: \(rest) \(session.hintsShown == 0 ? "" : "more ")to come\(showsSolution ? ", then the solution" : "")."
      }
    if noteCostOnce() { words += " Hints cost nothing; your report counts them." }
    return [.plain(words)]
  }

  /// The reference solution, beside what the learner has typed in this step.
  private func solution(_ session: TutorSession) -> [TutorText] {
    let comparison = SolutionComparison(session.step, lessonRecord)
    if comparison.own.isEmpty { return [.heading("The solution"), .code(comparison.reference.map { "$ " + $0 })] }
    let row = TutorText.Comparison.Row(place: "", left: comparison.own, right: comparison.reference)
    return [
      .heading("The solution"),
      .comparison(.init(left: "you", right: "reference", rows: [row], isDifference: false)),
    ]
  }

  // MARK: Checks

  /// Looks at once, and waits visibly for what needs a moment.
  public func check(waiting: @Sendable (String) async -> Void) async -> [TutorText] {
    guard let session else { return Self.noLesson }
    if exploring != nil { return Self.waitsForExploring }
    await lookAround()
    await waitForNextStep()
    guard let open = self.session, open.isAt(session) else { return [] }
    if let condition = ripening(open) {
      await wait(for: condition, open, waiting)
      await waitForNextStep()
    }
    guard let after = self.session, after.isAt(session) else { return [] }
    let lost = await after.checkpoint.regressions(after.place.observation)
    guard session.isAt(self.session) else { return [] }
    self.session?.failedChecks += 1
    let failing = after.checkpoint.progress.first(where: \.isMissing)?.condition.sentence
    record(.init(.checked, after.key, step: after.step.id, detail: failing))
    return await loss(after) + report(self.session ?? after, lost)
  }

  /// The first open condition, if waiting may help because what it is about is under way.
  private func ripening(_ session: TutorSession) -> Condition? {
    let open = session.checkpoint.progress.first { $0.isMissing && $0.condition.timing != .never }
    guard let open, !session.checkpoint.isFailed, open.condition.statement.ripens else { return nil }
    let isUnderWay =
      open.condition.statement.pod.map { session.place.observation.pod($0) != nil }
      ?? (session.checkpoint.passedCount > 0)
    return isUnderWay ? open.condition : nil
  }

  private func wait(
    for condition: Condition, _ session: TutorSession, _ waiting: @Sendable (String) async -> Void
  ) async {
    let patience = min(session.checkpoint.patience, .seconds(30))
    let began = ContinuousClock.now
    var isTold = false
    var nextWord = Duration.seconds(10)
    while ContinuousClock.now - began < patience, !Task.isCancelled {
      guard let now = self.session, now.isAt(session) else { return }
      let entry = now.checkpoint.progress.first { $0.condition.line == condition.line }
      if entry?.isMissing != true || now.checkpoint.isFailed { return }
      // What takes no time to speak of is not worth a word.
      if !isTold, ContinuousClock.now - began > .milliseconds(300) {
        isTold = true
        await waiting("waiting up to \(patience.components.seconds) seconds for: \(condition.spoken); ^C stops waiting")
      }
      if ContinuousClock.now - began >= nextWord {
        await waiting("still waiting, \(nextWord.components.seconds) seconds")
        nextWord += .seconds(10)
      }
      try? await Task.sleep(for: .milliseconds(100))
      await keepCluster()
      await lookAround()
    }
  }

  private func report(_ session: TutorSession, _ lost: Set<Int>) -> [TutorText] {
    var text = StepReport.text(session, lost: lost)
    if let offer = HintOffer.words(session) {
      self.session?.isHelpOffered = true
      text.append(.plain(offer))
    }
    let help =
      session.hintsShown < session.ladder.count
      ? "hint (\(session.hintsShown + 1) of \(session.ladder.count))" : session.allowsSkipping ? "skip" : "task"
    let first = session.checkpoint.isPassed ? "answer, \(help)" : "why for the cause, \(help)"
    return text + [.plain("Type \(first), or keep working: I am watching.")]
  }

  /// The first open condition in full, and the chain of causes of the pod that it is about.
  public func why() async -> [TutorText] {
    guard let session else { return Self.noLesson }
    await lookAround()
    guard let now = self.session, now.isAt(session) else { return [] }
    let open =
      now.checkpoint.progress.first(where: \.hasFailed)
      ?? now.checkpoint.progress.first(where: \.isMissing)
    guard let open else {
      let questions = now.openQuestions
      if questions.isEmpty { return [.ok("Everything that this step asks for holds.")] }
      return [.plain("Everything holds; only \(questions.count == 1 ? "a question is" : "questions are") open.")]
        + questions.flatMap { Self.asking($0) }
    }
    var text = await loss(now) + StepReport.detailed(open, isWhole: true)
    if let pod = open.condition.statement.pod, now.place.observation.pod(pod) != nil {
      text += await explain(now.place.namespace, pod).map { .output("  " + $0) }
    }
    return text
  }

  // MARK: Status

  public func status() async -> [TutorText] {
    guard let session else { return Self.noLesson }
    let lost = await session.checkpoint.regressions(session.place.observation)
    let done = session.lesson.steps.count { progress.isDone($0.id, of: session.key) }
    let rows = session.lesson.steps.enumerated().map { index, step in
      let isDone = progress.isDone(step.id, of: session.key)
      let time = step.estimate.map { ", about \(StepReport.rough($0))" } ?? ""
      return [index == session.stepIndex ? "now" : isDone ? "done" : "to do", step.title + time]
    }
    var text: [TutorText] = [
      .heading(session.lesson.title), .bar(done: done, of: session.lesson.steps.count), .table(rows),
    ]
    if exploring != nil { text.append(.plain("The lesson waits while you explore: back returns to it.")) }
    for index in lost.sorted() {
      text.append(.standing(.wasOk, session.checkpoint.progress[index].condition.spoken))
    }
    if !lost.isEmpty { text.append(.plain("If that was not meant to happen: reset step begins the step anew.")) }
    return text
  }

  public func debrief() -> [TutorText] {
    guard let session else { return Self.noLesson }
    let text = EndCard.debrief(session.lesson)
    return text.isEmpty ? [.plain("This lesson has no debrief.")] : [.heading("What to take away")] + text
  }

  /// The lesson so far in Markdown, or the last one that was done in this sitting; nil when there was none.
  public func transcript() -> String? {
    guard let key = session?.key ?? recordedLesson, let (pack, lesson) = try? packs.lesson(named: key) else {
      return nil
    }
    return LessonTranscript.markdown(lesson, of: pack, lessonRecord)
  }
}

/// When a learner is told that there are hints.
enum HintOffer {
  /// Nil when nothing is to be said: it was said already, or nobody seems to need it.
  static func words(_ session: TutorSession) -> String? {
    guard !session.isHelpOffered, session.hintsShown == 0, !session.ladder.isEmpty,
      isDue(failedChecks: session.failedChecks, spent: .now - session.checkpoint.began, estimate: session.step.estimate)
    else { return nil }
    return "Shall I help? hint shows where to look (1 of \(session.ladder.count)); it costs nothing."
  }

  static func isDue(failedChecks: Int, spent: Duration, estimate: Duration?) -> Bool {
    failedChecks >= 3 || estimate.map { spent >= $0 * 2 } ?? false
  }
}
