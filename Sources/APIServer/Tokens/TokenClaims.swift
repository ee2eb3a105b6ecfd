internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// What a service account's token says.
struct TokenClaims: Sendable, Equatable {
  /// An object by its name and identity.
  struct Named: Sendable, Equatable {
    var name: String
    var uid: String?
  }

  var issuer: String
  var audiences: [String]
  var id: String
  /// Seconds since 1970, as all times of tokens.
  var issuedAt: Int64
  var notBefore: Int64
  var expires: Int64
  var namespace: String
  var account: Named
  /// The objects that the token dies with.
  var pod: Named?
  var secret: Named?
  var node: Named?
  /// When the token should have been renewed, although it is good for longer.
  var warnAfter: Int64?

  var subject: String { UserInfo.serviceAccount(account.name, namespace: namespace).name }

  var document: Document {
    var kubernetes: Document = ["namespace": .string(namespace)]
    for (key, named) in [("node", node), ("pod", pod), ("secret", secret), ("serviceaccount", account)] {
      guard let named else { continue }
      var entry: Document = ["name": .string(named.name)]
      if let uid = named.uid { entry["uid"] = .string(uid) }
      kubernetes[key] = entry
    }
    if let warnAfter { kubernetes["warnafter"] = .integer(warnAfter) }
    return [
      "aud": .list(audiences.map { .string($0) }), "exp": .integer(expires), "iat": .integer(issuedAt),
      "iss": .string(issuer), "jti": .string(id), "kubernetes.io": kubernetes, "nbf": .integer(notBefore),
      "sub": .string(subject),
    ]
  }

  init(
    issuer: String, id: String, audiences: [String], now: Int64, seconds: Int64, namespace: String, account: Named
  ) {
    self.issuer = issuer
    self.audiences = audiences
    self.namespace = namespace
    self.account = account
    self.id = id
    issuedAt = now
    notBefore = now
    expires = now + seconds
  }

  /// Reads what `document` has written.
  init?(_ document: Document) {
    func named(_ entry: Document?) -> Named? {
      guard let name = entry?["name"]?.stringValue else { return nil }
      return Named(name: name, uid: entry?["uid"]?.stringValue)
    }
    let kubernetes = document["kubernetes.io"]
    guard let issuer = document["iss"]?.stringValue, let id = document["jti"]?.stringValue,
      let issuedAt = document["iat"]?.integerValue, let notBefore = document["nbf"]?.integerValue,
      let expires = document["exp"]?.integerValue, let namespace = kubernetes?["namespace"]?.stringValue,
      let account = named(kubernetes?["serviceaccount"])
    else { return nil }
    self.issuer = issuer
    self.id = id
    self.issuedAt = issuedAt
    self.notBefore = notBefore
    self.expires = expires
    self.namespace = namespace
    self.account = account
    audiences = (document["aud"]?.listValue ?? []).compactMap(\.stringValue)
    pod = named(kubernetes?["pod"])
    secret = named(kubernetes?["secret"])
    node = named(kubernetes?["node"])
    warnAfter = kubernetes?["warnafter"]?.integerValue
    guard document["sub"]?.stringValue == subject else { return nil }
  }

  /// Who presents the token, as the API server sees them.
  var user: UserInfo {
    var extra = ["authentication.kubernetes.io/credential-id": ["JTI=\(id)"]]
    for (kind, named) in [("pod", pod), ("node", node)] {
      guard let named else { continue }
      extra["authentication.kubernetes.io/\(kind)-name"] = [named.name]
      if let uid = named.uid { extra["authentication.kubernetes.io/\(kind)-uid"] = [uid] }
    }
    return .serviceAccount(account.name, namespace: namespace, uid: account.uid, extra: extra)
  }
}
