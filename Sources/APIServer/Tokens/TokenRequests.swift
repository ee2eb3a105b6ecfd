internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// Tokens of service accounts on request.
extension Server {
  /// The lifetime that the volume of every pod asks for, and the one that is granted instead, so that a pod whose node
  /// has been away is not locked out.
  private static let mountedLifetime: Int64 = 3607
  private static let extendedLifetime: Int64 = 365 * 24 * 3600

  func issueToken(_ call: Call) async throws(StatusError) -> APIResponse {
    guard let issuer else { throw StatusError.noSuchResource() }
    guard let account = objects.object(try await stored(call), call.form) as? ServiceAccount else {
      throw call.notFound()
    }
    var (request, report) = TokenRequest.decode(try call.document(of: "TokenRequest"))
    if let mismatch = report.mismatches.first {
      throw StatusError.badRequest(
        "TokenRequest in version \"v1\" cannot be handled as a TokenRequest: \(mismatch.message)")
    }
    request.applyDefaults()
    try Self.checkPlace(request, of: account)
    if request.spec.audiences.isEmpty { request.spec.audiences = [TokenIssuer.name] }
    request.metadata.name = account.name
    request.metadata.namespace = account.namespace
    request.metadata.creationTimestamp = call.now.toTheSecond
    let problems = request.problems()
    if !problems.isEmpty {
      throw StatusError.invalid("TokenRequest", "", group: Resource.authenticationGroup, problems)
    }

    let asked = request.spec.expirationSeconds ?? 0
    var claims = TokenClaims(
      issuer: TokenIssuer.name, id: identities.uid(), audiences: request.spec.audiences, now: call.now.seconds,
      seconds: asked, namespace: account.namespace, account: .init(name: account.name, uid: account.uid))
    if let reference = request.spec.boundObjectRef { try await bind(&claims, to: reference, account) }
    if claims.pod != nil && asked == Self.mountedLifetime && request.spec.audiences.contains(TokenIssuer.name) {
      claims.warnAfter = claims.expires
      claims.expires = claims.issuedAt + Self.extendedLifetime
    }
    do {
      request.status.token = try issuer.token(claims)
    } catch {
      throw StatusError.internalError("failed to generate token: \(error)")
    }
    request.status.expirationTimestamp = Timestamp(seconds: claims.issuedAt + asked)
    request.apiVersion = "\(Resource.authenticationGroup)/v1"
    request.kind = "TokenRequest"
    return call.response(json: request.document().json(), status: 201)
  }

  /// A request may name the account that its path names already.
  private static func checkPlace(_ request: TokenRequest, of account: ServiceAccount) throws(StatusError) {
    func refuse(_ field: String, _ value: String, _ why: String) throws(StatusError) {
      throw StatusError.invalid(
        "TokenRequest", account.name, group: Resource.authenticationGroup,
        [FieldError(FieldPath("metadata", field), .invalid(why), value: .string(value))])
    }
    if let name = request.metadata.name, !name.isEmpty, name != account.name {
      try refuse("name", name, "must match the service account name if specified")
    }
    if let namespace = request.metadata.namespace, !namespace.isEmpty, namespace != account.namespace {
      try refuse("namespace", namespace, "must match the service account namespace if specified")
    }
  }

  /// Ties the token's life to that of an object.
  private func bind(
    _ claims: inout TokenClaims, to reference: BoundObjectReference, _ account: ServiceAccount
  ) async throws(StatusError) {
    let name = reference.name ?? ""
    let kind = reference.kind ?? ""
    let uid: String
    switch (reference.apiVersion ?? "", kind) {
    case ("v1", "Pod"):
      guard let pod = try await object(Pod.self, name, namespace: account.namespace) else {
        throw StatusError.notFound("pods", name)
      }
      if pod.spec.serviceAccountName != account.name {
        throw StatusError.badRequest(
          "cannot bind token for serviceaccount \"\(account.name)\" to pod running with different serviceaccount name.")
      }
      uid = pod.uid
      claims.pod = .init(name: name, uid: uid)
      if let nodeName = pod.spec.nodeName, !nodeName.isEmpty {
        claims.node = .init(name: nodeName, uid: try await object(Node.self, nodeName, namespace: nil)?.uid)
      }
    case ("v1", "Secret"):
      guard let secret = try await object(Secret.self, name, namespace: account.namespace) else {
        throw StatusError.notFound("secrets", name)
      }
      uid = secret.uid
      claims.secret = .init(name: name, uid: uid)
    case ("v1", "Node"):
      guard let node = try await object(Node.self, name, namespace: nil) else {
        throw StatusError.notFound("nodes", name)
      }
      uid = node.uid
      claims.node = .init(name: name, uid: uid)
    default:
      let parts = (reference.apiVersion ?? "").split(separator: "/", omittingEmptySubsequences: false)
      let group = parts.count == 2 ? "\(parts[0])/\(parts[1])" : "/\(reference.apiVersion ?? "")"
      throw StatusError.badRequest("cannot bind token to object of type \(group), Kind=\(kind)")
    }
    if let wanted = reference.uid, !wanted.isEmpty, wanted != uid {
      throw StatusError.conflict(
        kind, name,
        "the UID in the bound object reference (\(wanted)) does not match the UID in record. The object might have been deleted and then recreated"
      )
    }
  }
}
