/// How a step stands, in words.
enum StepReport {
  /// The first open condition in full, the others in a line each.
  static func text(_ session: TutorSession) -> [TutorText] {
    let checkpoint = session.checkpoint
    let open = session.step.questions.filter { !session.answered.contains($0.id) }
    let total = checkpoint.progress.count + session.step.questions.count
    let held = checkpoint.passedCount + session.step.questions.count - open.count
    var text: [TutorText] = [
      .heading("\(session.position): \(session.step.title)"),
      .plain("\(held) of \(total) \(total == 1 ? "condition holds" : "conditions hold")\(time(session))"),
    ]
    var isFirst = true
    for entry in checkpoint.progress {
      if entry.hasPassed {
        text.append(.ok("ok       \(entry.condition.sentence)"))
      } else if entry.hasFailed || (isFirst && !waitsForOthers(entry, checkpoint)) {
        text += detailed(entry, waited: .now - checkpoint.began)
        if !entry.hasFailed { isFirst = false }
      } else {
        text.append(.plain("  later    \(entry.condition.sentence)"))
      }
    }
    for question in session.step.questions {
      text.append(
        session.answered.contains(question.id)
          ? .ok("ok       the question \"\(question.id)\" is answered")
          : .notYet("OPEN     the question \"\(question.id)\": answer it by `answer …`"))
    }
    return text
  }

  /// An invariant that is not broken is no reason why the step is not done.
  private static func waitsForOthers(_ entry: Checkpoint.Progress, _ checkpoint: Checkpoint) -> Bool {
    entry.condition.timing == .never
  }

  static func detailed(_ entry: Checkpoint.Progress, waited: Duration? = nil) -> [TutorText] {
    let word =
      switch entry.finding?.verdict {
      case .cannotTell: "CANNOT TELL"
      case .fail: "BROKEN  "
      default: "NOT YET "
      }
    var text: [TutorText] = [.notYet("\(word) \(entry.condition.sentence)")]
    if let finding = entry.finding {
      if entry.hasFailed {
        text.append(.detail("It was so since the step began. `reset step` begins it anew."))
      } else {
        text.append(.fact("expected", finding.expected))
      }
      text.append(.fact("found", finding.found))
      for difference in finding.differences.dropFirst().prefix(5) {
        text.append(.fact("also", "\(difference.path): \(difference.expected), found \(difference.found)"))
      }
      if let because = finding.because { text.append(.fact("because", because)) }
      if let look = finding.look { text.append(.fact("look", look)) }
    }
    if let advice = entry.condition.advice { text.append(.fact("note", advice)) }
    return text
  }

  private static func time(_ session: TutorSession) -> String {
    guard let estimate = session.step.estimate else { return "" }
    return ", \(rough(.now - session.checkpoint.began)) of about \(rough(estimate))"
  }

  static func rough(_ duration: Duration) -> String {
    let seconds = duration.components.seconds
    return seconds < 90 ? "\(seconds) s" : "\((seconds + 30) / 60) min"
  }
}
