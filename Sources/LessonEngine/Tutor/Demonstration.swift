public import KubectlCommands

/// Plays a lesson by its reference solutions, aloud and without a learner.
public struct Demonstration: Sendable {
  private let pack: Pack
  private let lesson: Lesson
  private let context: KubectlContext
  private let say: @Sendable ([TutorText]) async -> Void

  public init(
    _ lesson: Lesson, of pack: Pack, _ context: KubectlContext, say: @escaping @Sendable ([TutorText]) async -> Void
  ) {
    self.lesson = lesson
    self.pack = pack
    self.context = context
    self.say = say
  }

  /// Answers whether every step was passed; the lesson's namespace is gone afterwards.
  public func run() async throws -> Bool {
    await say([.heading(lesson.title)])
    let place = try await LessonPlace.open(lesson, of: pack, context, suffix: "-demo")
    var isPassed = true
    for index in lesson.steps.indices {
      isPassed = await play(index, place)
      if !isPassed || Task.isCancelled { break }
    }
    await place.close()
    return isPassed
  }

  private func play(_ index: Int, _ place: LessonPlace) async -> Bool {
    let step = lesson.steps[index]
    var checkpoint = await place.begin(step)
    let session = TutorSession(
      pack: pack, lesson: lesson, place: place, stepIndex: index, checkpoint: checkpoint)
    await say([.blank] + Tutor.task(session))
    for command in step.solutions.first?.commands ?? [] {
      await say([.code(["$ " + command.text])])
      let outcome = await place.commands.run(command.text)
      if !outcome.output.trimmed().isEmpty { await say([.plain(outcome.output.trimmed())]) }
      await tick(&checkpoint, place)
    }
    let deadline = ContinuousClock.now + max(checkpoint.patience, Timing.patience)
    while !checkpoint.isPassed, !checkpoint.isFailed, ContinuousClock.now < deadline, !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(50))
      await tick(&checkpoint, place)
    }
    if checkpoint.isPassed { return true }
    var stuck = session
    stuck.checkpoint = checkpoint
    await say(StepReport.text(stuck))
    return false
  }

  private func tick(_ checkpoint: inout Checkpoint, _ place: LessonPlace) async {
    let fresh = await place.look(&checkpoint)
    if !fresh.isEmpty { await say(fresh.map { .ok("ok  \($0.sentence)") }) }
  }
}
