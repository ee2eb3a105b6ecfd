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
    if let live { await live.read(observation) } else { [observation.variables.fill(text)] }
  }
}

extension Question {
  /// What is said to an answer.
  public struct Verdict: Sendable, Equatable {
    public var isRight: Bool
    public var remarks: [String]
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
          remarks: ["Answer with the \(takesSeveral ? "numbers" : "number") of what you choose, 1 to \(choices.count)."]
        )
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

  /// Case, blanks at the ends, quotation marks and a last full stop do not matter.
  private static func normalised(_ text: String) -> String {
    var text = text.trimmed().lowercased()
    for mark in ["\"", "'", "`"] where text.count > 1 && text.hasPrefix(mark) && text.hasSuffix(mark) {
      text = String(text.dropFirst().dropLast())
    }
    if text.hasSuffix("."), text.count > 1 { text.removeLast() }
    return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// As it is shown: choices with numbers.
  var choices: [String] {
    guard case .quiz(let choices) = kind else { return [] }
    return choices.enumerated().map { "\($0.offset + 1)  \($0.element.text)" }
  }
}
