/// `podium pack …`: lesson packs of one's own. An action is a row here and a file beside.
enum PackVerb {
  static let table = ActionTable(verb: "pack", actions: [new, lint, test, build, install, list, remove, diff, schema])

  @Sendable
  static func run(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    try await table.run(settings, arguments)
  }
}
