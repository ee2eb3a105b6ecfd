/// Where a learner is in a lesson.
struct TutorSession {
  var pack: Pack
  var lesson: Lesson
  var place: LessonPlace
  var stepIndex: Int
  var checkpoint: Checkpoint
  /// The questions of the step that are answered.
  var answered: Set<String> = []
  var hintsShown = 0
  var failedChecks = 0
  /// The reference solution does the step.
  var isSkipped = false
  /// Said once more before something is thrown away.
  var announcedReset: String?

  var step: Step { lesson.steps[stepIndex] }
  var key: String { pack.id + "/" + lesson.id }
  var position: String { "Step \(stepIndex + 1) of \(lesson.steps.count)" }
  var isDone: Bool { checkpoint.isPassed && step.questions.allSatisfy { answered.contains($0.id) } }

  /// Whether the other one is in the same try of the same step.
  func isAt(_ other: TutorSession?) -> Bool { checkpoint.began == other?.checkpoint.began }
}
