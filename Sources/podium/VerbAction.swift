/// A word behind a verb, such as `pull` of `podium images`: a row in the verb's table, a file of its own for what it does.
struct VerbAction: Sendable {
  let name: String
  /// What follows the name.
  let usage: String
  let summary: String
  let details: String
  /// Its options, each with what its value is called, or with nothing.
  var options: [String: String] = [:]
  /// What its words can be, with a description; files, where nothing is known.
  var candidates: @Sendable (Settings) throws -> [(text: String, description: String)] = { _ in [] }
  let run: @Sendable (Settings, ActionArguments) async throws -> Int32

  /// The name with the words that it needs, without its options.
  fileprivate var synopsis: String {
    let words = usage.split(separator: " [", maxSplits: 1, omittingEmptySubsequences: false)
    return name + (words.first ?? "")
  }
}

/// The actions of a verb: finds the one that is meant, and explains them all.
struct ActionTable: Sendable {
  let verb: String
  let actions: [VerbAction]
  /// What the verb does without another word.
  var standard: VerbAction?

  var summaries: [(name: String, summary: String)] { actions.map { ($0.name, $0.summary) } }

  func run(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    guard let name = arguments.first else {
      guard let standard else { throw UsageError("\(verb) needs another word\n" + help) }
      return try await standard.run(settings, ActionArguments([], for: standard, of: verb))
    }
    if name == "--help" || name == "-h" {
      StandardOutput.print(help)
      return 0
    }
    guard let action = actions.first(where: { $0.name == name }) else {
      throw UsageError("unknown action \"\(name)\"\(DidYouMean.text(name, actions.map(\.name)))\n" + help)
    }
    if arguments.contains("--help") || arguments.contains("-h") {
      StandardOutput.print("Usage: podium \(verb) \(action.name)\(action.usage)\n\n\(action.details)")
      return 0
    }
    return try await action.run(settings, ActionArguments(Array(arguments.dropFirst()), for: action, of: verb))
  }

  private var help: String {
    let width = (actions.map(\.synopsis.count).max() ?? 0) + 3
    let rows = actions.map { "  " + $0.synopsis.padding(to: width) + $0.summary }
    return
      (["Usage: podium \(verb) \(standard == nil ? "ACTION" : "[ACTION]")", ""] + rows
      + ["", "podium \(verb) ACTION --help says more."]).joined(separator: "\n")
  }
}

/// The words behind an action, told apart from its options.
struct ActionArguments: Sendable {
  private(set) var words: [String] = []
  private var options: [String: [String]] = [:]
  private let hint: String

  init(_ arguments: [String], for action: VerbAction, of verb: String) throws {
    hint = "see podium \(verb) \(action.name) --help"
    var rest = arguments[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("-"), word != "-" else {
        words.append(word)
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard let value = action.options[parts[0]] else {
        throw UsageError("unknown option \(word)\(DidYouMean.text(parts[0], Array(action.options.keys))): \(hint)")
      }
      if value.isEmpty {
        options[parts[0], default: []].append("")
      } else if parts.count == 2 {
        options[parts[0], default: []].append(parts[1])
      } else {
        guard let next = rest.popFirst() else { throw UsageError("\(word) needs a value: \(value)") }
        options[parts[0], default: []].append(next)
      }
    }
  }

  /// The value of an option; the last one when it is there several times.
  subscript(option: String) -> String? { options[option]?.last }

  /// The values of an option that may be given several times.
  func all(_ option: String) -> [String] { options[option] ?? [] }

  func has(_ option: String) -> Bool { options[option] != nil }

  /// The one word that must be there.
  func only(_ what: String) throws -> String {
    guard words.count == 1 else {
      throw UsageError(words.isEmpty ? "\(what) is missing: \(hint)" : "unexpected word \"\(words[1])\": \(hint)")
    }
    return words[0]
  }

  func nothing() throws {
    if let word = words.first { throw UsageError("unexpected word \"\(word)\": \(hint)") }
  }
}
