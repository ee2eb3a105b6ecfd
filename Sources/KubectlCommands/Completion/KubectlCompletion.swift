/// One way to go on with a word.
public struct KubectlCompletion: Sendable, Equatable {
  public var text: String
  public var description: String
  /// Whether more belongs to the same word, as behind `--output=` or `pods.spec.containers`.
  public var goesOn: Bool

  public init(_ text: String, _ description: String = "", goesOn: Bool = false) {
    self.text = text
    self.description = description
    self.goesOn = goesOn
  }
}

extension Kubectl {
  /// What the last word may become; the words in front of it say what makes sense there.
  public static func complete(_ words: [String], context: KubectlContext) async -> [KubectlCompletion] {
    await CompletionSearch(words: words, context: context).run()
  }
}
