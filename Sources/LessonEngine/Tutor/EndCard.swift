/// What is shown when a lesson is done: what it was about, how it went, and where to go from there.
struct EndCard {
  let lesson: Lesson
  let pack: Pack
  let record: LessonRecord
  let progress: Progress

  var text: [TutorText] {
    var text: [TutorText] = [.blank, .heading("\(lesson.title): done"), .plain(summary), .blank]
    let debrief = Self.debrief(lesson)
    if !debrief.isEmpty { text += [.heading("What to take away")] + debrief }
    text += solutions + answers
    let verbs = Self.verbs(of: ownCommands)
    if !verbs.isEmpty {
      text += [.heading("Commands you used"), .plain(verbs.joined(separator: ", ")), .blank]
    }
    return text + [.heading("What next")] + next
  }

  private var ownCommands: [String] { lesson.steps.flatMap { record.ownCommands(of: $0.id) } }

  private var summary: String {
    func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
    let skipped = lesson.steps.count { record.wasSkipped($0.id) }
    var parts = [count(lesson.steps.count, "step")]
    if skipped > 0 { parts.append("\(skipped) of them skipped") }
    if record.hintCount > 0 { parts.append(count(record.hintCount, "hint")) }
    return parts.joined(separator: ", ") + "."
  }

  static func debrief(_ lesson: Lesson) -> [TutorText] {
    (lesson.introduction + lesson.steps.flatMap(\.text)).flatMap { block -> [TutorText] in
      if case .debrief(let words) = block { [.prose(words), .blank] } else { [] }
    }
  }

  // MARK: Solutions

  /// Each step's own way beside that of the reference.
  private var solutions: [TutorText] {
    let steps = lesson.steps.filter { $0.solutions.first?.commands.isEmpty == false }
    if steps.isEmpty || pack.policy.solutions == .never { return [] }
    var text: [TutorText] = [.heading("Your way, and the reference")]
    var rows: [TutorText.Comparison.Row] = []
    for step in steps {
      let comparison = SolutionComparison(step, record)
      if record.wasSkipped(step.id) {
        text.append(.table([["skipped", step.title]]))
      } else if comparison.isSame {
        text.append(.table([["the same", step.title]]))
      } else {
        rows.append(.init(place: step.title, left: comparison.own, right: comparison.reference))
      }
    }
    if !rows.isEmpty {
      text.append(.comparison(.init(left: "you", right: "reference", rows: rows, isDifference: false)))
    }
    return text + [.blank]
  }

  // MARK: Answers

  private var answers: [TutorText] {
    let given = record.answers
    let questions = lesson.steps.flatMap(\.questions).filter { given[$0.id] != nil }
    if questions.isEmpty { return [] }
    var text: [TutorText] = [.heading("Your answers")]
    for question in questions {
      let answer = given[question.id] ?? ""
      text += [.plain(question.gist), .below(question.spoken(answer))]
      text += question.remarks(on: answer).map { .below($0) }
    }
    return text + [.blank]
  }

  // MARK: Next

  private var next: [TutorText] {
    var rows: [[String]] = []
    for next in LessonList.open(pack, progress) where next.id != lesson.id {
      let time = next.estimate > .zero ? ", about \(StepReport.rough(next.estimate))" : ""
      rows.append(["start \(next.name)", next.title + time])
    }
    // What builds on this lesson comes first; more than three are no advice.
    let building = Set(pack.lessons.filter { $0.needs.contains(lesson.id) }.map { "start " + $0.name })
    rows = Array((rows.filter { building.contains($0[0]) } + rows.filter { !building.contains($0[0]) }).prefix(3))
    if rows.isEmpty { rows = [["lessons", "You have done every lesson of \(pack.title)."]] }
    rows.append(["transcript FILE", "keeps all of this lesson as a file"])
    rows.append(["lessons --done", "what you have learnt, for looking things up"])
    return [.table(rows)]
  }

  // MARK: Reference

  /// A lesson as a reference: what was learnt, and how it is done.
  static func reference(_ lesson: Lesson, of pack: Pack) -> [TutorText] {
    var text: [TutorText] = [.heading("\(lesson.title)  (\(lesson.name))")] + debrief(lesson)
    if pack.policy.solutions != .never {
      for step in lesson.steps {
        guard let commands = step.solutions.first?.commands, !commands.isEmpty else { continue }
        text += [.plain(step.title), .code(commands.map { "$ " + $0.text })]
      }
    }
    return text + [.blank]
  }

  /// The verbs of commands, in their order.
  static func verbs(of commands: [String]) -> [String] {
    var verbs: [String] = []
    for command in commands {
      if let verb = SolutionComparison.verb(command), !verbs.contains(verb) { verbs.append(verb) }
    }
    return verbs
  }
}

/// The learner's own commands of a step, and those of its reference solution.
struct SolutionComparison {
  let own: [String]
  let reference: [String]

  init(_ step: Step, _ record: LessonRecord) {
    reference = step.solutions.first?.commands.map(\.text).filter { Self.verb($0) != "sleep" } ?? []
    // Looking around belongs to every way; only what the reference does as well is worth comparing.
    let known = Set(reference.compactMap(Self.verb))
    own = record.ownCommands(of: step.id).filter { command in
      guard let verb = Self.verb(command) else { return false }
      return known.contains(verb) || Self.changing.contains(verb)
    }
  }

  var isSame: Bool { own.map(Self.normalised) == reference.map(Self.normalised) }

  private static let changing: Set<String> = [
    "annotate", "apply", "autoscale", "cp", "create", "debug", "delete", "edit", "exec", "expose", "label", "patch",
    "port-forward", "replace", "rollout", "run", "scale", "set",
  ]

  /// What a command does; `kubectl` and `trace` in front of it do nothing by themselves.
  static func verb(_ command: String) -> String? {
    command.split(separator: " ").map(String.init).first { !["kubectl", "k", "trace"].contains($0) }
  }

  private static func normalised(_ command: String) -> [Substring] {
    Array(command.split(separator: " ").drop { ["kubectl", "k", "trace"].contains($0) })
  }
}
