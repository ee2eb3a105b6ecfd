internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// The second form of a condition: the object that is expected, as far as it matters.
///
/// Maps are partial; items of lists are found by their name, type or port, in any order, and more may be there.
struct ObjectPattern: Statement {
  let kind: ObservedKind
  let name: String
  private let pattern: Document

  init(_ document: Document) throws(SentenceError) {
    guard let word = document["kind"]?.stringValue, let name = document["metadata"]?["name"]?.stringValue,
      !name.isEmpty
    else { throw SentenceError(description: "an expected object needs `kind:` and `metadata: {name: …}`") }
    kind = try ObservedKind(word: word)
    self.name = name
    var pattern = document
    pattern["kind"] = nil
    if let version = pattern["apiVersion"]?.stringValue, version != kind.resource.apiVersion {
      throw SentenceError(description: "a \(word) has the apiVersion \(kind.resource.apiVersion), not \(version)")
    }
    pattern["apiVersion"] = nil
    try Self.check(pattern, at: "")
    self.pattern = pattern
  }

  /// How the condition is called where there is no sentence.
  var sentence: String { "\(kind.word) \(name) is as described" }
  var kinds: Set<ObservedKind> { [kind] }
  var pod: String? { kind == .pod ? name : nil }
  /// What is asked of the status comes by itself.
  var ripens: Bool { pattern["status"] != nil }

  var expected: String { "\(kind.word) \(name) with the fields of the description" }

  func judge(_ observation: Observation) async -> Finding {
    let look = "kubectl get \(kind.word) \(name) -o yaml"
    guard let document = observation.object(kind, name)?.document else {
      return .missing(kind, name, expected: expected, observation)
    }
    let differences = Self.compare(pattern, document, at: "")
    guard let first = differences.first else { return Finding(.pass, expected: expected, found: "they are so") }
    var finding = Finding(
      .notYet, expected: "\(first.path): \(first.expected)", found: "\(first.path): \(first.found)", look: look)
    finding.differences = differences
    return finding
  }

  // MARK: Comparing

  static func compare(_ wanted: Document, _ found: Document?, at path: String) -> [Finding.Difference] {
    if let operators = Self.operators(wanted) {
      return operators.filter { !$0.holds(for: found) }.map {
        Finding.Difference(path: path, expected: $0.text, found: text(found))
      }
    }
    switch wanted.content {
    case .map(let map):
      guard found?.mapValue != nil else {
        return [Finding.Difference(path: path, expected: "an object", found: text(found))]
      }
      return map.entries.flatMap { compare($0.value, found?[$0.key], at: path.isEmpty ? $0.key : "\(path).\($0.key)") }
    case .list(let items):
      guard let list = found?.listValue else {
        return [Finding.Difference(path: path, expected: "a list", found: text(found))]
      }
      return items.flatMap { compare(item: $0, list, at: path) }
    default:
      return found.map(text) == text(wanted)
        ? [] : [Finding.Difference(path: path, expected: text(wanted), found: text(found))]
    }
  }

  private static let identities = ["name", "type", "containerPort", "mountPath", "port", "key", "ip", "uid"]

  private static func compare(item: Document, _ list: [Document], at path: String) -> [Finding.Difference] {
    if let key = identities.first(where: { item[$0] != nil }), let value = item[key], operators(value) == nil {
      let place = "\(path)[\(key)=\(text(value))]"
      guard let match = list.first(where: { $0[key].map(text) == text(value) }) else {
        let known = list.compactMap { $0[key].map(text) }.joined(separator: ", ")
        return [Finding.Difference(path: place, expected: "there", found: known.isEmpty ? "no item" : "only \(known)")]
      }
      return compare(item, match, at: place)
    }
    if list.contains(where: { compare(item, $0, at: path).isEmpty }) { return [] }
    return [Finding.Difference(path: path, expected: "an item \(text(item))", found: text(.list(list)))]
  }

  private static func text(_ document: Document?) -> String {
    guard let document, !document.isNull else { return "nothing" }
    switch document.content {
    case .map, .list: return String(decoding: document.json(), as: UTF8.self)
    default: return document.plainText
    }
  }

  // MARK: Operators

  static let operators = Operator.Kind.allCases.map(\.rawValue)

  fileprivate struct Operator {
    enum Kind: String, CaseIterable {
      case atLeast = "at-least"
      case atMost = "at-most"
      case like
      case matches
      case absent
    }

    var kind: Kind
    var value: Document

    var text: String { kind == .absent ? "nothing" : "\(kind.rawValue) \(ObjectPattern.text(value))" }

    func holds(for found: Document?) -> Bool {
      if kind == .absent { return (found?.isNull ?? true) == (value.boolValue ?? true) }
      guard let found else { return false }
      let text = ObjectPattern.text(found)
      switch kind {
      case .atLeast: return number(found).map { $0 >= bound } ?? false
      case .atMost: return number(found).map { $0 <= bound } ?? false
      case .like: return Wildcard.matches(text, ObjectPattern.text(value))
      case .matches: return RegularExpression(ObjectPattern.text(value))?.matches(text) ?? false
      case .absent: return false
      }
    }

    private var bound: Int64 { number(value) ?? 0 }

    /// Numbers and amounts such as `64Mi` in thousandths; a list counts by its items.
    func number(_ document: Document) -> Int64? {
      if let list = document.listValue { return Int64(list.count) * 1000 }
      return Quantity(document.plainText)?.milliValue
    }

    func check(_ path: String) throws(SentenceError) {
      switch kind {
      case .atLeast, .atMost:
        if number(value) == nil {
          throw SentenceError(description: "\(path): \(kind.rawValue) needs a number or an amount such as 64Mi")
        }
      case .like, .matches:
        guard let pattern = value.stringValue else {
          throw SentenceError(description: "\(path): \(kind.rawValue) needs a text in quotation marks")
        }
        if kind == .matches, let problem = RegularExpression.problem(pattern) {
          throw SentenceError(description: "\(path): \"\(pattern.prefix(80))\" \(problem)")
        }
      case .absent:
        if value.boolValue == nil { throw SentenceError(description: "\(path): absent is true or false") }
      }
    }
  }

  /// Nil for a map that is meant as one.
  private static func operators(_ document: Document) -> [Operator]? {
    guard let entries = document.mapValue?.entries, !entries.isEmpty else { return nil }
    let operators = entries.compactMap { entry in
      Operator.Kind(rawValue: entry.key).map { Operator(kind: $0, value: entry.value) }
    }
    return operators.count == entries.count ? operators : nil
  }

  private static func check(_ document: Document, at path: String) throws(SentenceError) {
    if let operators = operators(document) {
      for one in operators { try one.check(path) }
      return
    }
    for entry in document.mapValue?.entries ?? [] {
      try check(entry.value, at: path.isEmpty ? entry.key : "\(path).\(entry.key)")
    }
    for (index, item) in (document.listValue ?? []).enumerated() { try check(item, at: "\(path)[\(index)]") }
  }
}
