/// A lesson as it went, in Markdown: each task, what was typed, what was shown.
enum LessonTranscript {
  static func markdown(_ lesson: Lesson, of pack: Pack, _ record: LessonRecord) -> String {
    var lines = ["# \(lesson.title)", "", "Lesson `\(lesson.id)` of \(pack.title) \(pack.version), as you did it."]
    if record.isCut { lines += ["", "The lesson was long: its beginning is left out."] }
    for step in lesson.steps {
      let entries = record.entries.filter { $0.step == step.id }
      if entries.isEmpty { continue }
      lines += ["", "## \(step.title)"]
      for block in step.text { lines += task(block, step) }
      lines += ["", "### What you did"]
      for entry in entries {
        let deeds = deeds(entry.act, step)
        // Items of one list stand together.
        let goesOn = lines.last?.hasPrefix("- ") == true && deeds.first?.hasPrefix("- ") == true
        lines += (goesOn || deeds.isEmpty ? [] : [""]) + deeds
      }
    }
    return (lines.joined(separator: "\n") + "\n").legible
  }

  private static func task(_ block: LessonBlock, _ step: Step) -> [String] {
    switch block {
    case .prose(let text), .explore(let text): ["", text]
    case .console(let console): [""] + fenced(console.lines, "console")
    case .run(let commands): [""] + fenced(commands.map { "$ " + $0.text }, "console")
    case .diagram(let lines, alternative: let words): [""] + fenced(lines) + ["", words]
    case .question(let id):
      step.questions.first { $0.id == id }.map { ["", $0.text] + ($0.choices.isEmpty ? [] : [""]) + numbered($0) } ?? []
    case .debrief: []
    }
  }

  private static func numbered(_ question: Question) -> [String] {
    question.choices.enumerated().map { "\($0.offset + 1). \($0.element)" }
  }

  private static func deeds(_ act: LessonRecord.Act, _ step: Step) -> [String] {
    switch act {
    case .command(let text, let output, let code):
      return fenced(["$ " + text] + shown(output), "console") + (code == 0 ? [] : ["", "Exit code \(code)."])
    case .performed(let text, let output):
      return ["Done for you:", ""] + fenced(["$ " + text] + shown(output), "console")
    case .cameTrue(let sentence): return ["- [x] \(sentence)"]
    case .answered(let id, let text):
      let question = step.questions.first { $0.id == id }
      return ["- [x] \(question?.gist ?? id) **\(question?.spoken(text) ?? text)**"]
    case .hinted("solution"): return ["- You looked at the solution."]
    case .hinted("state"): return ["- You read a hint."]
    case .hinted(let level): return ["- You read hint \(level)."]
    case .passed: return []
    case .skipped: return ["You had this step done for you."]
    case .reset(let wholeLesson): return ["You began \(wholeLesson ? "the lesson" : "the step") anew."]
    }
  }

  private static func shown(_ output: String) -> [String] {
    let text = PlainText.of(output)
    if text.isEmpty { return [] }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  /// A fence that nothing within it can close.
  private static func fenced(_ lines: [String], _ word: String = "") -> [String] {
    let longest = lines.map { line in line.prefix { $0 == "`" }.count }.max() ?? 0
    let fence = String(repeating: "`", count: max(3, longest + 1))
    return [fence + word] + lines + [fence]
  }
}

/// What remains of a terminal's bytes when nothing is drawn: no colours, no movements, what was written over is gone.
enum PlainText {
  static func of(_ text: String) -> String {
    var lines: [[Character]] = [[]]
    var column = 0
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\u{1B}": skipSequence(&rest)
      case "\n":
        lines.append([])
        column = 0
      case "\r": column = 0
      case "\u{8}": column = max(0, column - 1)
      case "\t": put("\t", &lines, &column)
      default:
        if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) { continue }
        put(Character(scalar), &lines, &column)
      }
    }
    return lines.map { String($0) }.joined(separator: "\n")
  }

  private static func put(_ character: Character, _ lines: inout [[Character]], _ column: inout Int) {
    let last = lines.count - 1
    if column < lines[last].count { lines[last][column] = character } else { lines[last].append(character) }
    column += 1
  }

  private static func skipSequence(_ rest: inout Substring.UnicodeScalarView) {
    guard let kind = rest.popFirst() else { return }
    switch kind {
    case "[": while let scalar = rest.popFirst() { if (0x40...0x7E).contains(scalar.value) { return } }
    case "]", "P", "^", "_":
      while let scalar = rest.popFirst() {
        if scalar == "\u{7}" { return }
        if scalar == "\u{1B}" {
          _ = rest.popFirst()
          return
        }
      }
    case "(", ")", "#", "%": _ = rest.popFirst()
    default: return
    }
  }
}
