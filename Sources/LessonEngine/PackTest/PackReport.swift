public import Documents

/// What the proof of a pack has shown.
public struct PackReport: Sendable {
  public struct StepResult: Sendable {
    public var step: String
    /// Of all that was tried.
    public var duration = Duration.zero
    public var findings: [PackFinding] = []
    /// In how many ways it was played.
    public var trials = 0
    /// Those that its conditions have had.
    public var verdicts: Set<Finding.Verdict> = []

    init(step: String) { self.step = step }
  }

  public struct LessonResult: Sendable {
    public var lesson: String
    /// Which of several proofs of the same lesson.
    public var run: Int
    public var steps: [StepResult] = []
    /// The steps behind one that could not be passed.
    public var untried: [String] = []
    public var findings: [PackFinding] = []
    public var duration = Duration.zero

    init(lesson: String, run: Int) {
      self.lesson = lesson
      self.run = run
    }
  }

  public var pack: String
  public var version: String
  public var lessons: [LessonResult] = []
  public var findings: [PackFinding] = []
  /// The outputs that are to be rewritten.
  public var updates: [OutputUpdate] = []
  public var order = LessonOrder.together
  public var duration = Duration.zero

  init(pack: String, version: String) {
    self.pack = pack
    self.version = version
  }

  public var isProved: Bool { findings.allSatisfy(\.rule.isAdvice) }

  public var text: [String] {
    let steps = lessons.reduce(0) { $0 + $1.steps.count }
    var what = "\(Self.count(lessons.count, "lesson")), \(Self.count(steps, "step")), \(StepProof.text(duration))"
    if order != .together { what += ", \(order)" }
    if isProved { return ["The pack \"\(pack)\" proves itself: \(what)."] + findings.map { "  \($0.text)" } }
    let untried = lessons.filter { !$0.untried.isEmpty }.map {
      "  \($0.lesson): not tried, since a step before is not passed: \($0.untried.joined(separator: ", "))"
    }
    let advice = findings.count(where: \.rule.isAdvice)
    let number =
      Self.count(findings.count - advice, "finding")
      + (advice == 0 ? "" : " and \(Self.count(advice, "piece")) of advice")
    return ["The pack \"\(pack)\" has \(number) (\(what)):"]
      + findings.map { "  \($0.text)" } + untried
  }

  static func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }

  public var json: Document {
    [
      "pack": .string(pack), "version": .string(version), "proved": .bool(isProved), "order": .string("\(order)"),
      "seconds": Document(.decimal(Self.seconds(duration))),
      "lessons": .list(
        lessons.map { lesson in
          [
            "lesson": .string(lesson.lesson), "run": .integer(lesson.run + 1),
            "seconds": Document(.decimal(Self.seconds(lesson.duration))),
            "steps": .list(
              lesson.steps.map { step in
                [
                  "step": .string(step.step), "seconds": Document(.decimal(Self.seconds(step.duration))),
                  "trials": .integer(step.trials),
                  "verdicts": .list(step.verdicts.map(\.rawValue).sorted().map(Document.string)),
                  "tried": .bool(!lesson.untried.contains(step.step)),
                  "proved": .bool(step.findings.isEmpty && !lesson.untried.contains(step.step)),
                ]
              }),
          ]
        }),
      "findings": .list(findings.map(\.json)),
    ]
  }

  /// As test servers read it: a suite a lesson, a case a step.
  public var junit: String {
    var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites name=\"\(Self.escaped(pack))\">"]
    let ids = lessons.filter { $0.run == 0 }.map(\.lesson)
    let lessonIDs = ids + Set(findings.map(\.lesson)).subtracting(ids).sorted()
    for id in lessonIDs {
      let lesson = lessons.first { $0.lesson == id }
      let own = findings.filter { $0.lesson == id }
      let steps = lesson?.steps.map(\.step) ?? []
      let untried = lesson?.untried ?? []
      let failures = own.count { !$0.rule.isAdvice }
      // What is said of the pack as a whole belongs to no lesson.
      let name = Self.escaped(id.isEmpty ? pack : id)
      lines.append(
        "  <testsuite name=\"\(name)\" tests=\"\(steps.count + 1)\" failures=\"\(failures)\" skipped=\"\(untried.count)\">"
      )
      for step in [nil] + steps.map(Optional.some) {
        let seconds = lesson?.steps.first { $0.step == step }?.duration ?? .zero
        lines.append(
          "    <testcase classname=\"\(name)\" name=\"\(Self.escaped(step ?? "as a whole"))\" time=\"\(Self.seconds(seconds))\">"
        )
        for finding in own where finding.step == step {
          let message = Self.escaped(finding.description)
          lines.append(
            finding.rule.isAdvice
              ? "      <system-out>advice: \(message)</system-out>"
              : "      <failure type=\"\(finding.rule.rawValue)\" message=\"\(message)\"/>")
        }
        if let step, untried.contains(step) {
          lines.append("      <skipped message=\"a step before is not passed\"/>")
        }
        lines.append("    </testcase>")
      }
      lines.append("  </testsuite>")
    }
    return (lines + ["</testsuites>"]).joined(separator: "\n") + "\n"
  }

  private static func seconds(_ duration: Duration) -> Double {
    let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
    return Double(milliseconds) / 1000
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;").replacing("\n", with: "&#10;")
  }
}

extension PackFinding {
  public var json: Document {
    var document: Document = [
      "rule": .string(rule.rawValue), "advice": .bool(rule.isAdvice), "file": .string(file), "line": .integer(line),
      "lesson": .string(lesson),
    ]
    if let step { document["step"] = .string(step) }
    document["message"] = .string(message)
    return document
  }
}
