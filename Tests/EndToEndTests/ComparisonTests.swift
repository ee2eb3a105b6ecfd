import SystemIO
import TestSupport
import Testing

/// Stock kubectl and the program's own one, asked the same of the same cluster.
@Suite(.needsStockKubectl, .needsUserNamespace, .timeLimit(.minutes(6)))
struct ComparisonTests {
  @Test func bothKubectlsAnswerAlike() async throws {
    let table = try Transcript(path: "comparison/verbs.txt")
    #expect(table.steps.count > 800)
    try await Learner.with { learner in
      try await learner.writeKubeconfig()
      let sides = [Side(learner, isStock: true), Side(learner, isStock: false)]
      for side in sides {
        try await learner.kubectl("create", "namespace", side.namespace)
        try table.writeFiles(to: side.folder)
        try Files.write(try Files.readText(learner.kubeconfig), to: side.folder + "/cluster.yaml")
      }
      var rest = table.steps[...]
      while let section = rest.first?.section {
        let steps = Array(rest.prefix { $0.section == section })
        rest = rest.dropFirst(steps.count)
        let answers: [[String]]
        if section.hasSuffix("one after the other") {
          answers = [try await sides[0].answers(to: steps), try await sides[1].answers(to: steps)]
        } else {
          async let stock = sides[0].answers(to: steps)
          async let own = sides[1].answers(to: steps)
          answers = [try await stock, try await own]
        }
        for (index, step) in steps.enumerated() {
          if let difference = GoldenText.difference(from: answers[0][index], to: answers[1][index]) {
            Issue.record("\(table.path):\(step.line): kubectl\(step.command)\nfrom line \(difference)")
          }
        }
      }
    }
  }

  /// One of the two, in a namespace and a folder of its own.
  private struct Side: Sendable {
    let learner: Learner
    let isStock: Bool
    let namespace: String
    let folder: String

    private static let namespaces = ["compared-1", "compared-2"]

    init(_ learner: Learner, isStock: Bool) {
      self.learner = learner
      self.isStock = isStock
      // As long as each other: columns are as wide as what stands in them.
      namespace = isStock ? Self.namespaces[0] : Self.namespaces[1]
      folder = learner.home + "/" + namespace
    }

    func answers(to steps: [Transcript.Step]) async throws -> [String] {
      var answers: [String] = []
      for step in steps {
        var words = Transcript.words(step.command)
        // Behind the verb, so that a verb that does not exist is what is complained of.
        if !step.section.hasSuffix("without a namespace") {
          words.insert(contentsOf: ["-n", namespace], at: min(1, words.count))
        }
        let answer =
          isStock
          ? try await learner.stock(words, folder: folder, editor: TranscriptTests.editor)
          : try await learner.own(words, folder: folder)
        // A node has pods of both.
        answers.append(
          Transcript.seen(answer).replacing(/compared-\d/, with: "<namespace>")
            // How often stock kubectl asks in vain for what the server has is its own business.
            .replacing(/\[stderr\] <log> memcache.go.*\n/, with: ""))
      }
      return answers
    }
  }
}
