/// Quotes, backslashes and variables in the words of an instruction.
enum ContainerfileWords {
  /// What is wrong with a text; whoever knows the place adds it.
  struct Problem: Error {
    var message: String
  }

  /// Splits a text at blanks outside of quotes; the quotes stay.
  static func split(_ text: Substring) throws(Problem) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var isEscaped = false
    for character in text {
      if quote == nil, !isEscaped, character == " " || character == "\t" {
        if let word { words.append(word) }
        word = nil
        continue
      }
      word = (word ?? "") + String(character)
      if isEscaped {
        isEscaped = false
      } else if character == "\\", quote != "'" {
        isEscaped = true
      } else if character == quote {
        quote = nil
      } else if quote == nil, character == "\"" || character == "'" {
        quote = character
      }
    }
    if let quote { throw Problem(message: "a quotation mark \(quote) is not closed") }
    if let word { words.append(word) }
    return words
  }

  /// Takes quotes and backslashes away and puts in the values of variables; one that is not set is empty.
  static func resolve(_ text: String, _ variables: [String: String]) throws(Problem) -> String {
    var rest = text[...]
    var result = ""
    while let character = rest.popFirst() {
      switch character {
      case "'":
        while let next = rest.popFirst(), next != "'" { result.append(next) }
      case "\"":
        while let next = rest.popFirst(), next != "\"" {
          if next == "\\", let escaped = rest.first, "\"\\$".contains(escaped) {
            result.append(rest.removeFirst())
          } else if next == "$" {
            result += try value(&rest, variables)
          } else {
            result.append(next)
          }
        }
      case "\\": if let next = rest.popFirst() { result.append(next) }
      case "$": result += try value(&rest, variables)
      default: result.append(character)
      }
    }
    return result
  }

  /// What stands for a `$` and the text behind it.
  private static func value(_ rest: inout Substring, _ variables: [String: String]) throws(Problem) -> String {
    guard rest.first == "{" else {
      let name = rest.prefix(while: isNamePart)
      // A dollar that names nothing is a dollar.
      if name.isEmpty || name.first?.isNumber == true { return "$" }
      rest.removeFirst(name.count)
      return variables[String(name)] ?? ""
    }
    rest.removeFirst()
    let name = String(rest.prefix(while: isNamePart))
    guard !name.isEmpty else { throw Problem(message: "\"${\" is followed by no name of a variable") }
    rest.removeFirst(name.count)
    let known = variables[name]
    let form = rest.prefix { $0 != "}" && ":-+".contains($0) }
    rest.removeFirst(form.count)
    let alternative = try alternative(&rest, name)
    switch form {
    case "" where alternative.isEmpty: return known ?? ""
    case ":-":
      if let known, !known.isEmpty { return known }
      return try resolve(alternative, variables)
    case "-":
      if let known { return known }
      return try resolve(alternative, variables)
    case ":+": return (known ?? "").isEmpty ? "" : try resolve(alternative, variables)
    case "+": return known == nil ? "" : try resolve(alternative, variables)
    default:
      throw Problem(
        message: "${\(name)\(form)\(alternative)} is not understood: expected ${\(name)}, or :- or :+ behind the name")
    }
  }

  /// Up to the brace that closes; braces within belong to variables.
  private static func alternative(_ rest: inout Substring, _ name: String) throws(Problem) -> String {
    var depth = 0
    var text = ""
    while let character = rest.popFirst() {
      if character == "{" { depth += 1 }
      if character == "}" {
        if depth == 0 { return text }
        depth -= 1
      }
      text.append(character)
    }
    throw Problem(message: "\"${\(name)\" is not closed by }")
  }

  private static func isNamePart(_ character: Character) -> Bool {
    character == "_" || character.isASCII && (character.isLetter || character.isNumber)
  }
}
