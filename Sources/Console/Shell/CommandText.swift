/// What was typed, taken apart: lists of pipelines, one after the other.
struct CommandText: Sendable, Equatable {
  var lists: [CommandList] = []
}

/// Pipelines joined by `&&` and `||`.
struct CommandList: Sendable, Equatable {
  enum Joint: Sendable, Equatable {
    case first, ifSucceeded, ifFailed
  }

  struct Entry: Sendable, Equatable {
    var joint: Joint
    var pipeline: PipelineText
  }

  var entries: [Entry]
  /// It ended with `&`.
  var isBackground = false
  /// As it was typed, for the list of jobs.
  var source = ""
}

/// Commands of which each reads what the one before it writes.
struct PipelineText: Sendable, Equatable {
  /// It began with a `!`: success counts as failure, and failure as success.
  var isNegated = false
  var commands: [CommandForm]
}

enum CommandForm: Sendable, Equatable {
  case simple(SimpleCommand)
  /// Loops, conditions and the like, which the machine's own shell runs.
  case script(String, [Redirection])
}

struct SimpleCommand: Sendable, Equatable {
  struct Assignment: Sendable, Equatable {
    var name: String
    var value: CommandWord
  }

  var assignments: [Assignment] = []
  var words: [CommandWord] = []
  var redirections: [Redirection] = []
}

/// `2>> errors.log` and its like.
struct Redirection: Sendable, Equatable {
  enum Target: Sendable, Equatable {
    case reading(CommandWord)
    case writing(CommandWord, appends: Bool)
    /// A here-document, or a here-string.
    case text(CommandWord)
    /// The same as another descriptor, as in `2>&1`.
    case same(Int32)
  }

  var descriptor: Int32
  var target: Target
}

/// A word as typed; what it stands for is known when it is used.
struct CommandWord: Sendable, Equatable {
  enum Part: Sendable, Equatable {
    case text(String, isQuoted: Bool)
    /// `$NAME` or `${NAME:-otherwise}`.
    case variable(String, otherwise: String?, isQuoted: Bool)
    /// What the command in `$(…)` writes.
    case output(String, isQuoted: Bool)
  }

  var parts: [Part]

  init(parts: [Part] = []) { self.parts = parts }

  init(quoted text: String) { parts = [.text(text, isQuoted: true)] }

  /// The word when nothing in it is quoted or replaced.
  var bareText: String? {
    var text = ""
    for part in parts {
      guard case .text(let more, isQuoted: false) = part else { return nil }
      text += more
    }
    return text
  }
}
