/// One lesson: an introduction and steps, read from a Markdown file.
public struct Lesson: Sendable {
  /// Permanent: progress is kept under it.
  public var id: String
  public var title: String
  /// Lessons that should come first.
  public var needs: [String]
  /// What the cluster must be able to tell: objects, events, exec, logs.
  public var uses: [String]
  public var files: [String]
  /// Where it was read from.
  public var path: String
  public var introduction: [LessonBlock]
  public var steps: [Step]
}

/// A part of a lesson that ends in a checkpoint.
public struct Step: Sendable {
  public var id: String
  public var title: String
  public var estimate: Duration?
  public var line: Int
  /// What is shown, in its order.
  public var text: [LessonBlock]
  public var setup: [LessonCommand] = []
  public var conditions: [Condition] = []
  public var hints: [Hint] = []
  public var solutions: [Solution] = []
  public var wrongs: [WrongAnswer] = []
}

/// A piece of a step that is shown to the learner.
public enum LessonBlock: Sendable, Equatable {
  /// A paragraph, a list or a heading, as written.
  case prose(String)
  /// Commands and what they print.
  case console([String])
  /// What to take away; shown when the lesson is done.
  case debrief(String)
}

/// A line of the prompt's own language: never a host shell.
public struct LessonCommand: Sendable, Equatable {
  public var text: String
  public var line: Int
}

public struct Hint: Sendable {
  public var text: String
  /// The hint is offered first while this holds.
  public var condition: Condition?
  public var line: Int
}

/// A way to do the step; the first one is the reference.
public struct Solution: Sendable {
  public var title: String?
  public var commands: [LessonCommand]
  public var line: Int
}

/// Something that learners do and that must not pass.
public struct WrongAnswer: Sendable {
  /// Words of the condition that has to fail.
  public var fails: String
  public var commands: [LessonCommand]
  public var line: Int
}
