/// `$(NAME)` in arguments and environment values.
enum VariableExpansion {
  /// Replaces references to known variables; `$$` is a dollar sign, unknown names stay as they are written.
  static func expand(_ text: String, _ variables: [String: String]) -> String {
    expand(text) { variables[$0] }
  }

  /// The names that the text refers to and that have no value.
  static func missing(in text: String, _ variables: [String: String]) -> Set<String> {
    var missing: Set<String> = []
    _ = expand(text) { name in
      if variables[name, default: ""].isEmpty { missing.insert(name) }
      return nil
    }
    return missing
  }

  private static func expand(_ text: String, _ value: (String) -> String?) -> String {
    guard text.contains("$") else { return text }
    var result = ""
    var rest = text[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      switch rest.first {
      case "$":
        result += "$"
        rest.removeFirst()
      case "(":
        guard let end = rest.firstIndex(of: ")") else {
          result += "$"
          continue
        }
        let name = String(rest[rest.index(after: rest.startIndex)..<end])
        result += value(name) ?? "$(\(name))"
        rest = rest[rest.index(after: end)...]
      default:
        result += "$"
      }
    }
    return result + rest
  }
}
