internal import KubernetesAPI

/// Going on, back and beginning again.
extension Tutor {
  /// Shows how the step is done by doing it, aloud.
  public func skip(say: @Sendable ([TutorText]) async -> Void) async -> [TutorText] {
    guard let session else { return Self.noLesson }
    guard session.pack.policy.allowsSkipping else {
      return [.notYet("The author of these lessons has left out skipping. hint helps.")]
    }
    if exploring != nil { return Self.waitsForExploring }
    self.session?.isSkipped = true
    let isAloud = session.pack.policy.solutions != .never
    if !isAloud { await say([.plain("This step is done for you; its author keeps the solution to themselves.")]) }
    for command in session.step.solutions.first?.commands ?? [] {
      if isAloud { await say([.code(["$ " + command.text])]) }
      let outcome = await session.place.commands.run(command.text)
      guard isAloud else { continue }
      note(.performed(command.text, output: outcome.output), session)
      if !outcome.output.trimmed().isEmpty { await say([.output(outcome.output.trimmed().indented)]) }
    }
    for question in session.openQuestions {
      let answer = await question.reference(session.place.observation)
      if isAloud { await say([.plain(question.gist), .below(answer)]) }
      answers[question.id] = answer
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
    self.session?.isSkipped = false
    if Task.isCancelled { return [.plain("Skipping was stopped; what was done so far stays.")] }
    return [.notYet("The reference solution did not make every condition true:")] + StepReport.text(stuck)
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
    let skip = session.allowsSkipping ? ", skip has it done for you" : ""
    return [.plain("The next step comes by itself when this one is done: check says what is missing\(skip).")]
  }

  /// Out of exploring, or to the step before, to be read and done again.
  public func back() async -> [TutorText] {
    guard let session else { return Self.noLesson }
    if let exploring {
      self.exploring = nil
      await exploring.close()
      return [.plain("Back in the lesson; \(exploring.namespace) is gone with all that was in it."), .blank]
        + Self.task(session)
    }
    guard session.stepIndex > 0 else { return [.plain("This is the first step; nothing comes before it.")] }
    return await rebuild(session, step: session.stepIndex - 1)
  }

  /// Begins the step or the lesson anew. What that deletes is said first; the second time it is done.
  public func reset(_ what: String) async -> [TutorText] {
    guard let session else { return Self.noLesson }
    guard what == "step" || what == "lesson" else {
      return [.plain("reset step begins this step anew, reset lesson the whole lesson. Neither is done at once.")]
    }
    if exploring != nil { return Self.waitsForExploring }
    if await session.place.standing() == .taken { return await loss(session) }
    guard session.isAt(self.session) else { return [] }
    if session.announcedReset != what {
      self.session?.announcedReset = what
      let lost = await lost(byResetting: session.place)
      guard session.isAt(self.session) else { return [] }
      let rebuilt =
        what == "step" && session.stepIndex > 0 ? " What the steps before have made is made again." : ""
      return [.notYet(lost + rebuilt), .plain("Type reset \(what) once more to do it.")]
    }
    if what == "step" {
      record(.init(.reset, session.key, step: session.step.id))
      note(.reset(wholeLesson: false), session)
      return [.plain("The step begins anew."), .blank] + (await rebuild(session, step: session.stepIndex))
    }
    record(.init(.reset, session.key))
    note(.reset(wholeLesson: true), session)
    return [.plain("The lesson begins anew."), .blank] + (await rebuild(session, step: 0))
  }

  private func lost(byResetting place: LessonPlace) async -> String {
    if await place.standing() != .open { return "The namespace \(place.namespace) is made again." }
    let names = place.observation.pods().compactMap(\.metadata.name)
    if !names.isEmpty {
      let pods = "\(names.count == 1 ? "pod" : "pods") \(names.joined(separator: ", "))"
      return "This deletes \(pods) and everything else in the namespace \(place.namespace)."
    }
    return await place.isEmpty()
      ? "Nothing is lost: the namespace \(place.namespace) is empty."
      : "This deletes everything in the namespace \(place.namespace)."
  }

  private func rebuild(_ session: TutorSession, step: Int) async -> [TutorText] {
    do throws(StatusError) {
      try await session.place.restore()
    } catch {
      let loss = await loss(session)
      return loss.isEmpty ? [.notYet("The lesson's namespace cannot be made again: \(error.message)")] : loss
    }
    await session.place.replay(session.lesson, before: step)
    return await begin(session.pack, session.lesson, session.place, step: step)
  }

  /// A namespace to try things in, beside the lesson.
  public func explore() async -> [TutorText] {
    guard let session else { return Self.noLesson }
    if let exploring { return [.plain("You are exploring in the namespace \(exploring.namespace); back returns.")] }
    do {
      let place = try await openPlace(session.lesson, of: session.pack, known: nil, suffix: Self.explorationSuffix)
      exploring = place
      var text: [TutorText] = [
        .plain(
          "You are in \(place.namespace) now, a namespace for trying things. The lesson waits; back returns to it, and throws away what you have made here."
        )
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
    guard var question = session.openQuestions.first else {
      return [
        .plain(session.step.questions.isEmpty ? "This step asks nothing." : "Every question of this step is answered.")
      ]
    }
    var words = words
    if words.count > 1, let named = session.step.questions.first(where: { $0.id == words[0] }) {
      question = named
      words.removeFirst()
    }
    guard !words.isEmpty else { return Self.asking(question) }
    let given = words.joined(separator: " ")
    let verdict = await question.judge(given, session.place.observation)
    guard session.isAt(self.session) else { return [] }
    guard verdict.isUnderstood else { return verdict.remarks.map { .plain($0) } }
    let remarks = verdict.remarks.map { TutorText.detail($0) }
    guard verdict.isRight else {
      record(.init(.checked, session.key, step: session.step.id, detail: question.id))
      self.session?.failedChecks += 1
      return [.notYet("Not quite: \(question.spoken(given))")] + remarks
    }
    answers[question.id] = given
    record(.init(.answered, session.key, step: session.step.id, detail: question.id))
    note(.answered(question: question.id, with: given), session)
    self.session?.answered.insert(question.id)
    var text: [TutorText] = [.standing(.ok, question.spoken(given))] + remarks
    if let now = self.session, now.isDone {
      text += await pass(now)
    } else if let next = self.session?.openQuestions.first {
      text += [.blank] + Self.asking(next)
    } else {
      text.append(.plain("That was the last question; check says what is still missing."))
    }
    return text
  }
}

extension String {
  /// Behind a command that stands there in the same way.
  fileprivate var indented: String {
    split(separator: "\n", omittingEmptySubsequences: false).map { "    " + $0 }.joined(separator: "\n")
  }
}
