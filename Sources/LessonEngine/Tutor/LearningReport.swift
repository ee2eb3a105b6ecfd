public import Documents
internal import ObjectSchema

/// What a learner may hand to an instructor: how each step went, without a word of what was typed.
public enum LearningReport {
  private struct StepStory {
    var outcome = "open"
    var attempts = 0
    var hints: [String] = []
    var firstFailing: String?
    var began: String?
    var ended: String?
    var digest: String?
  }

  /// - Parameter log: The log of progress.
  public static func document(log: [UInt8], _ packs: [Pack]) -> Document {
    var stories: [String: [String: StepStory]] = [:]
    // In the order in which they were begun.
    var steps: [String: [String]] = [:]
    var completed: Set<String> = []
    for (time, entry) in Progress.Entry.entries(log: log) {
      if entry.event == .completed { completed.insert(entry.lesson) }
      guard let step = entry.step else { continue }
      var story = stories[entry.lesson]?[step] ?? StepStory()
      note(entry, at: time, &story)
      if stories[entry.lesson]?[step] == nil { steps[entry.lesson, default: []].append(step) }
      stories[entry.lesson, default: [:]][step] = story
    }
    let lessons = packs.flatMap { pack in
      pack.lessons.compactMap { lesson -> Document? in
        let key = pack.id + "/" + lesson.id
        guard let steps = stories[key] else { return nil }
        return [
          "pack": .string(pack.id), "version": .string(pack.version), "lesson": .string(lesson.id),
          "completed": .bool(completed.contains(key)),
          "steps": .list(lesson.steps.compactMap { step in steps[step.id].map { document(step.id, $0) } }),
        ]
      }
    }
    let known = Set(packs.flatMap { pack in pack.lessons.map { pack.id + "/" + $0.id } })
    // What was done was done, whether or not its pack is still there.
    let removed = steps.keys.filter { !known.contains($0) }.sorted().map { key -> Document in
      let parts = key.split(separator: "/", maxSplits: 1).map(String.init)
      return [
        "pack": .string(parts.first ?? ""), "removed": true, "lesson": .string(parts.last ?? ""),
        "completed": .bool(completed.contains(key)),
        "steps": .list((steps[key] ?? []).compactMap { step in stories[key]?[step].map { document(step, $0) } }),
      ]
    }
    return ["format": 1, "lessons": .list(lessons + removed)]
  }

  private static func note(_ entry: Progress.Entry, at time: String, _ story: inout StepStory) {
    switch entry.event {
    case .began: story.began = story.began ?? time
    case .passed, .skipped:
      story.outcome = entry.event.rawValue
      story.ended = time
      story.digest = entry.digest
    case .checked:
      story.attempts += 1
      story.firstFailing = story.firstFailing ?? entry.detail
    case .hinted: if let level = entry.detail { story.hints.append(level) }
    case .reset: story.outcome = "open"
    case .started, .answered, .left, .completed: break
    }
  }

  private static func document(_ step: String, _ story: StepStory) -> Document {
    var document: Document = [
      "step": .string(step), "outcome": .string(story.outcome), "failedChecks": .integer(story.attempts),
      "hints": .list(story.hints.map(Document.string)),
    ]
    if let failing = story.firstFailing { document["firstFailing"] = .string(failing) }
    if let began = story.began.flatMap({ Timestamp($0) }), let ended = story.ended.flatMap({ Timestamp($0) }) {
      document["seconds"] = .integer((ended - began).components.seconds)
    }
    if let digest = story.digest { document["digest"] = .string(digest) }
    return document
  }
}
