internal import ClusterClient
internal import Documents
internal import SystemIO

/// A cluster as the configuration and the flags of a command describe it.
public struct ConnectionTarget: Sendable {
  /// Such as `https://127.0.0.1:6443`.
  public var server = ""
  public var contextName = ""
  public var namespace = "default"
  var userName = ""
  /// PEM texts.
  public var certificateAuthority: String?
  public var clientCertificate: String?
  public var clientKey: String?
  public var token: String?
  public var skipsVerification = false
  /// The name that the server's certificate must have, when it is not the URL's.
  public var serverName: String?

  init(_ flags: ConnectionFlags, _ files: ConfigFiles, workingDirectory: String) throws {
    let contextName = flags.context ?? files.currentContext ?? ""
    let context = contextName.isEmpty ? nil : files.entry(.contexts, contextName)
    if context == nil, !contextName.isEmpty {
      throw Failure(whole: "Error in configuration: context was not found for specified context: \(contextName)")
    }
    self.contextName = contextName
    if let name = context?["namespace"]?.stringValue, !name.isEmpty { namespace = name }
    let clusterName = flags.cluster ?? context?["cluster"]?.stringValue ?? ""
    userName = flags.user ?? context?["user"]?.stringValue ?? ""
    let cluster = files.entry(.clusters, clusterName)
    let user = files.entry(.users, userName)
    if let name = flags.cluster, cluster == nil { throw Failure("no server found for cluster \"\(name)\"") }
    if let name = flags.user, user == nil { throw Failure("auth info \"\(name)\" does not exist") }
    server = try Self.address(flags.server ?? cluster?["server"]?.stringValue ?? "")
    let material = Material(
      cluster: (clusterName, cluster, files.origin(of: .clusters, clusterName)),
      user: (userName, user, files.origin(of: .users, userName)), workingDirectory: workingDirectory)
    skipsVerification = flags.skipsVerification || cluster?["insecure-skip-tls-verify"]?.boolValue == true
    serverName = flags.serverName ?? cluster?["tls-server-name"]?.stringValue
    try readFiles(flags, material)
    try checkTrust(flags)
  }

  private mutating func readFiles(_ flags: ConnectionFlags, _ material: Material) throws {
    if flags.clientCertificate != nil, flags.clientKey == nil {
      let missing =
        "client-key-data or client-key must be specified for \(userName) to use the clientCert authentication method."
      var problems = [missing]
      do { _ = try material.text(flags.clientCertificate, "", of: material.user, calledInErrors: "client-cert") } catch
      {
        if let failure = error as? Failure { problems.append(String(failure.text.dropFirst("error: ".count))) }
      }
      throw Failure(
        whole: problems.count == 1
          ? "Error in configuration: \(missing)"
          : "Error in configuration: \n" + problems.map { "* \($0)" }.joined(separator: "\n"))
    }
    certificateAuthority = try material.text(
      flags.certificateAuthority, "certificate-authority", of: material.cluster, calledInErrors: "certificate-authority"
    )
    clientCertificate = try material.text(
      flags.clientCertificate, "client-certificate", of: material.user, calledInErrors: "client-cert")
    // A key alone proves nothing.
    clientKey =
      clientCertificate == nil
      ? nil : try material.text(flags.clientKey, "client-key", of: material.user, calledInErrors: "client-key")
    token = flags.token ?? material.user.entry?["token"]?.stringValue
    if flags.hasPassword, token != nil {
      throw Failure(
        "more than one authentication method found for \(userName); found [token basicAuth], only one is allowed")
    }
    if flags.hasPassword { throw Failure("basic authentication is not possible here: show a token or a certificate") }
    if token == nil, let path = material.user.entry?["tokenFile"]?.stringValue {
      token = try material.read(path, at: material.user.origin, "tokenFile", material.user.name)
        .split(whereSeparator: \.isWhitespace).first.map(String.init)
    }
  }

  private mutating func checkTrust(_ flags: ConnectionFlags) throws {
    if skipsVerification, certificateAuthority != nil {
      if flags.certificateAuthority != nil || !flags.skipsVerification {
        throw Failure("specifying a root certificates file with the insecure flag is not allowed")
      }
      certificateAuthority = nil
    }
    guard server.hasPrefix("https://"), let pem = certificateAuthority else { return }
    if !pem.contains("-----BEGIN CERTIFICATE-----") {
      throw Failure("unable to load root certificates: unable to parse bytes as PEM block")
    }
  }

  /// As kubectl completes what is not a whole URL.
  private static func address(_ text: String) throws -> String {
    if text.isEmpty { return "http://localhost:8080" }
    guard let scheme = text.firstRange(of: "://") else { return "http://" + text }
    if scheme.lowerBound == text.startIndex { throw Failure("host must be a URL or a host:port pair: \"\(text)\"") }
    return text
  }

  /// Certificates and keys: in the configuration, or in files that it or a flag names.
  private struct Material {
    typealias Source = (name: String, entry: Document?, origin: String?)

    let cluster: Source
    let user: Source
    let workingDirectory: String

    func text(
      _ flag: String?, _ key: String, of source: Source, calledInErrors name: String
    ) throws -> String? {
      if let flag { return try read(flag, at: nil, name, source.name) }
      if let encoded = source.entry?["\(key)-data"]?.stringValue, !encoded.isEmpty {
        guard let bytes = Base64.decode(encoded) else {
          throw Failure("error loading config file \"\(source.origin ?? "")\": illegal base64 data in \(key)-data")
        }
        return String(decoding: bytes, as: UTF8.self)
      }
      guard let path = source.entry?[key]?.stringValue, !path.isEmpty else { return nil }
      return try read(path, at: source.origin, name, source.name)
    }

    /// What a file names is relative to that file, what a flag names to where the command runs.
    func read(_ path: String, at origin: String?, _ what: String, _ owner: String) throws -> String {
      let folder = origin.flatMap { file in file.lastIndex(of: "/").map { String(file[..<$0]) } } ?? workingDirectory
      do throws(SystemCallError) {
        return try Files.readText(path.hasPrefix("/") ? path : folder + "/" + path)
      } catch {
        throw Failure("unable to read \(what) \(path) for \(owner) due to open \(path): \(error.reason.lowercased())")
      }
    }
  }
}
