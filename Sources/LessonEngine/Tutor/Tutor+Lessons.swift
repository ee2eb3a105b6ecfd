/// Beginning lessons, going on with them, and leaving them.
extension Tutor {
  // MARK: Packs by path

  public func lookForPacks(_ open: @escaping @Sendable (String) throws -> Pack?) { openPack = open }

  /// Begins the first lesson of a pack on disk that is not done; nil when the word is no path.
  private func startPack(_ path: String) async -> [TutorText]? {
    let pack: Pack
    do {
      guard let found = try openPack(path) else { return nil }
      pack = found
    } catch {
      return [.notYet("\(error)")]
    }
    take(pack)
    guard let lesson = pack.lessons.first(where: { !progress.isCompleted(pack.id + "/" + $0.id) }) ?? pack.lessons.first
    else { return nil }
    let names = packs.last?.lessons.map(\.name) ?? []
    return [.plain("The pack \"\(pack.title)\" is open: \(names.joined(separator: ", "))."), .blank]
      + (await start(pack.id + "/" + lesson.id))
  }

  /// In the place of another one with its id.
  private func take(_ pack: Pack) { packs = (packs.filter { $0.id != pack.id } + [pack]).named }

  // MARK: Beginning and leaving

  public func start(_ id: String) async -> [TutorText] {
    let pack: Pack
    let lesson: Lesson
    do throws(UnknownLesson) {
      (pack, lesson) = try packs.lesson(named: id)
    } catch {
      if let text = await startPack(id) { return text }
      if !error.candidates.isEmpty { return [.notYet("\(error).")] }
      let guess = error.suggestion.map { " Did you mean \($0)?" } ?? ""
      return [.notYet("There is no lesson \"\(id)\".\(guess)"), .plain("lessons lists them all.")]
    }
    let key = pack.id + "/" + lesson.id
    if session?.key == key, let session { return [.plain("This lesson is under way.")] + Self.task(session) }
    var text: [TutorText] = []
    if let session { text += await leave(session) }
    text.append(.heading(lesson.title))
    for need in lesson.needs where !progress.isCompleted(pack.id + "/" + need) {
      text.append(.notYet("This lesson builds on \"\(need)\", which is not done yet. It works all the same."))
    }
    // A lesson that was left in the middle goes on there; a finished one begins anew.
    if lesson.steps.allSatisfy({ progress.isDone($0.id, of: key) }) {
      record(.init(.reset, key))
      records.replace([], key)
    }
    return text + (await enter(pack, lesson))
  }

  /// Goes on where the learner was when the program ended; nothing when no lesson was under way.
  public func resume() async -> [TutorText] {
    if let complaint = keeper.complaint { return [.notYet(complaint)] }
    guard session == nil, let key = progress.current else { return [] }
    guard let (pack, lesson) = (try? packs.lesson(named: key)) ?? reopen(key) else { return absence(of: key) }
    let text = [.heading("\(lesson.title), where you left it")] + (await enter(pack, lesson))
    guard let session, await LessonPlace.isOpen(Self.explorationName(lesson), for: session.place) else { return text }
    return text + [.blank] + (await explore())
  }

  /// The lesson of a pack that was named by its path the last time.
  private func reopen(_ key: String) -> (Pack, Lesson)? {
    guard let path = progress[key]?.path, let pack = try? openPack(path) else { return nil }
    take(pack)
    return try? packs.lesson(named: key)
  }

  /// Nothing is taken away from somebody who may bring the pack back.
  private func absence(of key: String) -> [TutorText] {
    let parts = key.split(separator: "/")
    let place = progress[key]?.path.map { "at \($0) any more" } ?? "here"
    return [
      .notYet(
        "The lesson \"\(parts.last ?? "")\" is under way, but its pack \"\(parts.first ?? "")\" is not \(place): --pack PATH or podium pack install brings it back, leave gives it up."
      )
    ] + (progress[key]?.namespace.map { [.plain("Its Pods run on, in the namespace \($0).")] } ?? [])
  }

  static func explorationName(_ lesson: Lesson) -> String { lesson.id + explorationSuffix }
  static let explorationSuffix = "-explore"

  /// Opens the lesson's namespace and brings it to the start of the first step that is not done.
  private func enter(_ pack: Pack, _ lesson: Lesson) async -> [TutorText] {
    let key = pack.id + "/" + lesson.id
    var text: [TutorText] = []
    for step in lesson.steps where progress.hasChanged(step, of: key) {
      text.append(.plain("The step \"\(step.title)\" has changed since you did it: back leads there."))
    }
    let known = progress[key]
    let index =
      lesson.steps.firstIndex { $0.id == known?.step && !progress.isDone($0.id, of: key) }
      ?? lesson.steps.firstIndex { !progress.isDone($0.id, of: key) } ?? 0
    do {
      let notify = notify
      try await supply(pack) { notify([.plain($0)]) }
    } catch {
      return text + [.notYet("The lesson cannot begin without the images of its pack: \(error)")]
    }
    let place: LessonPlace
    do {
      place = try await openPlace(lesson, of: pack, known: known?.namespace)
    } catch {
      return text + [.notYet("The lesson's namespace could not be made: \(error)")]
    }
    record(.init(.started, key, detail: place.namespace, path: pack.path))
    lessonRecord = LessonRecord(lines: records.load(key))
    answers = lessonRecord.answers
    recordedLesson = key
    let step = lesson.steps[index]
    if await place.isMarked(step.id) {
      // Everything is as it was left: what the learner has done in this step counts from here on.
      text += [.plain("Going on at step \(index + 1) of \(lesson.steps.count)."), .blank]
      return text + (await begin(pack, lesson, place, step: index, isPrepared: true))
    }
    if index > 0 {
      text += [
        .plain("Going on at step \(index + 1) of \(lesson.steps.count); what came before is made again."), .blank,
      ]
      await place.replay(lesson, before: index)
    } else {
      await place.clear()
      text += [.blank] + blocks(lesson.introduction, of: nil)
    }
    text += await begin(pack, lesson, place, step: index)
    return text + FirstMinute.words(at: index, of: lesson, progress)
  }

  func openPlace(_ lesson: Lesson, of pack: Pack, known: String?, suffix: String = "") async throws -> LessonPlace {
    let changed = changed
    return try await LessonPlace.open(
      lesson, of: pack, context, known: known, suffix: suffix, onChange: { changed.yield() })
  }

  /// Leaves the lesson for now. Its namespace is removed; coming back makes everything again.
  public func leave() async -> [TutorText] {
    if let session { return await leave(session) }
    // One whose pack is not here can be given up all the same.
    guard let key = progress.current else { return Self.noLesson }
    record(.init(.left, key))
    let namespace = progress[key]?.namespace.map { "; kubectl delete namespace \($0) removes its Pods" } ?? ""
    return [.plain("You have left the lesson \"\(key)\"\(namespace).")]
  }

  private func leave(_ session: TutorSession) async -> [TutorText] {
    self.session = nil
    await exploring?.close()
    exploring = nil
    record(.init(.left, session.key, step: session.step.id))
    await session.place.close()
    return [
      .plain(
        "You have left \"\(session.lesson.title)\". start \(session.lesson.name) goes on at step \(session.stepIndex + 1); what the steps before have made is made again then."
      )
    ]
  }

  /// Ends a lesson that is done; its namespace goes with it.
  func finish(_ session: TutorSession) async -> [TutorText] {
    record(.init(.completed, session.key))
    self.session = nil
    await exploring?.close()
    exploring = nil
    await session.place.close()
    return EndCard(lesson: session.lesson, pack: session.pack, record: lessonRecord, progress: progress).text
  }

  /// Whether there is a lesson to go on with.
  public var hasLessonUnderWay: Bool { progress.current != nil }

  /// What is said to somebody who closes the prompt in the middle of a lesson; nil when there is none.
  public var farewell: [TutorText]? {
    session.map { session in
      [
        .plain(
          "\"\(session.lesson.title)\" waits for you at step \(session.stepIndex + 1) of \(session.lesson.steps.count), and your Pods run on: the next podium goes on there."
        )
      ]
    }
  }
}
