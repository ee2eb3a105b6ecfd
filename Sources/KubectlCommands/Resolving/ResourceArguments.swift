/// `TYPE NAME…`, `TYPE/NAME…` or `TYPE,TYPE`: what the arguments of a command name.
struct ResourceArguments {
  /// A kind, and the names that were given for it; none means all of them.
  struct Target: Sendable {
    var kind: ResourceKind
    var names: [String]
  }

  var targets: [Target] = []

  static func resolve(_ arguments: [String], _ discovery: Discovery) async throws -> ResourceArguments {
    guard let first = arguments.first else { return ResourceArguments() }
    return first.contains("/")
      ? try await resolvePairs(arguments, discovery) : try await resolveTypeThenNames(arguments, discovery)
  }

  private static func resolvePairs(
    _ arguments: [String], _ discovery: Discovery
  ) async throws -> ResourceArguments {
    var result = ResourceArguments()
    for argument in arguments {
      guard argument.contains("/") else {
        throw Failure(
          "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'"
        )
      }
      let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      if parts.count > 2 { throw Failure("arguments in resource/name form may not have more than one slash") }
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
        throw Failure("arguments in resource/name form must have a single resource and name")
      }
      result.targets.append(Target(kind: try await discovery.find(parts[0]), names: [parts[1]]))
    }
    return result
  }

  private static func resolveTypeThenNames(
    _ arguments: [String], _ discovery: Discovery
  ) async throws -> ResourceArguments {
    let names = Array(arguments.dropFirst())
    if names.contains(where: { $0.contains("/") }) {
      throw Failure(
        "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'"
      )
    }
    var result = ResourceArguments()
    for word in arguments[0].split(separator: ",", omittingEmptySubsequences: false) {
      let kinds =
        names.isEmpty ? try await discovery.findAll(String(word)) : [try await discovery.find(String(word))]
      result.targets += kinds.map { Target(kind: $0, names: names) }
    }
    return result
  }

  var namesNothing: Bool { targets.allSatisfy(\.names.isEmpty) }
}
