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

  /// The same condition about this run; what it is called stays as its author wrote it, and gives nothing away.
  func fill(_ condition: Condition) -> Condition {
    var filled = condition
    // What was taken once is taken with another text in it as well; if not, the condition stays as it was.
    switch condition.source {
    case .sentence(let form, var holes):
      holes.texts = holes.texts.mapValues(fill)
      holes.lists = holes.lists.mapValues { $0.map(fill) }
      if let statement = try? form.make(holes) { filled.statement = statement }
    case .object(let object):
      if let object = try? Document.parse(json: fill(object.json())), let pattern = try? ObjectPattern(object) {
        filled.statement = pattern
      }
    }
    return filled
  }
}
