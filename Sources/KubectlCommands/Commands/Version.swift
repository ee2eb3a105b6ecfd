internal import Documents

/// `kubectl version`: what speaks, and what answers.
enum Version {
  /// The kubectl whose behaviour this is.
  static let gitVersion = "v1.32.4+podium"

  static let clientOnly = Flag.boolean("client", "Say nothing of the server.")
  static let output = Flag.text("output", short: "o", values: .oneOf(["yaml", "json"]), "yaml or json.")

  static let command = Command(
    name: "version",
    summary: "Print the client and server version information",
    examples: [Example("Who is there", "kubectl version")],
    usage: "version [flags] [options]",
    flags: [clientOnly.row, output.row],
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    if !invocation.arguments.isEmpty {
      throw Failure("extra arguments: [\(invocation.arguments.joined(separator: " "))]")
    }
    let format = invocation[output]
    if !["", "yaml", "json"].contains(format) { throw Failure("--output must be 'yaml' or 'json'") }
    var answer: Document = [
      "clientVersion": ["gitVersion": .string(gitVersion), "major": "1", "minor": "32"]
    ]
    var problem: (any Error)?
    if !invocation[clientOnly] {
      do {
        answer["serverVersion"] = try await invocation.calls.send("GET", "/version")
      } catch {
        problem = error
      }
    }
    switch format {
    case "yaml": try await invocation.io.print(answer.yaml() + "\n")
    case "json": try await invocation.io.print(answer.sortedByKeys().jsonText(indentedBy: 2) + "\n")
    default:
      try await invocation.io.print("Client Version: \(gitVersion)\n")
      if let server = answer["serverVersion"]?["gitVersion"]?.stringValue {
        try await invocation.io.print("Server Version: \(server)\n")
      }
    }
    if let problem { throw problem }
    return 0
  }
}
