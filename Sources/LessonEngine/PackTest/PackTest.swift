public import KubectlCommands
internal import KubernetesAPI

/// Proves a pack on a real cluster: every condition is false before a step and true after its solution, every further
/// solution works as well, every wrong answer fails where its author says, and what the text shows is what is printed.
public struct PackTest: Sendable {
  public struct Options: Sendable {
    /// Only these lessons; all when empty.
    public var lessons: [String] = []
    /// How often everything is proved; a verdict that changes is a finding.
    public var times = 1
    /// How many lessons are proved at the same time.
    public var width = 7

    public init() {}
  }

  private let pack: Pack
  private let context: KubectlContext
  private let options: Options
  private let say: @Sendable (String) async -> Void

  /// - Parameters:
  ///   - context: How the cluster is reached; its working directory is where the lessons' commands may write.
  ///   - say: Told what is being done.
  public init(
    _ pack: Pack, _ context: KubectlContext, _ options: Options = Options(),
    say: @escaping @Sendable (String) async -> Void
  ) {
    self.pack = pack
    self.context = context
    self.options = options
    self.say = say
  }

  /// Answers what is wrong with the pack; an empty report means that it proves itself.
  public func run() async -> PackReport {
    let start = ContinuousClock.now
    var report = PackReport(pack: pack.id, version: pack.version)
    report.findings = PackLint.findings(pack)
    let lessons = pack.lessons.filter { options.lessons.isEmpty || options.lessons.contains($0.id) }
    var rest = lessons.flatMap { lesson in (0..<options.times).map { (lesson, $0) } }[...]
    var verdicts: [String: Set<Bool>] = [:]
    await withTaskGroup(of: PackReport.LessonResult.self) { group in
      func addNext() {
        guard let (lesson, number) = rest.popFirst() else { return }
        group.addTask { await prove(lesson, suffix: options.times > 1 ? "-\(number + 1)" : "") }
      }
      for _ in 0..<options.width { addNext() }
      for await result in group {
        report.lessons.append(result)
        verdicts[result.lesson, default: []].insert(result.findings.isEmpty)
        for finding in result.findings where !report.findings.contains(finding) { report.findings.append(finding) }
        addNext()
      }
    }
    for lesson in lessons where verdicts[lesson.id]?.count == 2 {
      report.findings.append(
        PackFinding(
          rule: .unstable, file: lesson.path, line: 1, lesson: lesson.id,
          message: "the lesson proves itself at some times and not at others"))
    }
    report.lessons.sort { one, other in
      let order = lessons.map(\.id)
      return (order.firstIndex(of: one.lesson) ?? 0) < (order.firstIndex(of: other.lesson) ?? 0)
    }
    report.duration = .now - start
    return report
  }

  private func prove(_ lesson: Lesson, suffix: String) async -> PackReport.LessonResult {
    let start = ContinuousClock.now
    var result = PackReport.LessonResult(lesson: lesson.id)
    do {
      // Each in a namespace of its own, so every lesson is proved alone and beside others at once.
      let place = try await LessonPlace.open(lesson, of: pack, context, suffix: suffix)
      for index in lesson.steps.indices {
        let begun = ContinuousClock.now
        let findings = await StepProof(lesson: lesson, index: index, place: place, say: say).findings()
        result.findings += findings
        result.steps.append(
          PackReport.StepResult(
            step: lesson.steps[index].id, duration: .now - begun, findings: findings))
      }
      let seen = place.everSeenPods
      await place.close()
      result.findings += await leftovers(lesson, place, seen)
    } catch {
      result.findings.append(
        PackFinding(
          rule: .unreadable, file: lesson.path, line: 1, lesson: lesson.id,
          message: "the lesson's namespace could not be made: \(error.message)"))
    }
    result.duration = .now - start
    await say(
      "\(lesson.id): \(result.findings.isEmpty ? "proved" : "\(result.findings.count) findings"), \(StepProof.text(result.duration))"
    )
    return result
  }

  /// What is left of a lesson when its namespace is closed; the node takes a moment to clear up.
  private func leftovers(_ lesson: Lesson, _ place: LessonPlace, _ uids: [String]) async -> [PackFinding] {
    let deadline = ContinuousClock.now + .seconds(15)
    while true {
      var remains: [String] = []
      for uid in uids {
        if case .seen(let some) = await place.inquiry.remains(of: uid) { remains += some }
      }
      if remains.isEmpty { return [] }
      if ContinuousClock.now > deadline {
        return remains.map {
          PackFinding(
            rule: .leftBehind, file: lesson.path, line: 1, lesson: lesson.id, message: "the lesson leaves behind: \($0)"
          )
        }
      }
      try? await Task.sleep(for: .milliseconds(100))
    }
  }
}
