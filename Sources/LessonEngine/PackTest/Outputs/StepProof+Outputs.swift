/// What a step shows must be true at its start, or where its solution has led.
extension StepProof {
  func compareOutputs() async -> TrialResult {
    _ = await place.begin(step)
    let atStart = await outputs()
    if atStart.isEmpty { return TrialResult() }
    if await place.replay(lesson, from: firstStep, before: index) != nil { return result(atStart) }
    var checkpoint = await place.begin(step)
    for command in step.solutions.first?.commands ?? [] { _ = await place.run(command, &checkpoint) }
    await place.settle(&checkpoint)
    let atEnd = await outputs()
    if atEnd.isEmpty { return TrialResult() }
    func size(_ outputs: [WrongOutput]) -> Int { outputs.reduce(0) { $0 + $1.size } }
    return result(size(atEnd) < size(atStart) ? atEnd : atStart)
  }

  private func result(_ outputs: [WrongOutput]) -> TrialResult {
    var result = TrialResult()
    for output in outputs {
      if updatesOutputs, let update = output.update {
        result.updates.append(update)
      } else {
        result.findings.append(finding(.output, output.entry.command.line, output.message))
      }
    }
    return result
  }

  private func outputs() async -> [WrongOutput] {
    var wrong: [WrongOutput] = []
    var names: Set<String> = []
    var kept = KeptWords()
    for case .console(let console) in step.text {
      for entry in console.entries where LessonCommands.problem(entry.command.text) == nil {
        let shown = ShownOutput(
          entry.output, kept: &names, isUnordered: console.isUnordered, place.commands.variables)
        let outcome = await run(entry, shown, console, &kept, isPatient: wrong.isEmpty)
        if let outcome { wrong.append(outcome) }
      }
    }
    return wrong
  }

  /// - Parameter isPatient: Whether what only looks may look again: pods take a moment.
  private func run(
    _ entry: ConsoleBlock.Entry, _ shown: ShownOutput, _ console: ConsoleBlock, _ kept: inout KeptWords, isPatient: Bool
  ) async -> WrongOutput? {
    let deadline = ContinuousClock.now + .seconds(isPatient && Self.isReading(entry.command.text) ? 4 : 0)
    while true {
      let outcome = await place.commands.run(kept.filled(entry.command.text))
      // Elsewhere the lesson's namespace has the lesson's name.
      let printed = PrintedLine.lines(outcome.output.replacing(place.namespace, with: lesson.id))
      let code = console.exitCode ?? 0
      // A command that is shown without its output only has to work.
      let fits = shown.lines.isEmpty ? kept : shown.matches(printed, kept)
      if let fits, outcome.exitCode == code {
        kept = fits
        return nil
      }
      if .now >= deadline || Task.isCancelled {
        var wrong = WrongOutput(entry: entry, file: lesson.path, variables: place.commands.variables)
        if fits == nil { wrong.difference = OutputDifference(shown, printed, kept) }
        if outcome.exitCode != code {
          wrong.exit = .init(code: outcome.exitCode, expected: code, output: outcome.output)
        }
        return wrong
      }
      try? await Task.sleep(for: .milliseconds(100))
    }
  }

  private static func isReading(_ command: String) -> Bool {
    let words = command.split(separator: " ").map(String.init)
    let verb = words.first == "kubectl" || words.first == "k" ? words.dropFirst().first : words.first
    return ["get", "describe", "logs", "events", "top", "exec"].contains(verb ?? "")
  }
}

/// A command that prints something else than its block shows.
private struct WrongOutput {
  struct Exit {
    let code: Int32
    let expected: Int32
    let output: String
  }

  let entry: ConsoleBlock.Entry
  let file: String
  let variables: LessonVariables
  var difference: OutputDifference?
  var exit: Exit?

  var size: Int { (difference?.size ?? 0) + (exit == nil ? 0 : 1) }

  var message: String {
    let command = "`\(entry.command.text)`"
    if let exit {
      return "\(command) ends with exit code \(exit.code) instead of \(exit.expected): "
        + variables.generalize(exit.output.trimmed())
    }
    return (["\(command) prints something else:"] + (difference?.text.map(variables.generalize) ?? []))
      .joined(separator: "\n    ")
  }

  /// Nil where other text would not help.
  var update: OutputUpdate? {
    guard exit == nil, let difference else { return nil }
    return OutputUpdate(
      file: file, line: entry.outputLine, old: entry.output,
      new: difference.rewritten.map(variables.generalize))
  }
}
