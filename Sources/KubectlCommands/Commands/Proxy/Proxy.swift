internal import KubernetesAPI
internal import SystemIO

/// Where `kubectl proxy` listens.
public enum ProxyPlace: Sendable {
  case port(UInt16, address: String)
  case socket(String)
}

/// `kubectl proxy`: the API on a port of this machine, for browsers and programs that know no credentials.
enum Proxy {
  static let port = Flag.number("port", short: "p", default: 8001, "The port; 0 takes any that is free.")
  static let address = Flag.text("address", default: "127.0.0.1", "The address of this machine at which to listen.")
  static let socket = Flag.text("unix-socket", short: "u", "Listen at this socket file instead of a port.")
  static let apiPrefix = Flag.text("api-prefix", default: "/", "The path below which the API is.")
  static let www = Flag.text("www", short: "w", "Show the files of this folder as well.")
  static let wwwPrefix = Flag.text(
    "www-prefix", short: "P", default: "/static/", "The path below which those files are.")
  static let acceptHosts = Flag.text(
    "accept-hosts", default: #"^localhost$,^127\.0\.0\.1$,^\[::1\]$"#,
    "Regular expressions for the names by which the proxy may be called.")
  static let acceptPaths = Flag.text(
    "accept-paths", default: "^.*", "Regular expressions for paths that are passed on.")
  static let rejectPaths = Flag.text(
    "reject-paths", default: "^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach",
    "Regular expressions for paths that are not, even if they are accepted.")
  static let rejectMethods = Flag.text(
    "reject-methods", default: "^$", "Regular expressions for methods that are not passed on, such as POST,PUT,PATCH.")
  static let disableFilter = Flag.boolean(
    "disable-filter", "Pass on everything: any page in a browser may act as you then.")
  static let keepAlive = Flag.duration("keepalive", "How long a connection may rest; 0 leaves it to the system.")
  static let appendServerPath = Flag.boolean("append-server-path", "Put the path of the server's address in front.")

  static let command = Command(
    name: "proxy", group: .debugging,
    summary: "Run a proxy to the Kubernetes API server",
    details: ["Goes on until it is ended with ^C. Whoever can reach the port acts with your rights."],
    examples: [
      Example("The API on port 8001", "kubectl proxy"),
      Example("Another port, in the background of the prompt", "kubectl proxy --port=8011 &"),
      Example("With the files of a folder beside it", "kubectl proxy --www=site --www-prefix=/site/"),
      Example("Below a path of its own", "kubectl proxy --api-prefix=/cluster"),
    ],
    usage: "proxy [--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix] [options]",
    flags: [
      port.row, address.row, socket.row, apiPrefix.row, www.row, wwwPrefix.row, acceptHosts.row, acceptPaths.row,
      rejectPaths.row, rejectMethods.row, disableFilter.row, keepAlive.row, appendServerPath.row,
    ],
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    if !invocation[socket].isEmpty, invocation.isGiven(port) {
      throw Failure("cannot set --unix-socket and --port at the same time")
    }
    guard let serve = invocation.context.serve else { throw Failure("nobody can listen here for others") }
    let number = invocation[port]
    guard let chosen = UInt16(exactly: number) else { throw Failure("listen tcp: address \(number): invalid port") }
    let place: ProxyPlace =
      invocation[socket].isEmpty
      ? .port(chosen, address: try listeningAddress(invocation[address]))
      : .socket(absolute(invocation[socket], invocation))
    let endpoint = ProxyEndpoint(
      api: invocation.client.endpoint, agent: invocation.client.userAgent,
      apiPrefix: ProxyEndpoint.prefix(invocation[apiPrefix]), filter: try await filter(invocation),
      files: try await files(invocation))
    do throws(SystemCallError) {
      try await serve(endpoint, place) { heard in
        try? await invocation.io.print("Starting to serve on \(heard)\n")
      }
    } catch {
      switch place {
      case .port(let port, let address):
        throw Failure("listen tcp \(address):\(port): \(error.call): \(error.reason.lowercased())")
      case .socket(let path): throw Failure("listen unix \(path): \(error.call): \(error.reason.lowercased())")
      }
    }
    return 0
  }

  private static func listeningAddress(_ text: String) throws -> String {
    if text == "localhost" { return "127.0.0.1" }
    guard text.contains(":") || text.allSatisfy({ $0 == "." || $0.isASCII && $0.isNumber }) else {
      throw Failure("listen tcp: lookup \(text): no such host")
    }
    return text
  }

  private static func absolute(_ path: String, _ invocation: Invocation) -> String {
    path.hasPrefix("/") ? path : invocation.context.workingDirectory + "/" + path
  }

  private static func filter(_ invocation: Invocation) async throws -> ProxyFilter? {
    if invocation[disableFilter] {
      if invocation[socket].isEmpty {
        await warn("Request filter disabled, your proxy is vulnerable to XSRF attacks, please be cautious", invocation)
      }
      return nil
    }
    do {
      return try ProxyFilter(
        acceptHosts: invocation[acceptHosts], acceptPaths: invocation[acceptPaths],
        rejectPaths: invocation[rejectPaths], rejectMethods: invocation[rejectMethods])
    } catch {
      let line = LogLine.text(
        "F", "proxy_server.go:83", "Error compiling re: error parsing regexp: \(error)", invocation.context.now())
      throw Failure(whole: String(line.dropLast()), exitCode: 255)
    }
  }

  private static func files(_ invocation: Invocation) async throws -> (prefix: String, folder: ProxyFolder)? {
    let given = invocation[www]
    if given.isEmpty { return nil }
    let folder = absolute(given, invocation)
    if !Files.exists(folder) {
      await warn(
        "Failed to stat static file directory \(given): stat \(given): no such file or directory", invocation)
    } else if !Files.isDirectory(folder) {
      await warn("Static file directory \(given) is not a directory", invocation)
    }
    return (ProxyEndpoint.prefix(invocation[wwwPrefix]), ProxyFolder(path: folder))
  }

  private static func warn(_ message: String, _ invocation: Invocation) async {
    await invocation.io.printError(LogLine.text("W", "proxy.go:200", message, invocation.context.now()))
  }
}
