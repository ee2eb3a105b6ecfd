internal import KubernetesAPI

/// How far the proof of one lesson is: its reference solutions are played from the first step to the last, and each step
/// that they have passed is tried in every other way, in further namespaces of the lesson.
struct LessonProof: Sendable {
  let lesson: Lesson
  let pack: Pack
  /// Which of several proofs of the lesson.
  let run: Int
  private(set) var result: PackReport.LessonResult
  /// The namespace in which the reference solutions are played, between two steps.
  private var course: LessonPlace?
  /// Namespaces in which nothing is tried at the moment.
  private var idle: [LessonPlace] = []
  /// All that were opened.
  private(set) var places: [LessonPlace] = []
  private var nextReference: Int? = 0
  private var trials: [(step: Int, trial: Trial)] = []
  private(set) var runningCount = 0
  /// Whether nothing was there when the step began, for each step that has begun.
  private var wasEmpty: [Bool] = []
  /// For each step, the conditions that some trial has seen broken.
  private var broken: [Int: Set<Int>] = [:]
  private(set) var updates: [OutputUpdate] = []

  init(_ lesson: Lesson, of pack: Pack, run: Int) {
    self.lesson = lesson
    self.pack = pack
    self.run = run
    result = PackReport.LessonResult(lesson: lesson.id, run: run)
    result.steps = lesson.steps.map { PackReport.StepResult(step: $0.id) }
  }

  enum Work: Sendable {
    case reference(Int)
    case trial(Trial, Int, firstStep: Int)
  }

  /// What can be done now, and where; a place is opened for it when there is none.
  struct Job: Sendable {
    let work: Work
    let place: LessonPlace?
    let name: String
  }

  /// The next piece of work; nil when there is none at the moment.
  mutating func takeJob() -> Job? {
    if let index = nextReference {
      nextReference = nil
      runningCount += 1
      return Job(work: .reference(index), place: course, name: suffix(0))
    }
    guard !trials.isEmpty else { return nil }
    let (step, trial) = trials.removeFirst()
    runningCount += 1
    let place = idle.popLast()
    if place == nil { openedCount += 1 }
    return Job(
      work: .trial(trial, step, firstStep: firstStep(for: step)), place: place, name: suffix(openedCount))
  }

  private var openedCount = 0

  private func suffix(_ number: Int) -> String {
    (run == 0 ? "" : "-\(run + 1)") + (number == 0 ? "" : "-trial-\(number)")
  }

  var isDone: Bool { runningCount == 0 && nextReference == nil && trials.isEmpty }

  /// Where making the start of a step again has to begin.
  private func firstStep(for index: Int) -> Int {
    func named(_ step: Int) -> Int {
      // What a step clears up after another one was made in that one.
      let others = lesson.steps[step].conditions.compactMap { ($0.statement as? AbsenceStatement)?.step }
      return others.compactMap { id in lesson.steps.firstIndex { $0.id == id } }.min() ?? step
    }
    func lastEmpty(_ step: Int) -> Int { (0...step).last { wasEmpty.indices.contains($0) && wasEmpty[$0] } ?? 0 }
    var first = lastEmpty(index)
    while true {
      let needed = lastEmpty((first...index).map(named).min() ?? first)
      if needed >= first { return first }
      first = needed
    }
  }

  // MARK: Results

  mutating func note(_ job: Job, _ place: LessonPlace, _ outcome: TrialResult, wasEmpty: Bool) {
    runningCount -= 1
    if job.place == nil { places.append(place) }
    let index: Int
    switch job.work {
    case .reference(let step):
      index = step
      course = place
      self.wasEmpty.append(wasEmpty)
      trials += Trial.all(lesson.steps[step], of: lesson, in: pack, isProved: outcome.isPassed)
        .map { (step, $0) }
      // A step that is not passed has no end from which the next one could begin.
      if outcome.isPassed {
        nextReference = step + 1 < lesson.steps.count ? step + 1 : nil
      } else if step + 1 < lesson.steps.count {
        result.untried = lesson.steps[(step + 1)...].map(\.id)
      }
    case .trial(let trial, let step, firstStep: _):
      index = step
      idle.append(place)
      if case .solution = trial {} else { broken[step, default: []].formUnion(outcome.broken) }
    }
    updates += outcome.updates.filter { !updates.contains($0) }
    result.steps[index].duration += outcome.duration
    result.steps[index].verdicts.formUnion(outcome.verdicts)
    result.steps[index].trials += 1
    for finding in outcome.findings { add(finding, index) }
    if isDone { for step in lesson.steps.indices where step < self.wasEmpty.count { noteUnproved(step) } }
  }

  mutating func fail(_ job: Job, _ error: StatusError) {
    runningCount -= 1
    add(
      PackFinding(
        rule: .noNamespace, file: lesson.path, line: 1, lesson: lesson.id,
        message: "the lesson's namespace could not be made: \(error.message)"), nil)
  }

  private mutating func add(_ finding: PackFinding, _ step: Int?) {
    guard !result.findings.contains(finding) else { return }
    result.findings.append(finding)
    if let step { result.steps[step].findings.append(finding) }
  }

  /// What must never be, or stay, is proved by something that breaks it.
  private mutating func noteUnproved(_ step: Int) {
    for (index, condition) in lesson.steps[step].conditions.enumerated()
    where condition.isProvedByTrials && broken[step]?.contains(index) != true {
      add(
        PackFinding(
          rule: .unproved, file: lesson.path, line: condition.line, lesson: lesson.id, step: lesson.steps[step].id,
          message: "\"\(condition.sentence)\" is proved by nothing: add a wrong block that breaks it"), step)
    }
  }

  mutating func close(_ findings: [PackFinding], duration: Duration) {
    for finding in findings { add(finding, nil) }
    result.findings.sort { ($0.line, $0.message) < ($1.line, $1.message) }
    result.duration = duration
  }
}
