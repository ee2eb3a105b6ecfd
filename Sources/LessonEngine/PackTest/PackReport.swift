public import Documents

/// What the proof of a pack has shown.
public struct PackReport: Sendable {
  public struct StepResult: Sendable {
    public var step: String
    public var duration: Duration
    public var findings: [PackFinding]
  }

  public struct LessonResult: Sendable {
    public var lesson: String
    public var steps: [StepResult] = []
    public var findings: [PackFinding] = []
    public var duration = Duration.zero

    init(lesson: String) { self.lesson = lesson }
  }

  public var pack: String
  public var version: String
  public var lessons: [LessonResult] = []
  public var findings: [PackFinding] = []
  public var duration = Duration.zero

  init(pack: String, version: String) {
    self.pack = pack
    self.version = version
  }

  public var isProved: Bool { findings.isEmpty }

  public var text: [String] {
    let steps = lessons.reduce(0) { $0 + $1.steps.count }
    let what = Self.count(lessons.count, "lesson") + ", " + Self.count(steps, "step") + ", \(StepProof.text(duration))"
    if isProved { return ["The pack \"\(pack)\" proves itself: \(what)."] }
    return ["The pack \"\(pack)\" has \(findings.count) findings (\(what)):"]
      + findings.map { "  \($0) [\($0.rule.rawValue)]" }
  }

  private static func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }

  public var json: Document {
    [
      "pack": .string(pack), "version": .string(version), "proved": .bool(isProved),
      "seconds": Document(.decimal(Self.seconds(duration))),
      "lessons": .list(
        lessons.map { lesson in
          [
            "lesson": .string(lesson.lesson), "seconds": Document(.decimal(Self.seconds(lesson.duration))),
            "steps": .list(
              lesson.steps.map {
                [
                  "step": .string($0.step), "seconds": Document(.decimal(Self.seconds($0.duration))),
                  "proved": .bool($0.findings.isEmpty),
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
    let lessonIDs = lessons.map(\.lesson) + Set(findings.map(\.lesson)).subtracting(lessons.map(\.lesson)).sorted()
    for id in lessonIDs {
      let lesson = lessons.first { $0.lesson == id }
      let own = findings.filter { $0.lesson == id }
      let steps = lesson?.steps.map(\.step) ?? []
      lines.append("  <testsuite name=\"\(Self.escaped(id))\" tests=\"\(steps.count + 1)\" failures=\"\(own.count)\">")
      for step in [nil] + steps.map(Optional.some) {
        let seconds = lesson?.steps.first { $0.step == step }?.duration ?? .zero
        lines.append(
          "    <testcase classname=\"\(Self.escaped(id))\" name=\"\(Self.escaped(step ?? "as a whole"))\" time=\"\(Self.seconds(seconds))\">"
        )
        for finding in own where finding.step == step {
          lines.append(
            "      <failure type=\"\(finding.rule.rawValue)\" message=\"\(Self.escaped(finding.description))\"/>")
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
      .replacing("\"", with: "&quot;")
  }
}

extension PackFinding {
  public var json: Document {
    var document: Document = [
      "rule": .string(rule.rawValue), "file": .string(file), "line": .integer(line), "lesson": .string(lesson),
    ]
    if let step { document["step"] = .string(step) }
    document["message"] = .string(message)
    return document
  }
}
