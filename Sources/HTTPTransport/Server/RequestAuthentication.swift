internal import KubernetesAPI

/// How a listener knows who asks.
enum RequestAuthentication: Sendable {
  /// The file mode of a Unix socket has decided already.
  case whoeverConnects
  /// The tokens that are known here, and whoever knows others.
  case bearer([String: UserInfo], others: (any TokenAuthenticator)?)

  /// What the header fields say of whoever sent them.
  enum Identity: Sendable {
    case known(UserInfo)
    /// Somebody else has to be asked whose token this is.
    case claimed(token: String, any TokenAuthenticator)

    func user() async throws(StatusError) -> UserInfo {
      switch self {
      case .known(let user): user
      case .claimed(let token, let authenticator): try await authenticator.user(bearing: token)
      }
    }
  }

  /// Whoever shows nothing is nobody; whoever shows something wrong is turned away.
  func identity(_ headers: HTTPHeaders) throws(StatusError) -> Identity {
    switch self {
    case .whoeverConnects: return .known(.admin)
    case .bearer(let users, let others):
      guard let presented = Self.bearerToken(headers) else { return .known(.anonymous) }
      // All are compared, so that the time tells nothing about which one was nearly right.
      var found: UserInfo?
      for (token, user) in users where BearerToken.areEqual(token, presented) { found = user }
      if let found { return .known(found) }
      // A signed token has three parts.
      guard let others, presented.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 2 else { throw .unauthorized() }
      return .claimed(token: presented, others)
    }
  }

  private static func bearerToken(_ headers: HTTPHeaders) -> String? {
    guard let field = headers["Authorization"] else { return nil }
    let words = field.split(separator: " ")
    return words.count == 2 && words[0].lowercased() == "bearer" ? String(words[1]) : nil
  }
}
