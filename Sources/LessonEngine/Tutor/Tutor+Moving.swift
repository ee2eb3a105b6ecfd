/// Going on, back and beginning again.
extension Tutor {
  /// Shows how the step is done by doing it, aloud.
  public func skip(say: @Sendable ([TutorText]) async -> Void) async -> [TutorText] {
    guard let session else { return Self.noLesson }
    guard session.pack.policy.allowsSkipping else {
      return [.notYet("The author of this pack does not allow skipping. hint helps.")]
    }
    if exploring != nil { return [.plain("The lesson waits while you explore: back returns to it.")] }
    self.session?.isSkipped = true
    for command in session.step.solutions.first?.commands ?? [] {
      await say([.code(["$ " + command.text])])
      let outcome = await session.place.commands.run(command.text)
      if !outcome.output.trimmed().isEmpty { await say([.plain(outcome.output.trimmed())]) }
    }
    for question in session.step.questions where !session.answered.contains(question.id) {
      let answer = await reference(question, session)
      await say([.plain("\(question.id): \(answer)")])
      self.session?.answered.insert(question.id)
    }
    let deadline = ContinuousClock.now + max(session.checkpoint.patience, Timing.patience)
    while ContinuousClock.now < deadline, !Task.isCancelled {
      await keepCluster()
      await lookAround()
      guard let now = self.session, now.isAt(session) else { return [] }
      if now.checkpoint.isFailed { break }
      try? await Task.sleep(for: .milliseconds(50))
    }
    guard let stuck = self.session, stuck.isAt(session) else { return [] }
    return [.notYet("The reference solution did not make every condition true:")] + StepReport.text(stuck)
  }

  private func reference(_ question: Question, _ session: TutorSession) async -> String {
    switch question.kind {
    case .quiz(let choices): return choices.filter(\.isRight).map(\.text).joined(separator: "; ")
    case .ask(let expected):
      for one in expected {
        if let value = await one.values(session.place.observation).first { return value }
      }
      return "the cluster does not know it"
    }
  }

  /// Goes on without what may be left out.
  public func next() async -> [TutorText] {
    guard let session else { return Self.noLesson }
    await lookAround()
    guard let now = self.session, now.isAt(session) else { return [] }
    if session.step.isOptional || progress.isDone(session.step.id, of: session.key) {
      self.session?.isSkipped = true
      return await pass(self.session ?? now)
    }
    return [.plain("This step is not done yet: check says what is missing, skip shows how it is done.")]
  }

  /// Out of exploring, or to the step before, to be read and done again.
  public func back() async -> [TutorText] {
    guard let session else { return Self.noLesson }
    if let exploring {
      self.exploring = nil
      await exploring.close()
      return [.plain("Back in the lesson; \(exploring.namespace) is gone with all that was in it.")]
        + Self.task(session)
    }
    guard session.stepIndex > 0 else { return [.plain("This is the first step.")] }
    return await rebuild(session, step: session.stepIndex - 1)
  }

  /// Begins the step or the lesson anew. What that deletes is said first; the second time it is done.
  public func reset(_ what: String) async -> [TutorText] {
    guard let session else { return Self.noLesson }
    guard what == "step" || what == "lesson" else {
      return [.plain("reset step begins this step anew, reset lesson the whole lesson.")]
    }
    if session.announcedReset != what {
      self.session?.announcedReset = what
      let names = session.place.observation.pods().compactMap(\.metadata.name)
      let lost =
        names.isEmpty
        ? "Nothing is lost: the namespace \(session.place.namespace) is empty."
        : "This deletes \(names.count == 1 ? "pod" : "pods") \(names.joined(separator: ", ")) and everything else in the namespace \(session.place.namespace)."
      let rebuilt =
        what == "step" && session.stepIndex > 0 ? " What the steps before have made is made again." : ""
      return [.notYet(lost + rebuilt), .plain("Type reset \(what) once more to do it.")]
    }
    if what == "step" {
      record(.init(.reset, session.key, step: session.step.id))
      return await rebuild(session, step: session.stepIndex)
    }
    record(.init(.reset, session.key))
    return await rebuild(session, step: 0)
  }

  private func rebuild(_ session: TutorSession, step: Int) async -> [TutorText] {
    await session.place.replay(session.lesson, before: step)
    return await begin(session.pack, session.lesson, session.place, step: step)
  }

  /// A namespace to try things in, beside the lesson.
  public func explore() async -> [TutorText] {
    guard let session else { return Self.noLesson }
    if let exploring { return [.plain("You are exploring in the namespace \(exploring.namespace); back returns.")] }
    do {
      let place = try await openPlace(session.lesson, of: session.pack, known: nil, suffix: "-explore")
      exploring = place
      var text: [TutorText] = [
        .plain("This is the namespace \(place.namespace). Try what you like: the lesson waits, and back returns to it.")
      ]
      for case .explore(let words) in session.step.text { text.append(.prose(words)) }
      return text
    } catch {
      return [.notYet("No namespace to explore could be made: \(error)")]
    }
  }

  /// Answers a question of the step: the first open one, or the one that is named.
  public func answer(_ words: [String]) async -> [TutorText] {
    guard let session else { return Self.noLesson }
    let open = session.step.questions.filter { !session.answered.contains($0.id) }
    guard !open.isEmpty else {
      return [
        .plain(session.step.questions.isEmpty ? "This step asks nothing." : "Every question of this step is answered.")
      ]
    }
    var words = words
    var question = open[0]
    if words.count > 1, let named = session.step.questions.first(where: { $0.id == words[0] }) {
      question = named
      words.removeFirst()
    }
    guard !words.isEmpty else {
      return [.prose(question.text), .code(question.choices), .plain("answer TEXT or answer NUMBER answers it.")]
    }
    let given = words.joined(separator: " ")
    let verdict = await question.judge(given, session.place.observation)
    guard session.isAt(self.session) else { return [] }
    let remarks = verdict.remarks.map { TutorText.detail($0) }
    guard verdict.isRight else {
      record(.init(.checked, session.key, step: session.step.id, detail: question.id))
      return [.notYet("\(question.id): not quite.")] + remarks
    }
    answers[question.id] = given
    record(.init(.answered, session.key, step: session.step.id, detail: question.id))
    self.session?.answered.insert(question.id)
    var text: [TutorText] = [.ok("ok  \(question.id)")] + remarks
    if let now = self.session, now.isDone { text += await pass(now) }
    return text
  }
}
