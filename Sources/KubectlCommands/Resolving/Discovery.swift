internal import ClusterClient
internal import Documents
internal import KubernetesAPI

/// Finds kinds by the words that people use. The project's own kinds need no request; others are asked for.
struct Discovery {
  let client: ClusterClient

  private static let known = Resource.all.map { ResourceKind($0) }

  /// The kind that a word means.
  func find(_ word: String) async throws -> ResourceKind {
    if let kind = Self.known.first(where: { $0.isCalled(word) }) { return kind }
    let all = try await everyKind()
    if let kind = all.first(where: { $0.isCalled(word) }) { return kind }
    throw Failure.unknownResourceType(word)
  }

  /// The kinds that a word on a command line means: one, or all of a category such as `all`.
  func findAll(_ word: String) async throws -> [ResourceKind] {
    if let kind = Self.known.first(where: { $0.isCalled(word) }) { return [kind] }
    let all = try await everyKind()
    if let kind = all.first(where: { $0.isCalled(word) }) { return [kind] }
    let members = all.filter { $0.categories.contains(word) }
    if members.isEmpty { throw Failure.unknownResourceType(word) }
    return members
  }

  /// The kind of an object, by what the object says of itself.
  func find(apiVersion: String, kind: String) async throws -> ResourceKind? {
    if let known = Self.known.first(where: { $0.apiVersion == apiVersion && $0.kind == kind }) { return known }
    let (group, version) = ResourceKind.split(apiVersion: apiVersion)
    let path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
    do {
      return try await kinds(at: path, groupVersion: apiVersion).first { $0.kind == kind }
    } catch let error as StatusError where error.isNotFound {
      return nil
    }
  }

  /// Everything that the server has, group by group, in its preferred versions.
  func everyKind() async throws -> [ResourceKind] {
    var all = try await kinds(at: "/api/v1", groupVersion: "v1")
    for group in try await groups() {
      let version = group["preferredVersion"]?["groupVersion"]?.stringValue ?? ""
      // A group whose server is away must not hide the others.
      all += (try? await kinds(at: "/apis/\(version)", groupVersion: version)) ?? []
    }
    return all
  }

  /// `v1`, `apps/v1`, … as the server offers them.
  func everyVersion() async throws -> [String] {
    var versions = ["v1"]
    for group in try await groups() {
      versions += (group["versions"]?.listValue ?? []).compactMap { $0["groupVersion"]?.stringValue }
    }
    return versions.sorted()
  }

  private func groups() async throws -> [Document] {
    let answer = try await client.send("GET", "/apis")
    return try Document.parse(json: answer)["groups"]?.listValue ?? []
  }

  private func kinds(at path: String, groupVersion: String) async throws -> [ResourceKind] {
    let answer = try await client.send("GET", path)
    let entries = try Document.parse(json: answer)["resources"]?.listValue ?? []
    return entries.compactMap { ResourceKind($0, groupVersion: groupVersion) }
  }
}
