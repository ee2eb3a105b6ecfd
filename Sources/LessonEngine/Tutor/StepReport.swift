/// How a step stands, in words.
enum StepReport {
  /// The first open condition in full, the others in a line each.
  ///
  /// - Parameter lost: The conditions that had become true and are so no more, by their places.
  static func text(_ session: TutorSession, lost: Set<Int> = []) -> [TutorText] {
    let checkpoint = session.checkpoint
    let open = session.openQuestions
    let total = checkpoint.progress.count + session.step.questions.count
    let held = checkpoint.passedCount + session.step.questions.count - open.count
    var text: [TutorText] = [
      .heading("\(session.position): \(session.step.title)"),
      .plain("\(held) of \(total) \(total == 1 ? "is" : "are") done\(time(session))."),
    ]
    var isFirst = true
    for (index, entry) in checkpoint.progress.enumerated() {
      if entry.hasPassed {
        text.append(.standing(lost.contains(index) ? .wasOk : .ok, entry.condition.spoken))
      } else if entry.hasFailed || (isFirst && entry.isMissing) {
        text += detailed(entry)
        if !entry.hasFailed { isFirst = false }
      } else {
        text.append(.standing(.later, entry.condition.spoken))
      }
    }
    for question in session.step.questions {
      let isAnswered = session.answered.contains(question.id)
      text.append(
        isAnswered ? .standing(.ok, question.gist) : .standing(.open, "\(wayToAnswer(question)): \(question.gist)"))
    }
    if !lost.isEmpty {
      text.append(.plain("What is no longer so counts all the same; reset step begins the step anew."))
    }
    return text
  }

  static func wayToAnswer(_ question: Question) -> String {
    question.isQuiz ? "answer \(question.takesSeveral ? "NUMBERS" : "NUMBER")" : "answer TEXT"
  }

  /// - Parameter isWhole: Whether every difference is told, and not only the first.
  static func detailed(_ entry: Checkpoint.Progress, isWhole: Bool = false) -> [TutorText] {
    let standing: TutorText.Standing =
      switch entry.finding?.verdict {
      case .cannotTell: .cannotTell
      case .fail: .broken
      default: .notYet
      }
    var text: [TutorText] = [.standing(standing, entry.condition.spoken)]
    if let finding = entry.finding {
      if entry.hasFailed {
        text.append(.detail("It was so since the step began. reset step begins it anew."))
      } else if finding.differences.isEmpty || !isWhole && finding.differences.count == 1 {
        text.append(.fact("expected", finding.expected))
      }
      if finding.differences.count > 1 || isWhole && !finding.differences.isEmpty {
        text += differences(finding.differences, isWhole: isWhole)
      } else {
        text.append(.fact("found", finding.found))
      }
      if let because = finding.because { text.append(.fact("because", because)) }
      if let look = finding.look { text.append(.fact("look", look)) }
    }
    if let advice = entry.condition.advice { text.append(.fact("note", advice)) }
    return text
  }

  /// What is expected of an object beside what is found, field by field.
  private static func differences(_ differences: [Finding.Difference], isWhole: Bool) -> [TutorText] {
    let shown = isWhole ? differences.prefix(40) : differences.prefix(2)
    let rows = shown.map { TutorText.Comparison.Row(place: $0.path, left: [$0.expected], right: [$0.found]) }
    let rest = differences.count - shown.count
    return [.comparison(.init(left: "expected", right: "found", rows: rows, isDifference: true))]
      + (rest == 0 ? [] : [.detail(isWhole ? "and \(rest) more" : "and \(rest) more: why shows them")])
  }

  private static func time(_ session: TutorSession) -> String {
    guard let estimate = session.step.estimate else { return "" }
    return ", after \(rough(.now - session.checkpoint.began)) of about \(rough(estimate))"
  }

  static func rough(_ duration: Duration) -> String {
    let seconds = duration.components.seconds
    return seconds < 90 ? "\(seconds) s" : "\((seconds + 30) / 60) min"
  }
}
