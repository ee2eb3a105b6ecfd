import KubernetesAPI
import ObjectSchema
import Testing

/// What was seen of these pods by those who looked on: `get pods --watch` from the creation to the end, and the events.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct ReferenceCourseTests {
  @Test(arguments: ReferenceCase.all.filter { $0.name != "15-static" })
  func goesThroughTheSameStates(_ row: ReferenceCase) async throws {
    let expected = try Self.states(row.fixture("watch.txt"))
    try await row.run { node in
      let name = try #require(node.api.objects("pods").first?["metadata"]?["name"]?.stringValue)
      try await node.delete(name, grace: row.grace)
      try await node.wait(name) { $0 == nil }
      #expect(node.watched(name).filter { !row.passing.contains($0) } == expected.filter { !row.passing.contains($0) })
    }
  }

  @Test(arguments: ReferenceCase.all) func isToldOfInTheSameWords(_ row: ReferenceCase) async throws {
    let expected = try Self.events(row.fixture("events.txt"))
    try await row.run { node in
      // Events are written beside all else.
      try await node.pass(.milliseconds(100))
      let name = try #require(node.api.objects("pods").first?["metadata"]?["name"]?.stringValue)
      #expect(Self.unique(node.events(name).map(Self.masked)) == expected)
    }
  }

  /// Ready containers, status and restarts, without repetitions.
  private static func states(_ transcript: String) -> [String] {
    var states: [String] = []
    for line in transcript.split(separator: "\n") {
      let words = line.split(separator: " ").drop { $0.hasPrefix("+") || $0.hasSuffix("s") && $0.contains(".") }
      guard words.count > 4, words.dropFirst().first?.contains("/") == true else { continue }
      let state = words.dropFirst().prefix(3).joined(separator: " ")
      if states.last != state { states.append(state) }
    }
    return states
  }

  /// Type, reason and message of what the kubelet told, in the order of their first time.
  private static func events(_ table: String) -> [String] {
    let lines = table.split(separator: "\n", omittingEmptySubsequences: false).drop { !$0.hasPrefix("LAST SEEN") }
    var events: [String] = []
    for line in lines.dropFirst() {
      let words = line.split(separator: " ", maxSplits: 4, omittingEmptySubsequences: true)
      // A message of several lines goes on.
      guard words.count == 5, words[3].hasPrefix("pod/") else { continue }
      if words[2] == "Scheduled" { continue }
      events.append(masked("\(words[1]) \(words[2]) \(words[4].drop { $0 == " " })"))
    }
    return unique(events)
  }

  /// Without what is another in each run; of the time that a pull takes depends whether two of them are told as one.
  private static func masked(_ event: String) -> String {
    var text = event.split(separator: "\n").first.map(String.init) ?? ""
    text = text.replacing(/\ \(x\d+\)$/, with: "")
    text = text.replacing(
      /in [\d.ms]+ \([\d.ms]+ including waiting\)\. Image size: \d+/, with: "in <time>. Image size: <n>")
    text = text.replacing(/\d+\.\d+\.\d+\.\d+/, with: "<ip>")
    return text.replacing(/\([-0-9a-f]{36}\)|\(uid-\d+\)/, with: "(<uid>)")
  }

  private static func unique(_ events: [String]) -> [String] {
    var seen: Set<String> = []
    return events.filter { seen.insert($0).inserted }
  }
}
