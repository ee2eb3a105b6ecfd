/// `nginx:*`: a star stands for any text.
enum Wildcard {
  static func matches(_ text: String, _ pattern: String) -> Bool {
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false).map(Array.init)
    var rest = Array(text)[...]
    guard parts.count > 1 else { return text == pattern }
    for (index, part) in parts.enumerated() {
      if index == 0 {
        guard rest.starts(with: part) else { return false }
        rest = rest.dropFirst(part.count)
      } else if index == parts.count - 1 {
        return rest.count >= part.count && rest.suffix(part.count).elementsEqual(part)
      } else {
        guard let place = rest.indices.first(where: { rest[$0...].starts(with: part) }) else { return false }
        rest = rest[(place + part.count)...]
      }
    }
    return false
  }
}
