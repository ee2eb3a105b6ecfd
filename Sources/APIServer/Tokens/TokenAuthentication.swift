public import KubernetesAPI
internal import ObjectSchema

/// Whose a token is, and whether it is still good.
extension Server: TokenAuthenticator {
  /// Clocks may differ by so much.
  private static let leeway: Int64 = 60

  /// Why a token is not good, in Kubernetes' words.
  private struct Refusal: Error {
    var message: String
  }

  public func user(bearing token: String) async throws(StatusError) -> UserInfo {
    do {
      return try await claims(of: token, for: [TokenIssuer.name]).user
    } catch {
      throw StatusError.unauthorized()
    }
  }

  /// What a `TokenReview` is told.
  func status(of token: String, audiences: [String]) async -> TokenReviewStatus {
    let audiences = audiences.isEmpty ? [TokenIssuer.name] : audiences
    var status = TokenReviewStatus()
    do {
      let claims = try await claims(of: token, for: audiences)
      status.authenticated = true
      status.user = claims.user
      status.audiences = audiences.filter(claims.audiences.contains)
    } catch let refusal as Refusal {
      status.error = refusal.message.isEmpty ? "invalid bearer token" : "[invalid bearer token, \(refusal.message)]"
    } catch {
      status.error = "\(error)"
    }
    return status
  }

  private func claims(of token: String, for audiences: [String]) async throws -> TokenClaims {
    guard let issuer, let claims = issuer.claims(in: token) else { throw Refusal(message: "") }
    if !claims.audiences.contains(where: audiences.contains) {
      throw Refusal(
        message:
          "token audiences \(Self.shown(claims.audiences)) is invalid for the target audiences \(Self.shown(audiences))"
      )
    }
    let now = clock().seconds
    if claims.expires + Self.leeway < now { throw Refusal(message: "service account token has expired") }
    if claims.notBefore - Self.leeway > now { throw Refusal(message: "service account token is not valid yet") }
    try await checkAccount(claims, now)
    try await checkBoundObjects(claims, now)
    return claims
  }

  private func checkAccount(_ claims: TokenClaims, _ now: Int64) async throws {
    let name = claims.account.name
    guard let account = try await object(ServiceAccount.self, name, namespace: claims.namespace) else {
      throw Refusal(message: "serviceaccounts \"\(name)\" not found")
    }
    if Self.isGone(account, now) {
      throw Refusal(message: "service account \(claims.namespace)/\(name) has been deleted")
    }
    if account.uid != claims.account.uid {
      throw Refusal(
        message: "service account UID (\(account.uid)) does not match claim (\(claims.account.uid ?? ""))")
    }
  }

  private func checkBoundObjects(_ claims: TokenClaims, _ now: Int64) async throws {
    let invalidated = Refusal(message: "service account token has been invalidated")
    if let bound = claims.secret {
      guard let secret = try await object(Secret.self, bound.name, namespace: claims.namespace),
        !Self.isGone(secret, now)
      else { throw invalidated }
      if secret.uid != bound.uid {
        throw Refusal(
          message: "secret UID (\(secret.uid)) does not match service account secret ref claim (\(bound.uid ?? ""))")
      }
    }
    if let bound = claims.pod {
      guard let pod = try await object(Pod.self, bound.name, namespace: claims.namespace), !Self.isGone(pod, now)
      else { throw invalidated }
      if pod.uid != bound.uid {
        throw Refusal(
          message: "pod UID (\(pod.uid)) does not match service account pod ref claim (\(bound.uid ?? ""))")
      }
    } else if let bound = claims.node {
      // A token of a pod names the node for information; only one that is tied to the node dies with it.
      guard let node = try await object(Node.self, bound.name, namespace: nil), !Self.isGone(node, now) else {
        throw invalidated
      }
      if node.uid != bound.uid {
        throw Refusal(
          message: "node UID (\(node.uid)) does not match service account node ref claim (\(bound.uid ?? ""))")
      }
    }
  }

  private static func isGone(_ object: some NamedObject, _ now: Int64) -> Bool {
    object.metadata.deletionTimestamp.map { $0.seconds < now - leeway } ?? false
  }

  /// A list as Kubernetes quotes it.
  private static func shown(_ texts: [String]) -> String {
    "[" + texts.map { "\"\($0)\"" }.joined(separator: " ") + "]"
  }
}
