/// How a simulated container behaves.
public struct ContainerScript: Sendable, Equatable {
  /// What happens when TERM arrives.
  public enum Termination: Sendable, Equatable {
    case ignores
    case exits(code: Int32, after: Duration)
  }

  /// Why the program cannot be executed at all.
  public var startFailure: String?
  /// How long it runs by itself; absent means until it is ended.
  public var runs: Duration?
  public var exitCode: Int32 = 0
  public var runsOutOfMemory = false
  public var onTerminate = Termination.ignores
  /// What commands in it answer, by their first word; others end well and say nothing.
  public var commands: [String: CommandAnswer] = [:]
  /// From when on commands answer otherwise.
  public var turn: Turn?
  /// The ports on which something listens, and what it answers to whatever is sent.
  public var ports: [UInt16: String] = [:]

  public init() {}

  /// Something in the container changes after a while: a file that is awaited appears, another is lost.
  public struct Turn: Sendable, Equatable {
    public var after: Duration
    public var commands: [String: CommandAnswer]

    public init(after: Duration, _ commands: [String: CommandAnswer]) {
      self.after = after
      self.commands = commands
    }
  }

  func answer(to command: String, after age: Duration) -> CommandAnswer {
    if let turn, age >= turn.after, let answer = turn.commands[command] { return answer }
    return commands[command] ?? CommandAnswer()
  }

  /// Runs for ever and ends well when asked to.
  public static var server: ContainerScript {
    var script = ContainerScript()
    script.onTerminate = .exits(code: 0, after: .zero)
    return script
  }

  /// Runs for ever and takes no notice of TERM, like `sleep` as the first process of its container.
  public static var deaf: ContainerScript { ContainerScript() }

  public static func exits(_ code: Int32, after runs: Duration) -> ContainerScript {
    var script = ContainerScript()
    script.runs = runs
    script.exitCode = code
    return script
  }

  public static func cannotStart(_ message: String) -> ContainerScript {
    var script = ContainerScript()
    script.startFailure = message
    return script
  }
}

/// What a command in a simulated container comes to.
public struct CommandAnswer: Sendable, Equatable {
  public var output: String
  public var code: Int32
  public var takes: Duration

  public init(_ output: String = "", code: Int32 = 0, takes: Duration = .zero) {
    self.output = output
    self.code = code
    self.takes = takes
  }
}
