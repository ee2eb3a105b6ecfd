internal import Documents

/// What is another text in each run of a lesson: `${token}` is a word that only looking reveals.
struct LessonVariables: Sendable, Equatable {
  private static let name = "${token}"
  let token: String

  static func newToken() -> String {
    // Without letters and digits that look alike.
    String((0..<8).map { _ in "abcdefghjkmnpqrstuvwxyz23456789".randomElement() ?? "x" })
  }

  func fill(_ text: String) -> String { token.isEmpty ? text : text.replacing(Self.name, with: token) }

  func fill(_ file: [UInt8]) -> [UInt8] { Array(fill(String(decoding: file, as: UTF8.self)).utf8) }

  /// A text of this run as it is the same in each.
  func generalize(_ text: String) -> String { token.isEmpty ? text : text.replacing(token, with: Self.name) }

  /// The same condition about this run; what it is called, and what is said of it, stays as its author wrote it, and
  /// gives nothing away.
  func fill(_ condition: Condition) -> Condition {
    guard let statement = filled(condition.source) else { return condition }
    var filled = condition
    filled.statement = FilledStatement(statement: statement, variables: self)
    return filled
  }

  /// Nil where nothing is to be filled: what was taken once is taken with another text in it as well.
  private func filled(_ source: Condition.Source) -> (any Statement)? {
    switch source {
    case .sentence(let form, let holes):
      var filled = holes
      filled.texts = holes.texts.mapValues(fill)
      filled.lists = holes.lists.mapValues { $0.map(fill) }
      return filled == holes ? nil : try? form.make(filled)
    case .object(let object):
      let text = object.json()
      guard case let filled = fill(text), filled != text, let object = try? Document.parse(json: filled) else {
        return nil
      }
      return try? ObjectPattern(object)
    }
  }
}

/// A statement about one run of a lesson, which speaks of it without the words that only looking is to reveal.
private struct FilledStatement: Statement {
  let statement: any Statement
  let variables: LessonVariables

  var expected: String { variables.generalize(statement.expected) }
  var pod: String? { statement.pod }
  var kinds: Set<ObservedKind> { statement.kinds }
  var needs: Capability { statement.needs }
  var ripens: Bool { statement.ripens }

  func judge(_ observation: Observation) async -> Finding {
    var finding = await statement.judge(observation)
    finding.expected = variables.generalize(finding.expected)
    finding.found = variables.generalize(finding.found)
    finding.because = finding.because.map(variables.generalize)
    finding.look = finding.look.map(variables.generalize)
    for index in finding.differences.indices {
      finding.differences[index].expected = variables.generalize(finding.differences[index].expected)
      finding.differences[index].found = variables.generalize(finding.differences[index].found)
    }
    return finding
  }
}
