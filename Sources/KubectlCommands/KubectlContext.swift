public import ClusterClient
public import KubernetesAPI
public import ObjectSchema
public import SystemIO

/// What a command works with: a cluster, a namespace, a place among the files, and the time.
public struct KubectlContext: Sendable {
  public var cluster: ClusterConnection
  /// Paths in arguments are relative to this folder.
  public var workingDirectory: String
  /// Where a relative file of `-f` is looked for when it is not there: a lesson's own manifests.
  public var searchFolders: [String] = []
  /// What a manifest of those folders says here, where it is another text each time.
  public var fillManifest: (@Sendable (_ text: [UInt8]) -> [UInt8])?
  /// The only folders whose files the command may use; nil for all of the machine's.
  public var confinement: [String]?
  /// Variables that the command was given besides those of this process.
  public var variables: [String: String] = [:]
  /// The namespace for commands that name none, whatever the configuration says: a lesson's own.
  public var ownNamespace: String?
  /// Where the configuration is; without any, the cluster is the only one.
  public var configuration: ConfigPlaces?
  /// Makes a client for a cluster that the configuration or flags describe.
  public var open: (@Sendable (ConnectionTarget) throws -> ClusterClient)?
  /// Called before a command talks to a cluster: it may have to be started.
  public var prepare: (@Sendable (ClusterConnection) async throws -> Void)?
  /// Serves an endpoint at a place until cancelled, and says where once others can come.
  public var serve:
    (
      @Sendable (
        _ endpoint: any APIEndpoint, _ place: ProxyPlace, _ ready: @Sendable (_ heard: String) async -> Void
      ) async throws(SystemCallError) -> Void
    )?
  /// Verbs that the program around it adds.
  public var plugins: [String: Plugin] = [:]

  public typealias Plugin =
    @Sendable (_ arguments: [String], _ context: KubectlContext, _ io: any CommandIO) async -> Int32

  /// Whether forms that kubectl has given up are understood, with a remark.
  public var understandsOldForms = false
  /// Whether a failed command is followed by what may have been meant.
  public var remarksOnTypingErrors = false
  /// Fetches what `-f http://…` names: the status of the answer, and what it brings.
  public var fetch: (@Sendable (_ url: String) async throws -> (status: Int, body: [UInt8]))?
  /// What completion knows of the cluster; without it the cluster is asked each time.
  public var catalogue: ObjectCatalogue?
  public var now: @Sendable () -> Timestamp

  public init(
    cluster: ClusterConnection, workingDirectory: String,
    now: @escaping @Sendable () -> Timestamp = { Timestamp.now() }
  ) {
    self.cluster = cluster
    self.workingDirectory = workingDirectory
    self.now = now
  }
}

extension KubectlContext {
  /// The cluster that the configuration chooses now.
  public func chosenCluster() throws -> ClusterConnection { try chosenCluster(ConnectionFlags()) }

  func chosenCluster(_ flags: ConnectionFlags) throws -> ClusterConnection {
    var chosen = try configuredCluster(flags)
    if flags.isEmpty, let ownNamespace { chosen.namespace = ownNamespace }
    return chosen
  }

  private func configuredCluster(_ flags: ConnectionFlags) throws -> ClusterConnection {
    guard let open, let places = configPlaces(flags.kubeconfig) else {
      if flags.isEmpty { return cluster }
      throw Failure(
        "this cluster is the only one that can be reached from here: leave out the flags that name another")
    }
    let files = try ConfigFiles(places, workingDirectory: workingDirectory)
    if let path = flags.kubeconfig, !files.files.allSatisfy(\.isOnDisk) {
      throw Failure("stat \(path): no such file or directory")
    }
    // Nobody has chosen anything: the cluster is known without asking.
    if flags.isEmpty, files.files.allSatisfy({ !$0.isOnDisk }) { return cluster }
    let target = try ConnectionTarget(flags, files, workingDirectory: workingDirectory)
    var connection = ClusterConnection(
      client: try open(target), namespace: target.namespace, contextName: target.contextName, server: target.server)
    connection.bearsToken = target.token != nil
    connection.userName = target.userName
    return connection
  }

  /// The files that count when `--kubeconfig` is given, or is not.
  func configPlaces(_ kubeconfig: String?) -> ConfigPlaces? {
    if let kubeconfig, !kubeconfig.isEmpty { return ConfigPlaces(paths: [kubeconfig]) }
    guard var places = configuration else { return nil }
    if let list = variable("KUBECONFIG") {
      places.paths += list.split(separator: ":").map(String.init)
    } else if let home = variable("HOME") {
      places.paths.append(home + "/.kube/config")
    }
    return places
  }

  /// The value of a variable for this command; an empty one counts as none.
  func variable(_ name: String) -> String? {
    // A command that may not use the machine's files learns nothing of its variables either.
    guard let own = variables[name] else { return confinement == nil ? Environment[name] : nil }
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
  /// Whether each request shows a bearer token that the client's endpoint puts in.
  var bearsToken = false
  /// What the configuration calls who asks.
  var userName = ""

  public init(client: ClusterClient, namespace: String = "default", contextName: String, server: String) {
    self.client = client
    self.namespace = namespace
    self.contextName = contextName
    self.server = server
  }
}

/// The flags that say which cluster is meant.
struct ConnectionFlags: Sendable, Equatable {
  var kubeconfig: String?
  var context: String?
  var cluster: String?
  var user: String?
  var server: String?
  var token: String?
  var certificateAuthority: String?
  var clientCertificate: String?
  var clientKey: String?
  var hasPassword = false
  var skipsVerification = false
  var serverName: String?

  var isEmpty: Bool { self == ConnectionFlags() }
}
