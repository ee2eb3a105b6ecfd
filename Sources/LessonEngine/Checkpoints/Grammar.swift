/// The closed grammar of checkpoint sentences: a row a form.
enum Grammar {
  /// A sentence with holes, `pod {pod} is {phase}`, and what it means.
  struct Form: Sendable {
    let pattern: String
    let make: @Sendable (Holes) throws(SentenceError) -> any Statement

    init(_ pattern: String, _ make: @escaping @Sendable (Holes) throws(SentenceError) -> any Statement) {
      self.pattern = pattern
      self.make = make
    }
  }

  /// What stood in the holes of a form.
  struct Holes: Sendable {
    var texts: [String: String] = [:]
    var lists: [String: [String]] = [:]

    subscript(name: String) -> String { texts[name] ?? "" }

    func list(_ name: String) -> [String] { lists[name] ?? [] }

    func number(_ name: String) throws(SentenceError) -> Int {
      guard let number = Int(self[name]), number >= 0 else {
        throw SentenceError(description: "\"\(self[name])\" is not a number")
      }
      return number
    }
  }

  /// All families; the first form that fits is taken, so special forms stand before general ones.
  static let forms: [Form] =
    AbsenceStatement.forms + PodStatement.forms + ShapeStatement.forms + ContainerStatement.forms
    + EventStatement.forms + CommandStatement.forms + LogStatement.forms

  static func statement(_ words: [SentenceWord]) throws(SentenceError) -> any Statement {
    for form in forms {
      if let holes = match(form.pattern, words) { return try form.make(holes) }
    }
    let sentence = words.map(\.text).joined(separator: " ")
    let nearest = forms.max { similarity($0.pattern, words) < similarity($1.pattern, words) }
    throw SentenceError(
      description:
        "\"\(sentence)\" is not a sentence of the checkpoint grammar; the nearest form is: \(nearest?.pattern ?? "")"
    )
  }

  // MARK: Matching

  private static func match(_ pattern: String, _ words: [SentenceWord]) -> Holes? {
    var holes = Holes()
    var rest = words[...]
    let parts: [String] = pattern.split(separator: " ").flatMap { part in
      part.hasSuffix(",") ? [String(part.dropLast()), ","] : [String(part)]
    }
    for (index, part) in parts.enumerated() {
      guard part.hasPrefix("{") else {
        guard let word = rest.popFirst() else { return nil }
        if part == "," ? word != .comma : !word.isKeyword(part.lowercased()) { return nil }
        continue
      }
      let name = String(part.dropFirst().dropLast())
      if name.hasSuffix("…") {
        guard let list = takeList(&rest) else { return nil }
        holes.lists[String(name.dropLast())] = list
      } else if name == "command" {
        guard case .quoted(let text)? = rest.popFirst() else { return nil }
        holes.texts[name] = text
      } else {
        guard let word = rest.popFirst(), word != .comma else { return nil }
        holes.texts[name] = word.text
      }
      if index == parts.count - 1 && !rest.isEmpty { return nil }
    }
    return rest.isEmpty ? holes : nil
  }

  /// `a, b, c`.
  private static func takeList(_ rest: inout ArraySlice<SentenceWord>) -> [String]? {
    guard let first = rest.popFirst(), first != .comma else { return nil }
    var list = [first.text]
    while rest.first == .comma {
      rest = rest.dropFirst()
      guard let next = rest.popFirst(), next != .comma else { return nil }
      list.append(next.text)
    }
    return list
  }

  /// How many words of the form stand in the sentence, in its order.
  private static func similarity(_ pattern: String, _ words: [SentenceWord]) -> Int {
    var rest = words[...]
    var hits = 0
    let keywords = pattern.split(separator: " ").filter { !$0.hasPrefix("{") }
    for keyword in keywords {
      if let place = rest.firstIndex(where: { $0.isKeyword(keyword.lowercased()) }) {
        hits += 2
        rest = rest[(place + 1)...]
      } else {
        hits -= 1
      }
    }
    return hits
  }
}

extension SentenceWord {
  var text: String {
    switch self {
    case .word(let text), .quoted(let text): text
    case .comma: ","
    }
  }
}
