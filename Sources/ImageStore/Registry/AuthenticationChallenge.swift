/// What a server wants to see before it answers, as its `WWW-Authenticate` field says.
struct AuthenticationChallenge: Equatable {
  enum Scheme: Equatable { case basic, bearer }

  var scheme: Scheme
  var parameters: [String: String]

  /// The first challenge of the field that can be met; a token is preferred to a password.
  static func best(in field: String) -> AuthenticationChallenge? {
    let all = parse(field)
    return all.first { $0.scheme == .bearer } ?? all.first
  }

  /// Reads `Bearer realm="…",scope="a,b", Basic realm=…`; schemes that are not known are left out.
  static func parse(_ field: String) -> [AuthenticationChallenge] {
    var challenges: [AuthenticationChallenge] = []
    var isKnown = false
    var rest = field[...]
    while true {
      rest = rest.drop { $0 == " " || $0 == "," || $0 == "\t" }
      let word = rest.prefix { $0 != " " && $0 != "=" && $0 != "," }
      if word.isEmpty { return challenges }
      rest = rest.dropFirst(word.count).drop { $0 == " " }
      guard rest.first == "=" else {
        let scheme: Scheme? =
          switch word.lowercased() {
          case "basic": .basic
          case "bearer": .bearer
          default: nil
          }
        isKnown = scheme != nil
        if let scheme { challenges.append(AuthenticationChallenge(scheme: scheme, parameters: [:])) }
        continue
      }
      let value = takeValue(&rest)
      if isKnown, !challenges.isEmpty { challenges[challenges.count - 1].parameters[word.lowercased()] = value }
    }
  }

  /// Takes `=word` or `="text with \" in it"` away from the front.
  private static func takeValue(_ rest: inout Substring) -> String {
    rest = rest.dropFirst().drop { $0 == " " }
    guard rest.first == "\"" else {
      let word = rest.prefix { $0 != "," && $0 != " " }
      rest = rest.dropFirst(word.count)
      return String(word)
    }
    rest = rest.dropFirst()
    var value = ""
    while let character = rest.popFirst(), character != "\"" {
      value.append(character == "\\" ? rest.popFirst() ?? "\\" : character)
    }
    return value
  }
}
