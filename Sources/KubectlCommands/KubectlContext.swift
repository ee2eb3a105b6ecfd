public import ClusterClient
public import ObjectSchema
internal import SystemIO

/// What a command works with: a cluster, a namespace, a place among the files, and the time.
public struct KubectlContext: Sendable {
  public var cluster: ClusterConnection
  /// Paths in arguments are relative to this folder.
  public var workingDirectory: String
  /// Where a relative file of `-f` is looked for when it is not there: a lesson's own manifests.
  public var searchFolders: [String] = []
  /// Variables that the command was given besides those of this process.
  public var variables: [String: String] = [:]
  /// Opens another cluster when flags such as `--context` or `--server` ask for one.
  public var connect: (@Sendable (ConnectionFlags) async throws -> ClusterConnection)?
  /// Fetches what `-f http://…` names: the status of the answer, and what it brings.
  public var fetch: (@Sendable (_ url: String) async throws -> (status: Int, body: [UInt8]))?
  public var now: @Sendable () -> Timestamp

  public init(
    cluster: ClusterConnection, workingDirectory: String,
    connect: (@Sendable (ConnectionFlags) async throws -> ClusterConnection)? = nil,
    now: @escaping @Sendable () -> Timestamp = { Timestamp.now() }
  ) {
    self.cluster = cluster
    self.workingDirectory = workingDirectory
    self.connect = connect
    self.now = now
  }
}

extension KubectlContext {
  /// The value of a variable for this command; an empty one counts as none.
  func variable(_ name: String) -> String? {
    guard let own = variables[name] else { return Environment[name] }
    return own.isEmpty ? nil : own
  }
}

/// A cluster that commands can talk to, and how it is called.
public struct ClusterConnection: Sendable {
  public var client: ClusterClient
  /// The namespace for commands that name none.
  public var namespace: String
  /// The name of the context in the configuration.
  public var contextName: String
  /// The server's address as people know it, such as `https://127.0.0.1:6443`.
  public var server: String

  public init(client: ClusterClient, namespace: String = "default", contextName: String, server: String) {
    self.client = client
    self.namespace = namespace
    self.contextName = contextName
    self.server = server
  }
}

/// The flags that say which cluster is meant.
public struct ConnectionFlags: Sendable, Equatable {
  public var kubeconfig: String?
  public var context: String?
  public var cluster: String?
  public var user: String?
  public var server: String?
  public var token: String?
  public var certificateAuthority: String?
  public var clientCertificate: String?
  public var clientKey: String?
  public var skipsVerification = false
  public var serverName: String?

  public init() {}

  public var isEmpty: Bool { self == ConnectionFlags() }
}
