internal import Documents
internal import ObjectSchema

/// What a learner has done: a log of events, appended and safe on disk before the next command.
public struct Progress: Sendable {
  public enum Entry: Sendable, Equatable {
    case started(lesson: String)
    case passed(lesson: String, step: String)
    case skipped(lesson: String, step: String)
    case completed(lesson: String)
  }

  /// Ids are `pack/lesson`; steps are kept under their own ids.
  private var done: [String: Set<String>] = [:]
  public private(set) var completed: Set<String> = []
  public private(set) var current: String?

  public init() {}

  public func isDone(_ step: String, of lesson: String) -> Bool { done[lesson]?.contains(step) ?? false }
  public func isStarted(_ lesson: String) -> Bool { done[lesson] != nil }

  public mutating func note(_ entry: Entry) {
    switch entry {
    case .started(let lesson):
      done[lesson] = done[lesson] ?? []
      current = lesson
    case .passed(let lesson, let step), .skipped(let lesson, let step):
      done[lesson, default: []].insert(step)
    case .completed(let lesson):
      completed.insert(lesson)
      if current == lesson { current = nil }
    }
  }

  /// Begins a lesson anew; what was completed stays completed.
  public mutating func restart(_ lesson: String) { done[lesson] = [] }
}

extension Progress {
  /// Reads a log; a line that a crash has cut short is passed over.
  public init(log: [UInt8]) {
    for line in log.split(separator: 0x0A) {
      guard let document = try? Document.parse(json: Array(line)), let entry = Entry(document) else { continue }
      note(entry)
    }
  }
}

extension Progress.Entry {
  fileprivate init?(_ document: Document) {
    guard let lesson = document["lesson"]?.stringValue else { return nil }
    let step = document["step"]?.stringValue
    switch (document["event"]?.stringValue, step) {
    case ("started", _): self = .started(lesson: lesson)
    case ("passed", let step?): self = .passed(lesson: lesson, step: step)
    case ("skipped", let step?): self = .skipped(lesson: lesson, step: step)
    case ("completed", _): self = .completed(lesson: lesson)
    default: return nil
    }
  }

  /// The line of the log, with the time at which it was written.
  public func line(at time: String) -> [UInt8] {
    var document: Document = ["time": .string(time)]
    switch self {
    case .started(let lesson):
      document["event"] = "started"
      document["lesson"] = .string(lesson)
    case .passed(let lesson, let step):
      document["event"] = "passed"
      document["lesson"] = .string(lesson)
      document["step"] = .string(step)
    case .skipped(let lesson, let step):
      document["event"] = "skipped"
      document["lesson"] = .string(lesson)
      document["step"] = .string(step)
    case .completed(let lesson):
      document["event"] = "completed"
      document["lesson"] = .string(lesson)
    }
    return document.json() + [0x0A]
  }
}

/// Where progress is kept between sessions.
public protocol ProgressStore: Sendable {
  func load() -> Progress
  /// Returns once the entry is safe.
  func append(_ entry: Progress.Entry) throws
}
