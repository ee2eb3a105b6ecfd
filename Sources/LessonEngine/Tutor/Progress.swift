internal import Documents

/// What a learner has done: a log of events, appended and safe on disk before the next command.
public struct Progress: Sendable {
  /// Something that happened in a lesson.
  public struct Entry: Sendable, Equatable {
    public enum Event: String, Sendable, CaseIterable {
      case started, began, passed, skipped, answered, hinted, checked, reset, left, completed
    }

    public var event: Event
    /// `pack/lesson`.
    public var lesson: String
    public var step: String?
    /// What the event is about: the namespace, the question, the level of the hint, the condition that failed.
    public var detail: String?
    /// The content of the step at that time.
    public var digest: String?
    /// The path by which the lesson's pack was named; nil for those that are found without one.
    public var path: String?

    public init(
      _ event: Event, _ lesson: String, step: String? = nil, detail: String? = nil, digest: String? = nil,
      path: String? = nil
    ) {
      self.event = event
      self.lesson = lesson
      self.step = step
      self.detail = detail
      self.digest = digest
      self.path = path
    }
  }

  /// How far one lesson is.
  public struct LessonProgress: Sendable, Equatable {
    /// The steps that are done, with their content at that time.
    public var done: [String: String] = [:]
    /// The questions of the current step that are answered.
    public var answered: Set<String> = []
    public var namespace: String?
    /// The path by which its pack was named.
    public var path: String?
    /// Where the learner is.
    public var step: String?
    public var isCompleted = false
  }

  public private(set) var lessons: [String: LessonProgress] = [:]
  /// The lesson that is under way.
  public private(set) var current: String?

  public init() {}

  public subscript(lesson: String) -> LessonProgress? { lessons[lesson] }

  public func isDone(_ step: String, of lesson: String) -> Bool { lessons[lesson]?.done[step] != nil }
  public func isStarted(_ lesson: String) -> Bool { lessons[lesson] != nil }
  public func isCompleted(_ lesson: String) -> Bool { lessons[lesson]?.isCompleted ?? false }

  /// Whether the author has changed the step since it was done.
  public func hasChanged(_ step: Step, of lesson: String) -> Bool {
    guard let digest = lessons[lesson]?.done[step.id], !digest.isEmpty else { return false }
    return digest != step.digest
  }

  public mutating func note(_ entry: Entry) {
    var lesson = lessons[entry.lesson] ?? LessonProgress()
    switch entry.event {
    case .started:
      lesson.namespace = entry.detail
      lesson.path = entry.path
      current = entry.lesson
    case .began:
      if lesson.step != entry.step { lesson.answered = [] }
      lesson.step = entry.step
    case .passed, .skipped: if let step = entry.step { lesson.done[step] = entry.digest ?? "" }
    case .answered: if let question = entry.detail { lesson.answered.insert(question) }
    case .reset:
      lesson.answered = []
      if let step = entry.step {
        lesson.done[step] = nil
      } else {
        lesson.done = [:]
        lesson.step = nil
      }
    case .left: if current == entry.lesson { current = nil }
    case .completed:
      lesson.isCompleted = true
      lesson.namespace = nil
      lesson.step = nil
      if current == entry.lesson { current = nil }
    case .hinted, .checked: break
    }
    lessons[entry.lesson] = lesson
  }
}

extension Progress {
  /// Reads a log; what a crash has cut short or the disk has spoilt is passed over, line by line.
  public init(log: [UInt8]) {
    for entry in Entry.entries(log: log) { note(entry.entry) }
  }
}

extension Progress.Entry {
  /// The entries of a log with their times.
  public static func entries(log: [UInt8]) -> [(time: String, entry: Progress.Entry)] {
    log.split(separator: 0x0A).compactMap { line in
      guard let document = try? Document.parse(json: Array(line)), let entry = Progress.Entry(document) else {
        return nil
      }
      return (document["time"]?.stringValue ?? "", entry)
    }
  }

  private init?(_ document: Document) {
    guard let event = document["event"]?.stringValue.flatMap(Event.init(rawValue:)),
      let lesson = document["lesson"]?.stringValue
    else { return nil }
    self.init(
      event, lesson, step: document["step"]?.stringValue, detail: document["detail"]?.stringValue,
      digest: document["digest"]?.stringValue, path: document["path"]?.stringValue)
  }

  /// The line of the log, with the time at which it was written.
  public func line(at time: String) -> [UInt8] {
    var document: Document = [
      "time": .string(time), "event": .string(event.rawValue), "lesson": .string(lesson),
    ]
    if let step { document["step"] = .string(step) }
    if let detail { document["detail"] = .string(detail) }
    if let digest { document["digest"] = .string(digest) }
    if let path { document["path"] = .string(path) }
    return document.json() + [0x0A]
  }
}

/// Where progress is kept between sessions.
public protocol ProgressStore: Sendable {
  func load() throws -> Progress
  /// Returns once the entry is safe.
  func append(_ entry: Progress.Entry) throws
}
