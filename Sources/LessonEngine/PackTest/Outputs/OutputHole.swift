/// What stands in a shown output for something that is another thing each time.
enum OutputHole: String, CaseIterable, Sendable {
  case age, ip, uid, hash, time, node
  case number = "n"
  case anything = "..."

  /// Which characters may fill it.
  func allows(_ character: Character) -> Bool {
    switch self {
    case .age: character.isNumber || "smhdy<>()ago".contains(character)
    case .ip: character.isHexDigit || character == "." || character == ":"
    case .uid: character.isHexDigit || character == "-"
    case .hash: character.isLetter || character.isNumber
    case .time: character.isLetter || character.isNumber || ":-+.,/".contains(character)
    case .node: character.isLetter || character.isNumber || ".-".contains(character)
    case .number: character.isNumber
    case .anything: true
    }
  }

  static let names = allCases.map { "<\($0.rawValue)>" }.joined(separator: ", ")
}

/// A piece of a word that is shown.
enum OutputPiece: Equatable, Sendable {
  case text(Character)
  /// `<ip>`, or `<pod-ip:ip>`, which keeps what it was filled with.
  case hole(OutputHole, keptAs: String?)
  /// `<pod-ip>`: what that name was filled with before.
  case reused(String)

  /// What is written in angle brackets.
  enum Mark: Equatable {
    case piece(OutputPiece)
    /// `<pod-ip:adress>`: nobody knows such a hole.
    case unknown(String)
    case plain
  }

  /// - Parameter kept: The names that were kept so far.
  static func mark(_ inside: Substring, kept: Set<String>) -> Mark {
    if let hole = OutputHole(rawValue: String(inside)) { return .piece(.hole(hole, keptAs: nil)) }
    if kept.contains(String(inside)) { return .piece(.reused(String(inside))) }
    let parts = inside.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, Identifier.isValid(parts[0]) else { return .plain }
    guard let hole = OutputHole(rawValue: parts[1]) else {
      return Identifier.isValid(parts[1]) ? .unknown(parts[1]) : .plain
    }
    return .piece(.hole(hole, keptAs: parts[0]))
  }

  /// The pieces of a text; what is in brackets and no hole is text like any other.
  static func pieces(_ text: some StringProtocol, kept: inout Set<String>) -> [OutputPiece] {
    var pieces: [OutputPiece] = []
    var rest = Substring(text)
    while let first = rest.first {
      if first == "<", let end = rest.firstIndex(of: ">") {
        let inside = rest[rest.index(after: rest.startIndex)..<end]
        if case .piece(let piece) = mark(inside, kept: kept) {
          if case .hole(_, keptAs: let name?) = piece { kept.insert(name) }
          pieces.append(piece)
          rest = rest[rest.index(after: end)...]
          continue
        }
      }
      pieces.append(.text(first))
      rest = rest.dropFirst()
    }
    return pieces
  }
}

/// What holes with names were filled with, for the lines and commands that follow.
struct KeptWords: Equatable, Sendable {
  private(set) var values: [String: String] = [:]

  subscript(name: String) -> String? {
    get { values[name] }
    set { values[name] = newValue }
  }

  /// A command with every `<name>` that is known put in.
  func filled(_ command: String) -> String {
    values.reduce(command) { $0.replacing("<\($1.key)>", with: $1.value) }
  }
}
