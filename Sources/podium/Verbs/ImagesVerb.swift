internal import Console
internal import LocalCluster

/// `podium images …`: what pods can be made from. An action is a row here and a file beside.
enum ImagesVerb {
  struct Action: Sendable {
    let name: String
    /// What follows the name.
    let usage: String
    let summary: String
    let details: String
    /// Its options, each with what its value is called, or with nothing.
    var options: [String: String] = [:]
    let run: @Sendable (Settings, ImageArguments) async throws -> Int32
  }

  static let actions: [Action] = [
    .list, .importImages, .pull, .remove, .prune, .inspect,
  ]

  @Sendable
  static func run(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    guard let name = arguments.first, name != "--help", name != "-h" else {
      if arguments.isEmpty { return try await Action.list.run(settings, ImageArguments([], for: .list)) }
      StandardOutput.print(help)
      return 0
    }
    guard let action = actions.first(where: { $0.name == name }) else {
      throw UsageError("unknown action \"\(name)\"\(DidYouMean.text(name, actions.map(\.name)))\n" + help)
    }
    if arguments.contains("--help") || arguments.contains("-h") {
      StandardOutput.print("Usage: podium images \(action.name)\(action.usage)\n\n\(action.details)")
      return 0
    }
    do {
      return try await action.run(settings, ImageArguments(Array(arguments.dropFirst()), for: action))
    } catch let error as UnknownImage {
      throw ClusterProblem(DidYouMean.text(error.name, error.known).isEmpty ? "\(error)" : error.hint)
    }
  }

  private static var help: String {
    let rows = actions.map { "  " + ($0.name + $0.usage).padding(to: 46) + $0.summary }
    return (["Usage: podium images [ACTION]", ""] + rows + ["", "podium images ACTION --help says more."])
      .joined(separator: "\n")
  }

  /// Bytes as people read them.
  static func sizeText(_ bytes: Int) -> String {
    let unit = bytes >= 1_000_000_000 ? (100_000_000, "GB") : (100_000, "MB")
    let tenths = (bytes + unit.0 / 2) / unit.0
    return "\(tenths / 10).\(tenths % 10) \(unit.1)"
  }
}

extension UnknownImage {
  fileprivate var hint: String { "there is no image \(name)\(DidYouMean.text(name, known))" }
}

/// The words behind an action, told apart from its options.
struct ImageArguments: Sendable {
  private(set) var words: [String] = []
  private var options: [String: String] = [:]
  private let action: String

  init(_ arguments: [String], for action: ImagesVerb.Action) throws {
    self.action = action.name
    var rest = arguments[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("-"), word != "-" else {
        words.append(word)
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard let value = action.options[parts[0]] else {
        throw UsageError(
          "unknown option \(word)\(DidYouMean.text(parts[0], Array(action.options.keys))): see podium images \(action.name) --help"
        )
      }
      if value.isEmpty {
        options[parts[0]] = ""
      } else if parts.count == 2 {
        options[parts[0]] = parts[1]
      } else {
        guard let next = rest.popFirst() else { throw UsageError("\(word) needs a value: \(value)") }
        options[parts[0]] = next
      }
    }
  }

  subscript(option: String) -> String? { options[option] }

  func has(_ option: String) -> Bool { options[option] != nil }

  /// The one word that must be there.
  func only(_ what: String) throws -> String {
    guard words.count == 1 else {
      throw UsageError(
        words.isEmpty
          ? "\(what) is missing: see podium images \(action) --help" : "unexpected word \"\(words[1])\"")
    }
    return words[0]
  }

  func nothing() throws {
    if let word = words.first { throw UsageError("unexpected word \"\(word)\": see podium images \(action) --help") }
  }
}
