internal import KubernetesAPI

/// Which requests a proxy passes on. Pages of the web must not reach the cluster through somebody's browser: those that
/// try call the proxy by a name of their own.
struct ProxyFilter: Sendable {
  // Regex is not Sendable: it is only read, after it has been compiled once.
  private struct Patterns: @unchecked Sendable {
    let expressions: [Regex<AnyRegexOutput>]

    init(_ list: String) throws {
      expressions = try list.split(separator: ",").map { try Regex(String($0)) }
    }

    func match(_ text: String) -> Bool { expressions.contains { text.firstMatch(of: $0) != nil } }
  }

  private let hosts: Patterns
  private let paths: Patterns
  private let refusedPaths: Patterns
  private let refusedMethods: Patterns

  /// Each is a list with commas.
  init(acceptHosts: String, acceptPaths: String, rejectPaths: String, rejectMethods: String) throws {
    hosts = try Patterns(acceptHosts)
    paths = try Patterns(acceptPaths)
    refusedPaths = try Patterns(rejectPaths)
    refusedMethods = try Patterns(rejectMethods)
  }

  func accepts(_ request: APIRequest, path: String) -> Bool {
    if refusedPaths.match(path) || refusedMethods.match(request.method) { return false }
    return paths.match(path) && hosts.match(Self.host(request))
  }

  /// Without the port.
  private static func host(_ request: APIRequest) -> String {
    let field = request.headers["Host"] ?? ""
    guard let colon = field.lastIndex(of: ":"), !field[colon...].contains("]") else { return field }
    return String(field[..<colon])
  }
}
