internal import ObjectSchema

/// The nearest known word for a mistyped one.
enum DidYouMean {
  /// A remark that can follow an error; empty when nothing is near.
  static func text(_ word: String, _ known: [String]) -> String {
    Spelling.nearest(word, among: known).map { "; did you mean \($0)?" } ?? ""
  }
}
