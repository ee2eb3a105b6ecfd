/// The recipe of an image, in the part of the Containerfile language that is built here.
public struct Containerfile: Sendable, Equatable {
  public struct Instruction: Sendable, Equatable {
    /// Where it begins.
    public var line: Int
    /// As it is written, on one line.
    public var text: String
    public var action: Action

    /// As it is shown: blanks count once, and the end of a long one is left out.
    var title: String {
      let words = text.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
      return words.count > Self.longestTitle ? words.prefix(Self.longestTitle - 1) + "…" : words
    }

    private static let longestTitle = 72
  }

  /// Texts are as written: quotes and variables are resolved when the values of the variables are known.
  public enum Action: Sendable, Equatable {
    case copy(Copy)
    case run(CommandForm)
    case environment([Assignment])
    case workingDirectory(String)
    case user(String)
    case expose([String])
    case entrypoint(CommandForm)
    case command(CommandForm)
    case label([Assignment])
  }

  public struct Copy: Sendable, Equatable {
    public var sources: [String]
    public var destination: String
    /// `user`, `user:group`; nil means root.
    public var owner: String?
    public var mode: UInt32?
  }

  public struct Assignment: Sendable, Equatable {
    public var name: String
    public var value: String
  }

  /// The two ways to write a command.
  public enum CommandForm: Sendable, Equatable {
    /// For `/bin/sh -c`.
    case shell(String)
    case list([String])

    var words: [String] {
      switch self {
      case .shell(let text): ["/bin/sh", "-c", text]
      case .list(let words): words
      }
    }
  }

  /// The image on which this one is built, as it is written; `scratch` is the empty one.
  public var base: String
  /// Where `FROM` stands.
  public var baseLine: Int
  public var instructions: [Instruction]

  static let emptyBase = "scratch"
}

/// A Containerfile that cannot be built: the place, what is wrong, and what to write instead.
public struct ContainerfileError: Error, Sendable, Equatable, CustomStringConvertible {
  public var file: String
  public var line: Int
  public var message: String

  public init(file: String, line: Int, _ message: String) {
    self.file = file
    self.line = line
    self.message = message
  }

  public var description: String { "\(file):\(line): \(message)" }
}
