internal import Documents

/// A name, path or number that a condition asks for.
struct AskedWord: Equatable {
  enum Kind { case name, number }

  var kind: Kind
  var text: String
}

/// A text in which words are looked for as whole ones: `web` is not in `website`.
struct Mentions {
  private let text: String
  private let lowercased: String

  init(_ text: String) {
    self.text = text
    lowercased = text.lowercased()
  }

  private static let numbers = [
    "2": ["two", "twice", "second"], "3": ["three", "third"], "4": ["four"], "5": ["five"], "6": ["six"],
    "7": ["seven"], "8": ["eight"], "9": ["nine"], "10": ["ten"],
  ]

  func contains(_ word: AskedWord) -> Bool {
    switch word.kind {
    case .name: Self.holds(text, word.text) { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
    case .number:
      Self.holds(text, word.text, isPart: \.isNumber)
        || (Self.numbers[word.text] ?? []).contains { Self.holds(lowercased, $0, isPart: \.isLetter) }
    }
  }

  private static func holds(_ text: String, _ word: String, isPart: (Character) -> Bool) -> Bool {
    var rest = text[...]
    while let range = rest.firstRange(of: word) {
      let before = range.lowerBound > text.startIndex ? text[text.index(before: range.lowerBound)] : " "
      let after = range.upperBound < text.endIndex ? text[range.upperBound] : " "
      if !isPart(before) && !isPart(after) { return true }
      rest = rest[range.upperBound...]
    }
    return false
  }
}

extension Condition {
  private static let nameHoles: Set<String> = ["pod", "name", "container", "path", "volume", "image", "amount"]
  private static let numberHoles: Set<String> = ["port", "count", "code", "status"]

  /// The names, paths and numbers that the learner has to know to make the condition true.
  var asked: [AskedWord] {
    var words: [AskedWord] = []
    func add(_ text: String) { if !text.isEmpty { words.append(AskedWord(kind: .name, text: text)) } }
    switch source {
    case .object(let object): words = Self.leaves(object)
    case .sentence(let form, let holes):
      for part in form.allHoles {
        guard let hole = part.hole else { continue }
        let text = holes[hole]
        switch hole {
        case _ where Self.nameHoles.contains(hole): add(text)
        case "names": for name in holes.list(hole) { add(name) }
        case "first", "second": if form.id.contains("namespace") || form.id == "finished-before" { add(text) }
        // `app=web` may be written as `app: web` in a manifest.
        case "label", "assignment": for part in text.split(separator: "=", maxSplits: 1) { add(String(part)) }
        // `nginx:*` is any version of what may be called `nginx`.
        case "pattern": add(String(text.prefix { $0 != "*" && $0 != ":" }))
        case "url": words += Self.parts(ofURL: text)
        // One is what is there anyway, and 200 is how all is well.
        case _ where Self.numberHoles.contains(hole) && !["", "0", "1", "200"].contains(text):
          words.append(AskedWord(kind: .number, text: text))
        default: break
        }
      }
    }
    return words.enumerated().filter { !words[..<$0.offset].contains($0.element) }.map(\.element)
  }

  /// `http://pod/web:8080/healthy`.
  private static func parts(ofURL url: String) -> [AskedWord] {
    let parts = url.split(separator: "/", maxSplits: 3).map(String.init)
    guard parts.count > 2 else { return [] }
    let place = parts[2].split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    var words = [AskedWord(kind: .name, text: place[0])]
    if place.count > 1, place[1] != "80" { words.append(AskedWord(kind: .number, text: place[1])) }
    if parts.count > 3 { words.append(AskedWord(kind: .name, text: parts[3])) }
    return words
  }

  /// What stands in an expected object; patterns say less than a word.
  private static func leaves(_ document: Document) -> [AskedWord] {
    switch document.content {
    case .map(let map):
      return map.entries.flatMap { entry -> [AskedWord] in
        ["kind", "apiVersion", "matches", "like", "absent"].contains(entry.key) ? [] : leaves(entry.value)
      }
    case .list(let items): return items.flatMap(leaves)
    case .string(let text): return text.isEmpty ? [] : [AskedWord(kind: .name, text: text)]
    case .integer(let number): return (0...1).contains(number) ? [] : [AskedWord(kind: .number, text: "\(number)")]
    default: return []
    }
  }
}
