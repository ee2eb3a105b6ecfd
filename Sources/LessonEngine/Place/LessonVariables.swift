/// What is another text in each run of a lesson: `${token}` is a word that only looking reveals.
struct LessonVariables: Sendable, Equatable {
  private let token: String

  init(token: String) { self.token = token }

  static func newToken() -> String {
    // Without letters and digits that look alike.
    String((0..<8).map { _ in "abcdefghjkmnpqrstuvwxyz23456789".randomElement() ?? "x" })
  }

  func fill(_ text: String) -> String { text.replacing("${token}", with: token) }

  /// The same condition about this run; what it is called stays as its author wrote it, and gives nothing away.
  func fill(_ condition: Condition) -> Condition {
    guard condition.sentence.contains("${token}"), case .sentence(let form, var holes) = condition.source else {
      return condition
    }
    holes.texts = holes.texts.mapValues(fill)
    holes.lists = holes.lists.mapValues { $0.map(fill) }
    var filled = condition
    // A form that took the holes takes them with another text in them as well; if not, the condition stays as it was.
    if let statement = try? form.make(holes) { filled.statement = statement }
    return filled
  }
}
