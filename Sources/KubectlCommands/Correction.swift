internal import ClusterClient
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// A word of a command line that nothing is called by.
enum UnknownWord: Equatable {
  case flag(String, known: [String])
  case resourceType(String)
}

/// Finds what a failed command may have meant, for people; programs get the error alone.
enum Correction {
  /// A whole line, or nil when nothing is near.
  static func remark(on error: any Error, namespace: String, _ context: KubectlContext) async -> String? {
    let error = (error as? Failures)?.errors.first ?? error
    let word: String?
    if let failure = error as? Failure {
      word = await correct(failure.unknown, context)
    } else if let error = error as? StatusError, error.isNotFound {
      word = await nearestName(error, namespace, context)
    } else {
      word = nil
    }
    return word.map { "Did you mean \($0)?\n" }
  }

  private static func correct(_ word: UnknownWord?, _ context: KubectlContext) async -> String? {
    switch word {
    case .flag(let name, let known): return Spelling.nearest(name, among: known).map { "--\($0)" }
    case .resourceType(let name):
      let kinds = (try? await Discovery(client: context.cluster.client).everyKind()) ?? []
      return Spelling.nearest(name, among: kinds.map(\.plural)) ?? Spelling.nearest(name, among: kinds.map(\.singular))
    case nil: return nil
    }
  }

  /// A live object of the same kind, by a name that is near, or that a controller has made from this one.
  private static func nearestName(
    _ error: StatusError, _ namespace: String, _ context: KubectlContext
  ) async -> String? {
    guard let details = error.status.details, let wanted = details.name, let kind = details.kind,
      let resource = Resource.find(word: kind)
    else { return nil }
    let path = ResourceKind(resource).path(namespace: namespace)
    let answer = try? await context.cluster.client.send("GET", path, query: [QueryItem("limit", "500")])
    let items = answer.flatMap { try? Document.parse(json: $0)["items"]?.listValue } ?? []
    let names = items.compactMap { $0["metadata"]?["name"]?.stringValue }
    if let near = Spelling.nearest(wanted, among: names) { return near }
    let made = names.filter { $0.hasPrefix(wanted + "-") }
    return made.count == 1 ? made[0] : nil
  }
}
