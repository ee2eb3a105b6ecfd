internal import CCurl
public import KubernetesAPI

/// Requests to servers that know nothing of Kubernetes, such as registries: any URL, and every answer in pieces.
///
/// Redirects are not followed: whoever asks decides where its secrets may go.
public struct WebClient: Sendable {
  private let certificateAuthority: String?

  /// Trusts the authority of that PEM text alone, or those that the machine trusts.
  public init(certificateAuthority: String? = nil) { self.certificateAuthority = certificateAuthority }

  /// Returns when the answer has begun.
  public func send(
    _ method: String, _ url: String, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []
  ) async throws(WebFailure) -> APIResponse {
    var credentials = ClientCredentials()
    credentials.certificateAuthority = certificateAuthority
    let target: ClientTarget
    do {
      target = try ClientTarget(server: String(url.prefix { $0 != "?" }), credentials: credentials)
    } catch {
      throw WebFailure(cause: .other, message: "\(error)")
    }
    let transfer = Transfer(APIRequest(method, "", headers: headers, body: body), target, webURL: url)
    do {
      return try await transfer.run()
    } catch {
      throw WebFailure(cause: Self.cause(transfer.failure, error.message), message: error.message)
    }
  }

  private static func cause(_ code: CURLcode?, _ message: String) -> WebFailure.Cause {
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .unknownHost
    case CURLE_OPERATION_TIMEDOUT: .unreachable
    case CURLE_COULDNT_CONNECT: message.hasSuffix("connection refused") ? .other : .unreachable
    case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE: .interrupted
    default: .other
    }
  }

  /// What such requests need beyond the others.
  static func configure(_ easy: UnsafeMutableRawPointer) {
    ccurl_set_number(easy, CURLOPT_CONNECTTIMEOUT, 5)
    // A server that stands still is given up; one that is slow is not.
    ccurl_set_number(easy, CURLOPT_LOW_SPEED_LIMIT, 1)
    ccurl_set_number(easy, CURLOPT_LOW_SPEED_TIME, 30)
    // What a proxy says of its tunnel is not the answer.
    ccurl_set_number(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
  }
}

/// Why a server did not answer, in the words of Kubernetes' own clients.
public struct WebFailure: Error, Sendable {
  public enum Cause: Sendable {
    /// Its name means nothing here.
    case unknownHost
    /// There is no way to it, or it did not answer in time.
    case unreachable
    /// The connection broke.
    case interrupted
    case other
  }

  public var cause: Cause
  public var message: String
}
