internal import Glibc

/// An extended regular expression of POSIX, held to a form whose matching has a bound whatever a pack's author writes.
struct RegularExpression {
  private let pattern: String

  init?(_ pattern: String) {
    if Self.problem(pattern) != nil { return nil }
    self.pattern = pattern
  }

  /// Why a text is not taken as one; nil when it is.
  static func problem(_ pattern: String) -> String? {
    if pattern.utf8.count > 200 { return "is too long: a regular expression has 200 characters at most" }
    if pattern.utf8.contains(0) { return "has a character in it that ends texts" }
    var isEscaped = false
    var copies = 1
    for (index, character) in zip(pattern.indices, pattern) {
      if isEscaped {
        // What makes matching slow: all else is decided by one walk over the text.
        if character.isNumber { return "has a back reference, which is not understood" }
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if character == "{" {
        // Each repetition is a copy of what it repeats, and within one another they multiply.
        let bounds = pattern[pattern.index(after: index)...].prefix { $0 != "}" }
        copies *= min(1001, max(1, bounds.split(separator: ",").compactMap { Int($0) }.max() ?? 1))
        if copies > 1000 { return "repeats more than 1000 times" }
      }
    }
    return with(pattern) { _ in true } == nil ? "is no regular expression" : nil
  }

  func matches(_ text: String) -> Bool {
    Self.with(pattern) { expression in regexec(&expression, text, 0, nil, 0) == 0 } ?? false
  }

  private static func with<Result>(_ pattern: String, _ body: (inout regex_t) -> Result) -> Result? {
    var expression = regex_t()
    guard regcomp(&expression, pattern, REG_EXTENDED | REG_NOSUB) == 0 else { return nil }
    defer { regfree(&expression) }
    return body(&expression)
  }
}
