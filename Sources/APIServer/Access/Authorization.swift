internal import KubernetesAPI

/// Decides whether somebody may do something; what may be done is written in `Grant.all`.
enum Authorization {
  /// Why it is allowed, or nil when it is not.
  static func reason(_ user: UserInfo, _ deed: Deed) -> String? {
    for grant in Grant.held(by: user) {
      let covers =
        switch deed {
        case .resource(let deed): grant.resources.contains { $0.covers(deed) }
        case .path(let deed): grant.paths.contains { $0.covers(deed) }
        }
      guard covers, let holder = grant.holders.first(where: { $0.includes(user) }) else { continue }
      return "allowed by the built-in role \"\(grant.role)\" to \(holder.description(user))"
    }
    return nil
  }

  static func check(_ user: UserInfo, _ deed: @autoclosure () -> Deed) throws(StatusError) {
    // Most requests are the cluster's own: for them the deed need not even be put into words.
    if Grant.all.contains(where: { $0.isUnlimited && $0.isHeld(by: user) }) { return }
    let deed = deed()
    if reason(user, deed) == nil { throw refusal(user, deed) }
  }

  static func refusal(_ user: UserInfo, _ deed: Deed) -> StatusError {
    var details = StatusDetails()
    let why: String
    let what: String
    switch deed {
    case .path(let deed):
      why = "User \"\(user.name)\" cannot \(deed.verb ?? "") path \"\(deed.path ?? "")\""
      what = "forbidden"
    case .resource(let deed):
      let (resource, group) = (deed.resource ?? "", deed.group ?? "")
      let part = deed.subresource.map { "/\($0)" } ?? ""
      let place = deed.namespace.map { " in the namespace \"\($0)\"" } ?? " at the cluster scope"
      why =
        "User \"\(user.name)\" cannot \(deed.verb ?? "") resource \"\(resource)\(part)\" in API group \"\(group)\"\(place)"
      what = "\(group.isEmpty ? resource : "\(resource).\(group)")\(deed.name.map { " \"\($0)\"" } ?? "") is forbidden"
      details.name = deed.name
      details.kind = resource
      details.group = group.isEmpty ? nil : group
    }
    return StatusError(403, "Forbidden", "\(what): \(why)", details: details)
  }
}

extension Grant.Holder {
  fileprivate func description(_ user: UserInfo) -> String {
    switch self {
    case .group(let name): "group \"\(name)\""
    case .users, .controllers: "user \"\(user.name)\""
    }
  }
}
