/// A question of a step, which the learner answers in words or by choosing.
public struct Question: Sendable {
  public enum Kind: Sendable {
    /// Right when one of the answers is given; some are read from the cluster.
    case ask([ExpectedAnswer])
    /// Right when exactly the right ones are chosen.
    case quiz([Choice])
  }

  public struct Choice: Sendable, Equatable {
    public var text: String
    public var isRight: Bool
    /// Said when it was chosen.
    public var remark: String?
  }

  public var id: String
  public var text: String
  public var kind: Kind
  public var line: Int

  public var isQuiz: Bool { if case .quiz = kind { true } else { false } }
  public var takesSeveral: Bool {
    if case .quiz(let choices) = kind { choices.count(where: \.isRight) > 1 } else { false }
  }
}

/// What counts as an answer: a text, or what the cluster says now.
public struct ExpectedAnswer: Sendable {
  public var text: String
  let live: LiveValue?

  init(_ text: String) {
    live = text.hasPrefix("\"") ? nil : LiveValue(text)
    let isQuoted = text.count > 1 && text.hasPrefix("\"") && text.hasSuffix("\"")
    self.text = isQuoted ? String(text.dropFirst().dropLast()) : text
  }

  func values(_ observation: Observation) async -> [String] {
    let filled = observation.variables.fill(text)
    guard let live else { return [filled] }
    return await (filled == text ? live : LiveValue(filled) ?? live).read(observation)
  }
}

extension Question {
  /// What is said to an answer.
  public struct Verdict: Sendable, Equatable {
    public var isRight: Bool
    public var remarks: [String]
    /// False for what is no answer at all, right or wrong.
    public var isUnderstood = true
  }

  func judge(_ answer: String, _ observation: Observation) async -> Verdict {
    switch kind {
    case .ask(let expected):
      var isKnown = false
      for one in expected {
        for value in await one.values(observation) {
          isKnown = true
          if Self.normalised(value) == Self.normalised(answer) { return Verdict(isRight: true, remarks: []) }
        }
      }
      return Verdict(
        isRight: false,
        remarks: isKnown ? [] : ["The cluster does not know the answer yet: do what the step asks for first."])
    case .quiz(let choices):
      guard let chosen = Self.chosen(answer, of: choices) else {
        return Verdict(
          isRight: false,
          remarks: [
            "Choose by \(takesSeveral ? "numbers" : "number"), 1 to \(choices.count): `answer \(takesSeveral ? "1 2" : "1")`, for instance."
          ],
          isUnderstood: false)
      }
      let right = Set(choices.indices.filter { choices[$0].isRight })
      return Verdict(isRight: chosen == right, remarks: chosen.sorted().compactMap { choices[$0].remark })
    }
  }

  /// `1 3`, `1,3` or the text itself.
  private static func chosen(_ answer: String, of choices: [Choice]) -> Set<Int>? {
    if let index = choices.firstIndex(where: { normalised($0.text) == normalised(answer) }) { return [index] }
    let words = answer.split { $0 == " " || $0 == "," }
    let numbers = words.compactMap { Int($0) }
    guard !words.isEmpty, numbers.count == words.count, numbers.allSatisfy((1...choices.count).contains) else {
      return nil
    }
    return Set(numbers.map { $0 - 1 })
  }

  /// Whether two answers say the same, by numbers or in words.
  func isSame(_ answer: String, _ other: String) -> Bool {
    if Self.normalised(answer) == Self.normalised(other) { return true }
    guard case .quiz(let choices) = kind, let chosen = Self.chosen(answer, of: choices) else { return false }
    return chosen == Self.chosen(other, of: choices)
  }

  /// Case, blanks at the ends, quotation marks and a last full stop do not matter.
  private static func normalised(_ text: String) -> String {
    var text = text.trimmed().lowercased()
    for mark in ["\"", "'", "`"] where text.count > 1 && text.hasPrefix(mark) && text.hasSuffix(mark) {
      text = String(text.dropFirst().dropLast())
    }
    if text.hasSuffix("."), text.count > 1 { text.removeLast() }
    return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// What can be chosen, in the order of its numbers.
  var choices: [String] {
    guard case .quiz(let choices) = kind else { return [] }
    return choices.map(\.text)
  }

  /// What is right, in words.
  func reference(_ observation: Observation) async -> String {
    switch kind {
    case .quiz(let choices): return choices.filter(\.isRight).map(\.text).joined(separator: "; ")
    case .ask(let expected):
      for one in expected {
        if let value = await one.values(observation).first { return value }
      }
      return "the cluster does not know it"
    }
  }

  /// The sentence that asks, without those around it, unless they are few.
  var gist: String {
    let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    if words.reduce(0, { $0 + $1.count + 1 }) < 120 { return words.joined(separator: " ") }
    guard let end = words.lastIndex(where: { $0.hasSuffix("?") }) else { return words.joined(separator: " ") }
    let start = words[..<end].lastIndex { word in [".", "?", "!", ".)"].contains { word.hasSuffix($0) } }
    return words[(start.map { $0 + 1 } ?? 0)...end].joined(separator: " ")
  }

  /// An answer in words, also where it was given by numbers.
  func spoken(_ answer: String) -> String {
    guard case .quiz(let choices) = kind, let chosen = Self.chosen(answer, of: choices) else { return answer }
    return chosen.sorted().map { choices[$0].text }.joined(separator: "; ")
  }

  /// What the author says to an answer.
  func remarks(on answer: String) -> [String] {
    guard case .quiz(let choices) = kind, let chosen = Self.chosen(answer, of: choices) else { return [] }
    return chosen.sorted().compactMap { choices[$0].remark }
  }
}
