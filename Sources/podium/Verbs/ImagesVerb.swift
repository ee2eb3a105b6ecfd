internal import Console
internal import LocalCluster

/// `podium images …`: what pods can be made from. An action is a row here and a file beside.
enum ImagesVerb {
  static let table = ActionTable(
    verb: "images", actions: [list, importImages, build, pull, remove, prune, inspect], standard: list)

  @Sendable
  static func run(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    do {
      return try await table.run(settings, arguments)
    } catch let error as UnknownImage {
      throw ClusterProblem(DidYouMean.text(error.name, error.known).isEmpty ? "\(error)" : error.hint)
    }
  }

  /// Bytes as people read them.
  static func sizeText(_ bytes: Int) -> String {
    let unit = bytes >= 1_000_000_000 ? (100_000_000, "GB") : (100_000, "MB")
    let tenths = (bytes + unit.0 / 2) / unit.0
    return "\(tenths / 10).\(tenths % 10) \(unit.1)"
  }
}

extension UnknownImage {
  fileprivate var hint: String { "there is no image \(name)\(DidYouMean.text(name, known))" }
}
