internal import Documents

/// Which clusters there are, who one is there, and which is meant: the file that kubectl reads.
public struct Kubeconfig: Sendable, Equatable {
  public struct Cluster: Sendable, Equatable {
    public var server: String
    /// PEM text.
    public var certificateAuthority: String?
    public var skipsVerification = false
    public var serverName: String?
  }

  public struct User: Sendable, Equatable {
    public var token: String?
    /// PEM texts.
    public var clientCertificate: String?
    public var clientKey: String?
  }

  public struct Context: Sendable, Equatable {
    public var cluster: String
    public var user: String
    public var namespace: String?
  }

  public var clusters: [String: Cluster] = [:]
  public var users: [String: User] = [:]
  public var contexts: [String: Context] = [:]
  public var currentContext: String?

  public init() {}

  /// A problem with the file, in words that say what to do.
  public struct Problem: Error, Equatable, CustomStringConvertible {
    public var description: String
  }

  /// `readFile` answers the text of a file that the configuration names, relative to its own place.
  public init(
    yaml text: String, named path: String, readFile: (String) throws -> String
  ) throws {
    let document: Document
    do {
      document = try Document.parse(yaml: text).first ?? [:]
    } catch {
      throw Problem(description: "error loading config file \"\(path)\": yaml: \(error)")
    }
    func data(_ entry: Document?, _ key: String) throws -> String? {
      if let encoded = entry?["\(key)-data"]?.stringValue {
        guard let bytes = Base64.decode(encoded) else {
          throw Problem(description: "error loading config file \"\(path)\": \(key)-data is not base64")
        }
        return String(decoding: bytes, as: UTF8.self)
      }
      return try entry?[key]?.stringValue.map(readFile)
    }
    for (name, entry) in Self.named(document["clusters"], "cluster") {
      clusters[name] = Cluster(
        server: entry["server"]?.stringValue ?? "", certificateAuthority: try data(entry, "certificate-authority"),
        skipsVerification: entry["insecure-skip-tls-verify"]?.boolValue ?? false,
        serverName: entry["tls-server-name"]?.stringValue)
    }
    for (name, entry) in Self.named(document["users"], "user") {
      users[name] = User(
        token: try entry["token"]?.stringValue ?? entry["tokenFile"]?.stringValue.map(readFile),
        clientCertificate: try data(entry, "client-certificate"), clientKey: try data(entry, "client-key"))
    }
    for (name, entry) in Self.named(document["contexts"], "context") {
      contexts[name] = Context(
        cluster: entry["cluster"]?.stringValue ?? "", user: entry["user"]?.stringValue ?? "",
        namespace: entry["namespace"]?.stringValue)
    }
    currentContext = document["current-context"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func named(_ list: Document?, _ key: String) -> [(String, Document)] {
    (list?.listValue ?? []).compactMap { entry in
      guard let name = entry["name"]?.stringValue, let value = entry[key] else { return nil }
      return (name, value)
    }
  }

  /// The file for stock tools that opens a cluster over TLS with a bearer token.
  public static func yaml(name: String, server: String, certificateAuthority: String, token: String) -> String {
    let document: Document = [
      "apiVersion": "v1",
      "kind": "Config",
      "clusters": [
        [
          "name": .string(name),
          "cluster": [
            "server": .string(server),
            "certificate-authority-data": .string(Base64.encode(Array(certificateAuthority.utf8))),
          ],
        ]
      ],
      "contexts": [["name": .string(name), "context": ["cluster": .string(name), "user": .string(name)]]],
      "current-context": .string(name),
      "preferences": [:],
      "users": [["name": .string(name), "user": ["token": .string(token)]]],
    ]
    return document.yaml()
  }
}
