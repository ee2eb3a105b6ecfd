/// The known word that a mistyped one was meant to be.
public enum Spelling {
  /// Nil when nothing is near enough to be worth a question.
  public static func nearest(_ word: String, among known: [String]) -> String? {
    let near = known.filter { $0 != word }.map { (slips: slips(from: word, to: $0), word: $0) }
      .min { ($0.slips, $0.word) < ($1.slips, $1.word) }
    guard let near, near.slips <= max(1, (word.count + 1) / 3) else { return nil }
    return near.word
  }

  /// How many letters have to be changed, added, left out, or swapped with their neighbour.
  public static func slips(from left: String, to right: String) -> Int {
    let left = Array(left)
    let right = Array(right)
    var before: [Int] = []
    var previous = Array(0...right.count)
    for row in left.indices {
      var current = [row + 1]
      for column in right.indices {
        var best = min(
          previous[column] + (left[row] == right[column] ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          best = min(best, before[column - 1] + 1)
        }
        current.append(best)
      }
      (before, previous) = (previous, current)
    }
    return previous[right.count]
  }
}
