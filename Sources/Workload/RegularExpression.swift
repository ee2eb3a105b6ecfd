import Glibc

/// A POSIX extended regular expression.
final class RegularExpression {
  private var compiled = regex_t()

  /// Nil when the pattern is malformed.
  init?(_ pattern: String, ignoringCase: Bool = false) {
    if regcomp(&compiled, pattern, REG_EXTENDED | (ignoringCase ? REG_ICASE : 0)) != 0 { return nil }
  }

  deinit { regfree(&compiled) }

  func matches(_ text: String, wholly: Bool = false) -> Bool {
    var match = regmatch_t()
    guard regexec(&compiled, text, 1, &match, 0) == 0 else { return false }
    return !wholly || (match.rm_so == 0 && Int(match.rm_eo) == text.utf8.count)
  }
}
