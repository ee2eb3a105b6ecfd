internal import KubernetesAPI

/// How a listener knows who asks.
enum RequestAuthentication: Sendable {
  /// The file mode of a Unix socket has decided already.
  case whoeverConnects
  case bearer([String: UserInfo])

  /// Whoever shows nothing is nobody; whoever shows something wrong is turned away.
  func user(_ headers: HTTPHeaders) throws(StatusError) -> UserInfo {
    switch self {
    case .whoeverConnects: return .admin
    case .bearer(let users):
      guard let presented = Self.bearerToken(headers) else { return .anonymous }
      // All are compared, so that the time tells nothing about which one was nearly right.
      var found: UserInfo?
      for (token, user) in users where BearerToken.areEqual(token, presented) { found = user }
      guard let found else { throw .unauthorized() }
      return found
    }
  }

  private static func bearerToken(_ headers: HTTPHeaders) -> String? {
    guard let field = headers["Authorization"] else { return nil }
    let words = field.split(separator: " ")
    return words.count == 2 && words[0].lowercased() == "bearer" ? String(words[1]) : nil
  }
}
