import KubernetesAPI
import ObjectSchema

@testable import LessonEngine

/// A sentence of a form in three worlds: it is so, it is nearly so, and it cannot be seen.
struct FormCase: Sendable, CustomStringConvertible {
  typealias World = @Sendable (inout Story, inout Witness) -> Void

  let form: String
  let sentence: String
  let holds: World
  let misses: World
  /// What a learner reads about the near miss.
  let explanation: String
  let hides: World
  /// What a learner reads where it cannot be seen.
  let reason: String

  var description: String { sentence }

  init(
    _ form: String, _ sentence: String, holds: @escaping World, misses: @escaping World, says explanation: String,
    hides: @escaping World, reason: String
  ) {
    self.form = form
    self.sentence = sentence
    self.holds = holds
    self.misses = misses
    self.explanation = explanation
    self.hides = hides
    self.reason = reason
  }

  /// Where objects of a kind may not be listed.
  init(
    _ form: String, _ sentence: String, holds: @escaping World, misses: @escaping World, says explanation: String,
    hiding resource: Resource = Pod.resource
  ) {
    let expected = explanation.split(separator: "\n").first ?? ""
    self.init(
      form, sentence, holds: holds, misses: misses, says: explanation,
      hides: { story, witness in
        holds(&story, &witness)
        story.hide(resource)
      },
      reason: """
        \(expected)
        found     \(resource.plural) cannot be seen here
        because   \(resource.plural) is forbidden: User "learner" cannot list them in the namespace "first-pod"
        look      kubectl auth can-i list \(resource.plural)
        """)
  }

  func condition() throws(SentenceError) -> LessonEngine.Condition { try LessonEngine.Condition(sentence) }

  func finding(in world: World) async throws -> Finding {
    var story = Story()
    var witness = Witness()
    world(&story, &witness)
    return try await condition().statement.finding(in: Observation(story.history, witness))
  }
}

extension Finding {
  /// As a learner reads it.
  var text: String {
    let facts = [("expected", expected), ("found", found), ("because", because), ("look", look)]
    return facts.compactMap { name, value in
      value.map { "\(name)\(String(repeating: " ", count: 10 - name.count))\($0)" }
    }.joined(separator: "\n")
  }
}
