/// How a step stands, in words.
enum StepReport {
  /// The first open condition in full, those that wait for it folded.
  static func text(_ checkpoint: Checkpoint, step: Step, number: Int, of total: Int, waited: Duration) -> [TutorText] {
    var text: [TutorText] = [
      .heading("Step \(number) of \(total): \(step.title)"),
      .plain("\(checkpoint.passedCount) of \(checkpoint.progress.count) conditions hold\(time(waited, step.estimate))"),
    ]
    var isOpen = true
    for entry in checkpoint.progress {
      if entry.hasPassed {
        text.append(.ok("ok       \(entry.condition.sentence)"))
      } else if isOpen || entry.hasFailed {
        text += open(entry)
        isOpen = false
      } else {
        text.append(.plain("  later    \(entry.condition.sentence)"))
      }
    }
    return text
  }

  private static func open(_ entry: Checkpoint.Progress) -> [TutorText] {
    let word =
      switch entry.finding?.verdict {
      case .cannotTell: "CANNOT TELL"
      case .fail: "BROKEN  "
      default: "NOT YET "
      }
    var text: [TutorText] = [.notYet("\(word) \(entry.condition.sentence)")]
    if let finding = entry.finding {
      text.append(.detail("expected  \(finding.expected)"))
      text.append(.detail("found     \(finding.found)"))
      if let because = finding.because { text.append(.detail("because   \(because)")) }
      if let look = finding.look { text.append(.detail("look      \(look)")) }
    }
    if let advice = entry.condition.advice { text.append(.detail("note      \(advice)")) }
    return text
  }

  private static func time(_ waited: Duration, _ estimate: Duration?) -> String {
    guard let estimate else { return "" }
    return ", \(rough(waited)) of about \(rough(estimate))"
  }

  static func rough(_ duration: Duration) -> String {
    let seconds = duration.components.seconds
    return seconds < 90 ? "\(seconds) s" : "\((seconds + 30) / 60) min"
  }
}
