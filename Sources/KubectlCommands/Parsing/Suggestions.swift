/// Words that a mistyped one may have meant.
enum Suggestions {
  /// Commands that begin like the word, or are at most two slips of the finger away.
  static func commands(like word: String, in commands: [Command]) -> [String] {
    let typed = word.lowercased()
    return commands.filter { !$0.isHidden }.map(\.name).filter { name in
      distance(typed, name.lowercased()) <= 2 || name.lowercased().hasPrefix(typed)
    }
  }

  /// How many letters must be put in, taken out or replaced to make one word of the other.
  static func distance(_ left: String, _ right: String) -> Int {
    let left = Array(left)
    let right = Array(right)
    var previous = Array(0...right.count)
    for (row, leftLetter) in left.enumerated() {
      var current = [row + 1]
      for (column, rightLetter) in right.enumerated() {
        let replaced = previous[column] + (leftLetter == rightLetter ? 0 : 1)
        current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
      }
      previous = current
    }
    return previous[right.count]
  }
}
