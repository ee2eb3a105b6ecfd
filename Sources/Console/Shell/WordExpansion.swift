internal import Glibc

/// Turns words as typed into the words that a command gets: variables, output of commands, files that match.
struct WordExpansion {
  /// The value of a variable; nil when it has none.
  let variable: (String) -> String?
  /// Runs a command line and returns what it wrote.
  let output: (String) async -> String

  /// What one typed word becomes may be no word at all, or several.
  func words(_ words: [CommandWord]) async -> [String] {
    var result: [String] = []
    for word in words {
      for field in await fields(of: word) { result += Self.matches(field) }
    }
    return result
  }

  /// One word whatever is in it: the value of a variable, the name of a file, a here-document.
  func text(_ word: CommandWord) async -> String {
    var text = ""
    for (index, part) in word.parts.enumerated() {
      switch part {
      case .text(let plain, let isQuoted): text += index == 0 && !isQuoted ? home(plain) : plain
      case .variable(let name, let otherwise, _): text += value(name, otherwise)
      case .output(let command, _): text += await output(command)
      }
    }
    return text
  }

  /// Pieces of a word, each with whether it was quoted.
  private typealias Field = [(text: String, isQuoted: Bool)]

  private func fields(of word: CommandWord) async -> [Field] {
    var fields: [Field] = []
    var current: Field?
    for (index, part) in word.parts.enumerated() {
      switch part {
      case .text(let text, let isQuoted):
        current = (current ?? []) + [(index == 0 && !isQuoted ? home(text) : text, isQuoted)]
      case .variable(let name, let otherwise, isQuoted: true):
        current = (current ?? []) + [(value(name, otherwise), true)]
      case .output(let command, isQuoted: true):
        current = (current ?? []) + [(await output(command), true)]
      case .variable(let name, let otherwise, isQuoted: false):
        split(value(name, otherwise), &fields, &current)
      case .output(let command, isQuoted: false):
        split(await output(command), &fields, &current)
      }
    }
    if let current { fields.append(current) }
    return fields
  }

  /// What is not quoted falls apart at its blanks.
  private func split(_ text: String, _ fields: inout [Field], _ current: inout Field?) {
    for (index, piece) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isWhitespace).enumerated() {
      if index > 0, let finished = current {
        fields.append(finished)
        current = nil
      }
      if !piece.isEmpty { current = (current ?? []) + [(String(piece), false)] }
    }
  }

  private func value(_ name: String, _ otherwise: String?) -> String {
    let value = variable(name) ?? ""
    return value.isEmpty ? otherwise ?? "" : value
  }

  private func home(_ text: String) -> String {
    guard text == "~" || text.hasPrefix("~/"), let home = variable("HOME") else { return text }
    return home + text.dropFirst()
  }

  /// The files that a pattern fits; without any, or without a pattern, the word itself.
  private static func matches(_ field: Field) -> [String] {
    let plain = field.map(\.text).joined()
    let special: Set<Character> = ["*", "?", "["]
    guard field.contains(where: { !$0.isQuoted && $0.text.contains(where: special.contains) }) else { return [plain] }
    let pattern = field.map { piece in
      piece.isQuoted
        ? piece.text.map { special.contains($0) || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() : piece.text
    }.joined()
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern, 0, nil, &found) == 0 else { return [plain] }
    return (0..<Int(found.gl_pathc)).compactMap { index in found.gl_pathv[index].map { String(cString: $0) } }
  }
}
