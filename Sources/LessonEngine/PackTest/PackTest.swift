public import KubectlCommands
internal import KubernetesAPI

/// Proves a pack on a real cluster: every condition is false before a step and true after its solution, every further
/// solution works as well, every wrong answer fails where its author says, nothing of a solution can be left out or
/// mistaken unnoticed, and what the text shows is what is printed.
public struct PackTest: Sendable {
  public struct Options: Sendable {
    /// Only these lessons; all when empty.
    public var lessons: [String] = []
    /// How often everything is proved; a verdict that changes is a finding.
    public var times = 1
    public var order = LessonOrder.together
    /// Outputs that differ are not found but rewritten.
    public var updatesOutputs = false
    /// In how many namespaces something is tried at the same time.
    public var width = 8

    public init() {}
  }

  private let pack: Pack
  private let context: @Sendable (String) throws -> KubectlContext
  private let options: Options
  private let say: @Sendable (String) async -> Void

  /// - Parameters:
  ///   - context: How the cluster is reached from a place; its working directory, where commands may write, belongs to
  ///     that place alone.
  ///   - say: Told what is being done.
  public init(
    _ pack: Pack, _ options: Options = Options(),
    context: @escaping @Sendable (_ place: String) throws -> KubectlContext,
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
    let lessons = options.order.arranged(
      pack.lessons.filter { options.lessons.isEmpty || options.lessons.contains($0.id) })
    report.order = options.order
    for round in options.order == .together ? [lessons] : lessons.map({ [$0] }) {
      for result in await prove(round) {
        report.lessons.append(result.result)
        report.updates += result.updates.filter { !report.updates.contains($0) }
        for finding in result.result.findings where !report.findings.contains(finding) {
          report.findings.append(finding)
        }
      }
    }
    for lesson in lessons where Set(report.lessons.filter { $0.lesson == lesson.id }.map(\.findings.isEmpty)).count == 2
    {
      report.findings.append(
        PackFinding(
          rule: .unstable, file: lesson.path, line: 1, lesson: lesson.id,
          message: "the lesson proves itself at some times and not at others"))
    }
    report.duration = .now - start
    return report
  }

  // MARK: Working side by side

  private struct Done: Sendable {
    let proof: Int
    let job: LessonProof.Job
    let outcome: Result<(place: LessonPlace, result: TrialResult, wasEmpty: Bool), StatusError>
  }

  /// Proves some lessons side by side, each in namespaces of its own.
  private func prove(_ lessons: [Lesson]) async -> [LessonProof] {
    let start = ContinuousClock.now
    let before = await ClusterCensus.take(context)
    var proofs = lessons.flatMap { lesson in (0..<options.times).map { LessonProof(lesson, of: pack, run: $0) } }
    var closing: [Int: Task<[PackFinding], Never>] = [:]
    await withTaskGroup(of: Done.self) { group in
      var running = 0
      func fill() {
        while running < options.width, !Task.isCancelled {
          // The lesson with the fewest pieces of work under way comes first, so that none is left to the end.
          let order = proofs.indices.sorted { proofs[$0].runningCount < proofs[$1].runningCount }
          var taken: (Int, LessonProof.Job)?
          for index in order {
            if let job = proofs[index].takeJob() {
              taken = (index, job)
              break
            }
          }
          guard let (index, job) = taken else { return }
          running += 1
          group.addTask { [proof = proofs[index]] in await Done(proof: index, job: job, outcome: work(job, proof)) }
        }
      }
      fill()
      for await done in group {
        running -= 1
        switch done.outcome {
        case .success(let end):
          proofs[done.proof].note(done.job, end.place, end.result, wasEmpty: end.wasEmpty)
          await tell(done.job, proofs[done.proof].lesson, end.result)
        case .failure(let error): proofs[done.proof].fail(done.job, error)
        }
        if proofs[done.proof].isDone {
          let proof = proofs[done.proof]
          proofs[done.proof].close([], duration: .now - start)
          await tell(proofs[done.proof].result)
          closing[done.proof] = Task { await Leftovers.afterClosing(proof.places, of: proof.lesson) }
        }
        fill()
      }
    }
    for (index, closing) in closing {
      proofs[index].close(await closing.value, duration: proofs[index].result.duration)
    }
    if let first = lessons.first {
      let left = await Leftovers.inCluster(since: before, context, lessons: lessons.map(\.id), file: first.path)
      for finding in left { proofs[0].close([finding], duration: proofs[0].result.duration) }
    }
    return proofs
  }

  private func work(
    _ job: LessonProof.Job, _ proof: LessonProof
  ) async -> Result<(place: LessonPlace, result: TrialResult, wasEmpty: Bool), StatusError> {
    let place: LessonPlace
    do {
      place = try await openPlace(job, proof)
    } catch let error as StatusError {
      return .failure(error)
    } catch {
      return .failure(.internalError("\(error)"))
    }
    switch job.work {
    case .reference(let index):
      let wasEmpty = index == 0 ? true : await place.isEmpty()
      let step = StepProof(lesson: proof.lesson, index: index, place: place)
      return .success((place, await step.playReference(), wasEmpty))
    case .trial(let trial, let index, let firstStep):
      let step = StepProof(
        lesson: proof.lesson, index: index, place: place, firstStep: firstStep, updatesOutputs: options.updatesOutputs)
      return .success((place, await step.play(trial), false))
    }
  }

  private func openPlace(_ job: LessonProof.Job, _ proof: LessonProof) async throws -> LessonPlace {
    if let place = job.place { return place }
    let context = try context(proof.lesson.id + job.name)
    return try await LessonPlace.open(proof.lesson, of: pack, context, suffix: job.name)
  }

  // MARK: Telling

  private func tell(_ job: LessonProof.Job, _ lesson: Lesson, _ result: TrialResult) async {
    let what: String
    let step: Int
    switch job.work {
    case .reference(let index): (what, step) = ("reference solution", index)
    case .trial(let trial, let index, firstStep: _): (what, step) = (trial.text, index)
    }
    let end = result.findings.isEmpty ? "" : ": \(PackReport.count(result.findings.count, "finding"))"
    await say("  \(lesson.id)/\(lesson.steps[step].id): \(what), \(StepProof.text(result.duration))\(end)")
  }

  private func tell(_ result: PackReport.LessonResult) async {
    let verdict = result.findings.isEmpty ? "proved" : PackReport.count(result.findings.count, "finding")
    let trials = PackReport.count(result.steps.reduce(0) { $0 + $1.trials }, "trial")
    await say("\(result.lesson): \(verdict), \(trials), \(StepProof.text(result.duration))")
  }
}
