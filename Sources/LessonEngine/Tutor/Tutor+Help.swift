/// Showing the task, and helping with it.
extension Tutor {
  public func lessons() -> [TutorText] { LessonList.text(packs, progress) }

  public func task() -> [TutorText] {
    guard let session else { return Self.noLesson }
    return Self.task(session)
  }

  static func task(_ session: TutorSession) -> [TutorText] {
    let step = session.step
    let time = step.estimate.map { "  (about \(StepReport.rough($0)))" } ?? ""
    let optional = step.isOptional ? ", if you like" : ""
    var text: [TutorText] = [.heading("\(session.position): \(step.title)\(optional)\(time)")]
    text += blocks(step.text, of: session)
    return text
  }

  func blocks(_ blocks: [LessonBlock], of session: TutorSession?) -> [TutorText] { Self.blocks(blocks, of: session) }

  private static func blocks(_ blocks: [LessonBlock], of session: TutorSession?) -> [TutorText] {
    blocks.flatMap { block -> [TutorText] in
      switch block {
      case .prose(let text): [.prose(text), .blank]
      case .console(let console): [.code(console.lines), .blank]
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
    var text: [TutorText] = [.prose((isDone ? "Answered: " : "Question: ") + question.text)]
    if !question.choices.isEmpty { text.append(.code(question.choices)) }
    if !isDone {
      text.append(
        .plain(
          question.isQuiz
            ? "answer \(question.takesSeveral ? "NUMBERS" : "NUMBER") chooses." : "answer TEXT answers it."))
    }
    return text + [.blank]
  }

  // MARK: Hints

  public func hint() async -> [TutorText] {
    guard let session else { return Self.noLesson }
    // What the state of the cluster calls for comes first; the rest goes deeper one by one.
    if session.hintsShown == 0 {
      for hint in session.step.hints {
        guard let condition = hint.condition else { continue }
        let isFitting = await condition.statement.judge(session.place.observation).verdict == .pass
        guard isFitting, session.isAt(self.session), !stateHintsShown.contains(hint.line) else { continue }
        stateHintsShown.insert(hint.line)
        record(.init(.hinted, session.key, step: session.step.id, detail: "state"))
        return [.heading("Hint, as things are"), .prose(hint.text)]
      }
    }
    let ladder = session.step.hints.filter { $0.condition == nil }
    guard session.hintsShown < ladder.count else {
      return [
        .plain(
          ladder.isEmpty ? "There is no hint for this step." : "That was the last hint. skip shows how it is done.")
      ]
    }
    self.session?.hintsShown += 1
    record(.init(.hinted, session.key, step: session.step.id, detail: "\(session.hintsShown + 1)"))
    return [
      .heading("Hint \(session.hintsShown + 1) of \(ladder.count)"), .prose(ladder[session.hintsShown].text),
    ]
  }

  // MARK: Checks

  /// Looks at once, and waits visibly for what needs a moment.
  public func check(waiting: @Sendable (String) async -> Void) async -> [TutorText] {
    guard let session else { return Self.noLesson }
    if exploring != nil { return [.plain("The lesson waits while you explore: back returns to it.")] }
    await lookAround()
    guard let open = self.session, open.isAt(session) else { return [] }
    // Waiting may help where something of the step is under way.
    let patience = open.checkpoint.passedCount > 0 ? min(open.checkpoint.patience, .seconds(10)) : .zero
    if patience > .zero {
      await waiting("waiting up to \(patience.components.seconds) s; ^C stops waiting")
      let deadline = ContinuousClock.now + patience
      while ContinuousClock.now < deadline, !Task.isCancelled {
        guard let now = self.session, now.isAt(session) else { return [] }
        if now.checkpoint.isPassed || now.checkpoint.isFailed { break }
        try? await Task.sleep(for: .milliseconds(100))
        await keepCluster()
        await lookAround()
      }
    }
    guard let after = self.session, after.isAt(session) else { return [] }
    self.session?.failedChecks += 1
    let failing = after.checkpoint.progress.first { !$0.hasPassed }?.condition.sentence
    record(.init(.checked, after.key, step: after.step.id, detail: failing))
    return report(after)
  }

  private func report(_ session: TutorSession) -> [TutorText] {
    let hints = session.step.hints.count { $0.condition == nil }
    let help = session.hintsShown < hints ? "hint (\(session.hintsShown + 1) of \(hints))" : "skip"
    var text = StepReport.text(session)
    // Help is offered, never forced.
    if session.failedChecks >= 3, session.hintsShown == 0, hints > 0 {
      text.append(.plain("A hint may help here: hint shows where to look."))
    }
    return text + [.plain("Type why for the cause, \(help), or keep working: I am watching.")]
  }

  /// The first open condition in full, and the chain of causes of the pod that it is about.
  public func why() async -> [TutorText] {
    guard let session else { return Self.noLesson }
    await lookAround()
    guard let now = self.session, now.isAt(session) else { return [] }
    let open =
      now.checkpoint.progress.first(where: \.hasFailed)
      ?? now.checkpoint.progress.first { !$0.hasPassed && $0.condition.timing != .never }
    guard let open else {
      let questions = now.step.questions.filter { !now.answered.contains($0.id) }
      if questions.isEmpty { return [.ok("Everything that this step asks for holds.")] }
      return questions.map { .notYet("The question \"\($0.id)\" is not answered yet: answer it by `answer …`.") }
    }
    var text = StepReport.detailed(open)
    if let pod = open.condition.statement.pod, now.place.observation.pod(pod) != nil {
      text += await explain(now.place.namespace, pod).map { .plain("  " + $0) }
    }
    return text
  }

  // MARK: Status

  public func status() -> [TutorText] {
    guard let session else { return Self.noLesson }
    let done = session.lesson.steps.count { progress.isDone($0.id, of: session.key) }
    let total = session.lesson.steps.count
    var text: [TutorText] = [.heading(session.lesson.title), .bar(done: done, of: total)]
    for (index, step) in session.lesson.steps.enumerated() {
      let isDone = progress.isDone(step.id, of: session.key)
      let mark = index == session.stepIndex ? "now " : isDone ? "done" : "    "
      let time = step.estimate.map { ", about \(StepReport.rough($0))" } ?? ""
      text.append(.plain("  \(mark)  \(step.title)\(time)"))
    }
    for entry in session.checkpoint.progress where entry.hasPassed && entry.finding?.verdict != .pass {
      text.append(.notYet("no longer true: \(entry.condition.sentence)"))
    }
    return text
  }

  public func debrief() -> [TutorText] {
    guard let session else { return Self.noLesson }
    let text = EndCard.debrief(session.lesson)
    return text.isEmpty ? [.plain("This lesson has no debrief.")] : [.heading("What to take away")] + text
  }
}
