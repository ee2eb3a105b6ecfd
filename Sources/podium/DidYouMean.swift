/// The nearest known word for a mistyped one.
enum DidYouMean {
  /// A remark that can follow an error; empty when nothing is near.
  static func text(_ word: String, _ known: [String]) -> String {
    let nearest = known.map { (distance(word, $0), $0) }.min { $0.0 < $1.0 }
    guard let (distance, name) = nearest, distance <= max(1, (word.count + 1) / 3) else { return "" }
    return "; did you mean \(name)?"
  }

  /// How many letters have to be changed, added or left out.
  private static func distance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var row = Array(0...right.count)
    for (index, letter) in left.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in right.indices {
        let above = row[column + 1]
        row[column + 1] = min(above + 1, row[column] + 1, diagonal + (letter == right[column] ? 0 : 1))
        diagonal = above
      }
    }
    return row[right.count]
  }
}
