internal import ObjectSchema

/// The closed grammar of checkpoint sentences: ten families, a row a form.
///
/// A row is the only source of how a form is read, how it is written in a check tree, and how it is documented.
public enum Grammar {
  /// Sentences about one side of a cluster.
  public struct Family: Sendable {
    public let name: String
    public let forms: [Form]
  }

  /// A sentence with holes, `pod {pod} is {state}`, and what it means. A part in brackets may be left out.
  public struct Form: Sendable {
    /// Permanent: check trees name forms by it.
    public let id: String
    public let pattern: String
    fileprivate let readings: [[Part]]
    let make: @Sendable (Holes) throws(SentenceError) -> any Statement

    init(
      _ id: String, _ pattern: String, _ make: @escaping @Sendable (Holes) throws(SentenceError) -> any Statement
    ) {
      self.id = id
      self.pattern = pattern
      self.make = make
      readings = Part.readings(of: pattern)
    }

    /// The holes that every sentence of this form fills.
    var requiredHoles: [Part] { readings.last?.filter(\.isHole) ?? [] }
    /// All of its holes.
    var allHoles: [Part] { readings.first?.filter(\.isHole) ?? [] }
  }

  /// A piece of a pattern.
  enum Part: Sendable, Equatable {
    case keyword(String)
    case comma
    case text(String)
    /// In a sentence it stands in quotation marks.
    case quoted(String)
    case number(String)
    case list(String)

    var isHole: Bool { hole != nil }

    var hole: String? {
      switch self {
      case .keyword, .comma: nil
      case .text(let name), .quoted(let name), .number(let name), .list(let name): name
      }
    }

    /// What keywords become where one is counted: `1 pod labelled app=web is Ready`.
    static let singulars = ["pods": "pod", "times": "time", "lines": "line", "are": "is"]

    private static let quotedHoles: Set<String> = ["command", "text"]
    private static let numberHoles: Set<String> = ["count", "code", "port", "status"]

    private static let podFirst = "pod {pod} [, container {container}]"

    /// Every way to write the pattern: with its optional parts and without.
    static func readings(of pattern: String) -> [[Part]] {
      // Both orders are natural; the pattern names the one that says most with the container left out.
      let otherOrder = pattern.replacing(podFirst, with: "container {container} of pod {pod}")
      return (otherOrder == pattern ? [] : readings(inOrder: otherOrder)) + readings(inOrder: pattern)
    }

    private static func readings(inOrder pattern: String) -> [[Part]] {
      guard let open = pattern.firstIndex(of: "["), let close = pattern[open...].firstIndex(of: "]") else {
        return [parts(of: pattern)]
      }
      let before = pattern[..<open]
      let after = pattern[pattern.index(after: close)...]
      let inside = pattern[pattern.index(after: open)..<close]
      return readings(inOrder: "\(before)\(inside)\(after)") + readings(inOrder: "\(before)\(after)")
    }

    /// A pattern without optional parts.
    static func parts(of pattern: String) -> [Part] {
      pattern.split(separator: " ").flatMap { word -> [Part] in
        let hasComma = word.hasSuffix(",")
        let word = hasComma ? word.dropLast() : word
        return (word.isEmpty ? [] : [part(word)]) + (hasComma ? [.comma] : [])
      }
    }

    private static func part(_ word: Substring) -> Part {
      guard word.hasPrefix("{") else { return .keyword(word.lowercased()) }
      let name = String(word.dropFirst().dropLast())
      if name.hasSuffix("…") { return .list(String(name.dropLast())) }
      if quotedHoles.contains(name) { return .quoted(name) }
      return numberHoles.contains(name) ? .number(name) : .text(name)
    }
  }

  /// What stands in the holes of a form.
  struct Holes: Sendable, Equatable {
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

  public static let families: [Family] = [
    Family(name: "Absence", forms: AbsenceStatement.forms),
    Family(name: "Existence, phase, condition", forms: ExistenceStatement.forms + PodStatement.forms),
    Family(name: "Shape", forms: ShapeStatement.forms),
    Family(name: "Containers and restarts", forms: ContainerStatement.forms),
    Family(name: "History", forms: HistoryStatement.forms),
    Family(name: "Events", forms: EventStatement.forms),
    Family(name: "Files", forms: FileStatement.forms),
    Family(name: "Commands and logs", forms: CommandStatement.forms + LogStatement.forms),
    Family(name: "Network", forms: NetworkStatement.forms),
    Family(name: "Isolation", forms: IsolationStatement.forms),
  ]

  /// The first form that fits is taken, so special forms stand before general ones.
  static let forms = families.flatMap(\.forms)

  static func form(_ id: String) -> Form? { forms.first { $0.id == id } }

  /// The form of a sentence, if it has one.
  static func form(of words: [SentenceWord]) -> (form: Form, holes: Holes)? {
    for form in forms {
      for reading in form.readings {
        if let holes = match(reading, words) { return (form, holes) }
      }
    }
    return nil
  }

  /// Finds the form of a sentence, or the one that is nearest.
  static func read(_ words: [SentenceWord]) throws(SentenceError) -> (form: Form, holes: Holes) {
    if let found = form(of: words) { return found }
    let sentence = words.map(\.text).joined(separator: " ")
    let nearest = forms.max { similarity($0.readings, words) < similarity($1.readings, words) }
    throw SentenceError(
      description:
        "\"\(sentence)\" is not a sentence of the checkpoint grammar; the nearest form is: \(nearest?.pattern ?? "")")
  }

  /// The number of the pattern that is nearer to a sentence than every other and every form, if there is one.
  static func nearer(_ patterns: [[Part]], to words: [SentenceWord]) -> Int? {
    let nearness = patterns.map { similarity([$0], words) }
    guard let best = nearness.indices.max(by: { nearness[$0] < nearness[$1] }) else { return nil }
    return forms.allSatisfy { similarity($0.readings, words) < nearness[best] } ? best : nil
  }

  // MARK: Matching

  private static let owning = ["in", "of"]

  static func match(_ parts: [Part], _ words: [SentenceWord]) -> Holes? {
    var holes = Holes()
    var rest = words[...]
    for (index, part) in parts.enumerated() {
      switch part {
      case .keyword(let keyword):
        guard let word = rest.popFirst() else { return nil }
        // What is in a pod is also of it: nobody should have to remember which form says which.
        let isOwner = owning.contains(keyword) && parts.dropFirst(index + 1).first == .keyword("pod")
        let singular = holes["count"] == "1" ? Part.singulars[keyword] : nil
        let accepted = [keyword] + (isOwner ? owning : []) + (singular.map { [$0] } ?? [])
        guard accepted.contains(where: word.isKeyword) else { return nil }
      case .comma:
        guard rest.popFirst() == .comma else { return nil }
      case .quoted(let name):
        guard case .quoted(let text)? = rest.popFirst() else { return nil }
        holes.texts[name] = text
      case .text(let name), .number(let name):
        guard let word = rest.popFirst(), word != .comma else { return nil }
        holes.texts[name] = word.text
      case .list(let name):
        guard let list = takeList(&rest) else { return nil }
        holes.lists[name] = list
      }
    }
    return rest.isEmpty ? holes : nil
  }

  /// `a, b, c`.
  private static func takeList(_ rest: inout ArraySlice<SentenceWord>) -> [String]? {
    guard let first = rest.popFirst(), first != .comma else { return nil }
    var list = [first.text]
    while rest.first == .comma {
      // A comma may also belong to what follows the list.
      guard let next = rest.dropFirst().first, next != .comma else { return nil }
      rest = rest.dropFirst(2)
      list.append(next.text)
    }
    return list
  }

  /// How many keywords of the form stand in the sentence, in its order, and how well their numbers of words agree.
  private static func similarity(_ readings: [[Part]], _ words: [SentenceWord]) -> Int {
    readings.map { parts in
      var rest = words[...]
      var hits = -abs(parts.count - words.count)
      for case .keyword(let keyword) in parts {
        let place = rest.firstIndex {
          $0.isKeyword(keyword) || Spelling.slips(from: $0.text.lowercased(), to: keyword) == 1
        }
        hits += place == nil ? -1 : 2
        if let place { rest = rest[(place + 1)...] }
      }
      return hits
    }.max() ?? 0
  }
}
