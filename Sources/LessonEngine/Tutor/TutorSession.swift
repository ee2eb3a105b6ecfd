/// Where a learner is in a lesson.
struct TutorSession {
  var pack: Pack
  var lesson: Lesson
  var place: LessonPlace
  var stepIndex: Int
  var checkpoint: Checkpoint
  /// The questions of the step that are answered.
  var answered: Set<String> = []
  /// One more than there are when the solution was shown as well.
  var hintsShown = 0
  /// The hints for a state of the cluster that were given, by their lines.
  var stateHintsShown: Set<Int> = []
  var failedChecks = 0
  /// Help is offered once a step, and never pressed upon anybody.
  var isHelpOffered = false
  /// It was said that only questions are open.
  var isToldOfQuestions = false
  /// It was said that the namespace is no longer there.
  var isToldOfLoss = false
  /// The reference solution does the step.
  var isSkipped = false
  /// It is done, and the next step is about to begin.
  var isEnding = false
  /// Said once more before something is thrown away.
  var announcedReset: String?

  var step: Step { lesson.steps[stepIndex] }
  var key: String { pack.id + "/" + lesson.id }
  var position: String { "Step \(stepIndex + 1) of \(lesson.steps.count)" }
  var isDone: Bool { checkpoint.isPassed && openQuestions.isEmpty }
  var openQuestions: [Question] { step.questions.filter { !answered.contains($0.id) } }

  /// The hints that go deeper one by one.
  var ladder: [Hint] { step.hints.filter { $0.condition == nil } }
  var allowsSkipping: Bool { pack.policy.allowsSkipping }

  /// Whether asking for help ends in the solution; if not, it is shown when the step is done, or never.
  var showsSolution: Bool {
    pack.policy.solutions == .afterHints && step.solutions.first?.commands.isEmpty == false
      && hintsShown <= ladder.count
  }

  /// What is left to those who have read all hints.
  var wayOut: String {
    allowsSkipping
      ? "skip does the step for you." : "why tells the cause of what is missing, task shows the step again."
  }

  /// Whether the other one is in the same try of the same step.
  func isAt(_ other: TutorSession?) -> Bool { checkpoint.began == other?.checkpoint.began }
}
