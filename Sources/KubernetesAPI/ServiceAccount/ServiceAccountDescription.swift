extension ServiceAccount: Describable {
  public func describe(into description: inout Description, _ related: RelatedObjects) {
    description.identity(metadata)
    let tokens = (related.secrets ?? []).filter { secret in
      secret.type == "kubernetes.io/service-account-token"
        && secret.metadata.annotations["kubernetes.io/service-account.name"] == name
        && secret.metadata.annotations["kubernetes.io/service-account.uid"] == uid
    }
    // Where the secrets may not be read, none is called missing.
    let present = related.secrets.map { Set($0.map(\.name)) }
    for (title, names) in [
      ("Image pull secrets:", imagePullSecrets.map { $0.name ?? "" }),
      ("Mountable secrets: ", secrets.map { $0.name ?? "" }),
      ("Tokens:            ", tokens.map(\.name)),
    ] {
      if names.isEmpty { description.line(0, "\(title)\t<none>") }
      for (index, name) in names.enumerated() {
        let isMissing = present.map { !$0.contains(name) } ?? false
        let start = index == 0 ? title : String(repeating: " ", count: title.count)
        description.line(0, "\(start)\t\(name)\(isMissing ? " (not found)" : "")")
      }
    }
    description.events(related.events, now: related.now)
  }
}
