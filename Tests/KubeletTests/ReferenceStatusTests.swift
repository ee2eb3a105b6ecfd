import Documents
import Testing

/// The statuses that a real Kubernetes 1.32 wrote for these pods, met to the letter but for times, ids and addresses.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct ReferenceStatusTests {
  @Test(arguments: ReferenceCase.all) func meetsTheReference(_ row: ReferenceCase) async throws {
    let expected = try #require(try Document.parse(yaml: try row.fixture("status.yaml")).first)
    try await row.run { node in
      let found = try #require(node.api.objects("pods").first?["status"])
      let text = Self.masked(found).sortedByKeys.yaml()
      #expect(text == Self.masked(try #require(expected["status"])).sortedByKeys.yaml(), "\(row.name)")
    }
  }

  /// Replaces what is another in each run, and leaves out the volume that only an API server adds.
  private static func masked(_ document: Document, key: String = "") -> Document {
    switch document.content {
    case .map(let map):
      return .map(
        DocumentMap(map.entries.map { ($0.key, masked($0.value, key: $0.key)) }.filter { !isEmptyList($0.1) }))
    case .list(let items):
      let kept = items.filter { $0["name"]?.stringValue?.hasPrefix("kube-api-access-") != true }
      return .list(kept.map { masked($0, key: key) })
    case .string(let text):
      switch key {
      case "lastTransitionTime", "startTime", "startedAt", "finishedAt":
        return .string(text.hasPrefix("1970-") ? text : "<time>")
      case "containerID": return .string("<id>")
      case "podIP", "ip", "hostIP": return .string("<ip>")
      case "message": return .string(text.replacing(/\([-0-9a-f]{36}\)|\(uid-\d+\)/, with: "(<uid>)"))
      default: return document
      }
    default: return document
    }
  }

  private static func isEmptyList(_ document: Document) -> Bool { document.listValue?.isEmpty ?? false }
}

extension Document {
  /// The order of fields in a map means nothing.
  fileprivate var sortedByKeys: Document {
    switch content {
    case .map(let map):
      .map(DocumentMap(map.entries.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sortedByKeys) }))
    case .list(let items): .list(items.map(\.sortedByKeys))
    default: self
    }
  }
}
