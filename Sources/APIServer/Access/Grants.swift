internal import KubernetesAPI

/// What a circle of users may do.
///
/// There are no role objects: these grants are all there is. They are the ones that a fresh Kubernetes makes for itself,
/// so that a service account may here, as there, look at what the server offers, ask about itself, and nothing else.
struct Grant: Sendable {
  /// How Kubernetes calls the role.
  let role: String
  let holders: [Holder]
  var resources: [ResourceRule] = []
  var paths: [NonResourceRule] = []
  /// Whether there is nothing that its holders may not do.
  var isUnlimited = false

  enum Holder: Sendable {
    case group(String)
    /// The users whose names begin so.
    case users(String)
    /// The accounts in `kube-system` that the cluster's own controllers speak as.
    case controllers
  }

  static let all: [Grant] = [
    Grant(
      role: "cluster-admin", holders: [.group("system:masters"), .group("kubeadm:cluster-admins")],
      resources: everyResource, paths: everyPath, isUnlimited: true),
    // Components that are part of the program need no narrower limits than the program itself.
    Grant(
      role: "system:component",
      holders: [
        .users("system:kube-"), .group("system:nodes"), .users("system:node:"), .controllers,
      ],
      resources: everyResource, paths: everyPath, isUnlimited: true),
    Grant(
      role: "system:basic-user", holders: [.group(UserInfo.allAuthenticated)],
      resources: [
        ResourceRule(["create"], on: ["selfsubjectreviews"], of: [Resource.authenticationGroup]),
        ResourceRule(
          ["create"], on: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"], of: [Resource.authorizationGroup]),
      ]),
    Grant(
      role: "system:discovery", holders: [.group(UserInfo.allAuthenticated)],
      paths: [
        NonResourceRule(
          ["get"],
          on: [
            "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version",
            "/version/",
          ])
      ]),
    Grant(
      role: "system:public-info-viewer",
      holders: [.group(UserInfo.allAuthenticated), .group(UserInfo.allUnauthenticated)],
      paths: [NonResourceRule(["get"], on: ["/healthz", "/livez", "/readyz", "/version", "/version/"])]),
    Grant(
      role: "system:service-account-issuer-discovery", holders: [.group("system:serviceaccounts")],
      paths: [
        NonResourceRule(
          ["get"],
          on: [
            "/.well-known/openid-configuration", "/.well-known/openid-configuration/", "/openid/v1/jwks",
            "/openid/v1/jwks/",
          ])
      ]),
  ]

  private static let everyResource = [ResourceRule(["*"], on: ["*"], of: ["*"])]
  private static let everyPath = [NonResourceRule(["*"], on: ["*"])]

  /// The grants that a user holds.
  static func held(by user: UserInfo) -> [Grant] { all.filter { $0.isHeld(by: user) } }

  func isHeld(by user: UserInfo) -> Bool { holders.contains { $0.includes(user) } }
}

extension Grant.Holder {
  func includes(_ user: UserInfo) -> Bool {
    switch self {
    case .group(let name): return user.groups.contains(name)
    case .users(let beginning): return user.name.hasPrefix(beginning)
    case .controllers:
      guard let account = UserInfo.serviceAccount(named: user.name), account.namespace == "kube-system" else {
        return false
      }
      return ["-controller", "-collector", "-publisher"].contains { account.name.hasSuffix($0) }
    }
  }
}

extension ResourceRule {
  func covers(_ deed: ResourceAttributes) -> Bool {
    let resource = deed.resource ?? ""
    let part = deed.subresource ?? ""
    let whole = part.isEmpty ? resource : "\(resource)/\(part)"
    return verbs.hasAny(["*", deed.verb ?? ""]) && apiGroups.hasAny(["*", deed.group ?? ""])
      && (resources.hasAny(["*", whole]) || !part.isEmpty && resources.contains("*/\(part)"))
      && (resourceNames.isEmpty || resourceNames.contains(deed.name ?? ""))
  }
}

extension NonResourceRule {
  func covers(_ deed: NonResourceAttributes) -> Bool {
    let path = deed.path ?? ""
    return verbs.hasAny(["*", deed.verb ?? ""])
      && nonResourceURLs.contains { $0 == path || $0.hasSuffix("*") && path.hasPrefix($0.dropLast()) }
  }
}

extension [String] {
  fileprivate func hasAny(_ wanted: [String]) -> Bool { contains(where: wanted.contains) }
}
