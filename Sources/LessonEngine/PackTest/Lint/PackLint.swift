/// What can be said against a pack by reading it.
public enum PackLint {
  /// What can be said of a pack as far as it can be read.
  public static func findings(_ reading: PackReading) -> [PackFinding] {
    let unreadable = reading.errors.map { error in
      let name = error.file.split(separator: "/").last ?? ""
      return PackFinding(
        rule: .unreadable, file: error.file, line: error.line,
        lesson: name.hasSuffix(".md") ? String(name.dropLast(3)) : "", message: error.message)
    }
    guard let pack = reading.pack else { return unreadable }
    // A lesson that cannot be read may use what seems to be of no use.
    return unreadable + (reading.errors.isEmpty ? unused(pack) : []) + readable(pack)
  }

  static func findings(_ pack: Pack) -> [PackFinding] { unused(pack) + readable(pack) }

  private static func readable(_ pack: Pack) -> [PackFinding] {
    needs(pack) + pack.imageFindings + pack.lessons.flatMap { findings($0, in: pack) }
  }

  private static func findings(_ lesson: Lesson, in pack: Pack) -> [PackFinding] {
    (whole(lesson) + lesson.steps.flatMap { StepLint(pack: pack, lesson: lesson, step: $0).findings() }
      + TextLint.findings(lesson, in: pack))
      .sorted { ($0.line, $0.message) < ($1.line, $1.message) }
  }

  // MARK: Lessons

  private static func whole(_ lesson: Lesson) -> [PackFinding] {
    var findings: [PackFinding] = []
    func add(_ rule: PackFinding.Rule, _ line: Int, _ message: String, step: String? = nil) {
      findings.append(
        PackFinding(rule: rule, file: lesson.path, line: line, lesson: lesson.id, step: step, message: message))
    }
    if EndCard.debrief(lesson).isEmpty { add(.noDebrief, 1, "the lesson has no debrief block: say what to take away") }
    let used = Set(lesson.steps.flatMap(\.conditions).map(\.statement.needs))
    for capability in used.subtracting(lesson.uses).sorted(by: { $0.rawValue < $1.rawValue })
    where capability != .objects {
      add(.uses, lesson.line(of: "uses"), "its checks need \(capability.rawValue): add it to `uses:`")
    }
    let commands = lesson.steps.flatMap { step in
      step.setup + (step.solutions.map(\.commands) + step.wrongs.map(\.commands)).flatMap { $0 }
    }
    let words = commands.map(\.text) + (lesson.introduction + lesson.steps.flatMap(\.text)).map(\.words)
    for name in lesson.files where !words.contains(where: { $0.contains(name) }) {
      add(.unusedFile, lesson.line(of: "files"), "the file \(name) is listed, but no step speaks of it")
    }
    for step in lesson.steps {
      for (branch, earlier) in step.overtakenBranches {
        add(
          .unreachable, branch.line,
          "this next block is never looked at: the one of line \(earlier.line) goes on in any case", step: step.id)
      }
    }
    for step in lesson.steps {
      for branch in step.branches {
        guard let answer = step.wrongAnswer(of: branch) else { continue }
        add(
          .unreachable, branch.line, "this next block is never taken: \"\(answer)\" is no right answer to its question",
          step: step.id)
      }
    }
    for step in lesson.unreachableSteps {
      add(
        .unreachable, step.line,
        "no way leads to the step \"\(step.id)\": the next blocks of the steps before go past it", step: step.id)
    }
    return findings
  }

  // MARK: The pack

  /// Lessons that need each other can never be begun in order.
  private static func needs(_ pack: Pack) -> [PackFinding] {
    func reaches(_ lesson: Lesson, _ goal: String, _ seen: Set<String>) -> Bool {
      lesson.needs.contains { need in
        if need == goal { return true }
        guard !seen.contains(need), let next = pack.lesson(need) else { return false }
        return reaches(next, goal, seen.union([need]))
      }
    }
    return pack.lessons.filter { reaches($0, $0.id, []) }.map { lesson in
      PackFinding(
        rule: .needs, file: lesson.path, line: lesson.line(of: "needs"), lesson: lesson.id,
        message: "the lesson needs itself by way of \(lesson.needs.joined(separator: ", "))")
    }
  }

  /// Files of the pack's own folder that no lesson lists, and shared sentences that none uses.
  private static func unused(_ pack: Pack) -> [PackFinding] {
    let used = pack.lessons.flatMap(\.steps).reduce(into: Set<String>()) { $0.formUnion($1.sharedChecks) }
    let checks = pack.checks.all.filter { !used.contains($0.name) }.map { check in
      PackFinding(
        rule: .unusedCheck, file: pack.folder + "/" + SharedChecks.fileName, line: check.line, lesson: "",
        message: "no lesson uses \"\(check.name)\"")
    }
    let listed = Set(pack.lessons.flatMap(\.files))
    return checks
      + pack.ownFiles.filter { !listed.contains($0) }.map { name in
        PackFinding(
          rule: .unusedFile, file: pack.filesFolder + "/" + name, line: 0, lesson: "",
          message: "no lesson lists this file under `files:`")
      }
  }
}

extension Step {
  /// The branches behind one that is always taken, and that one.
  fileprivate var overtakenBranches: [(Branch, Branch)] {
    guard let index = branches.firstIndex(where: \.isAlwaysTaken) else { return [] }
    return branches[(index + 1)...].map { ($0, branches[index]) }
  }

  /// The answer for which a branch waits in vain.
  fileprivate func wrongAnswer(of branch: Branch) -> String? {
    guard case .answer(let id, let text) = branch.test else { return nil }
    return questions.contains { $0.id == id && $0.mayBeAnswered(text) } ? nil : text
  }
}

extension Lesson {
  /// The steps to which neither the step above nor a branch leads.
  fileprivate var unreachableSteps: [Step] {
    var reached: Set<String> = []
    var waiting = steps.prefix(1).map(\.id)
    while let id = waiting.popLast() {
      guard reached.insert(id).inserted, let index = steps.firstIndex(where: { $0.id == id }) else { continue }
      let branches = steps[index].branches.filter { steps[index].wrongAnswer(of: $0) == nil }
      let last = branches.firstIndex(where: \.isAlwaysTaken)
      waiting += branches.prefix(last.map { $0 + 1 } ?? branches.count).map(\.target)
      if last == nil, index + 1 < steps.count { waiting.append(steps[index + 1].id) }
    }
    return steps.filter { !reached.contains($0.id) }
  }
}

extension Question {
  /// Whether it may be right; what only the cluster knows may be anything.
  fileprivate func mayBeAnswered(_ text: String) -> Bool {
    switch kind {
    case .ask(let expected): return expected.contains { $0.live != nil || isSame($0.text, text) }
    case .quiz(let choices):
      let right = choices.indices.filter { choices[$0].isRight }.map { "\($0 + 1)" }
      return isSame(right.joined(separator: ", "), text)
    }
  }
}

extension Branch {
  fileprivate var isAlwaysTaken: Bool { if case .always = test { true } else { false } }
}
