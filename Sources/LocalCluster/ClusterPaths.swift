internal import CLinux
internal import Glibc
internal import SystemIO

/// Where a cluster keeps its files, after the XDG variables.
public struct ClusterPaths: Sendable, Equatable {
  public let cluster: String
  /// The store, pod directories and logs: survives everything but `podium cluster delete`.
  public let state: String
  /// Images, installed packs and progress: shared by all clusters.
  public let data: String
  /// Sockets and locks: gone after a restart of the machine.
  public let runtime: String

  public init(cluster: String, state: String, data: String, runtime: String) {
    self.cluster = cluster
    self.state = state
    self.data = data
    self.runtime = runtime
  }

  /// The directories of the named cluster for this user; made when missing.
  public static func resolve(cluster: String = "podium") throws -> ClusterPaths {
    guard !cluster.isEmpty, cluster.utf8.count <= 32,
      cluster.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") })
    else {
      throw ClusterProblem(
        "\"\(cluster)\" cannot be the name of a cluster: use at most 32 lower-case letters, digits and dashes")
    }
    let paths = ClusterPaths(
      cluster: cluster, state: "\(state)/podium/\(cluster)", data: "\(data)/podium",
      runtime: try runtimeBase() + "/\(cluster)")
    if paths.longestNodeName < 10 {
      throw ClusterProblem(
        "the path \(paths.sockets) is too long for sockets: set XDG_RUNTIME_DIR to a shorter directory")
    }
    for directory in [paths.state, paths.data, paths.sockets, paths.nodes] { try Files.makeDirectories(directory) }
    return paths
  }

  /// Where the sockets of clusters lie, once a file has been written there.
  static func trySockets() throws -> String {
    let base = try runtimeBase()
    let paths = ClusterPaths(cluster: "podium", state: "", data: "", runtime: base + "/podium")
    if paths.longestNodeName < 10 { throw ClusterProblem("the path \(paths.sockets) is too long for them") }
    var existing = base
    while !Files.isDirectory(existing) { existing = existing.parentDirectory }
    let file = "\(existing)/.doctor-\(getpid())"
    defer { unlink(file) }
    try Files.write([], to: file)
    return base
  }

  private static var home: String { Environment["HOME"] ?? "/" }
  private static var state: String { Environment["XDG_STATE_HOME"] ?? home + "/.local/state" }
  private static var data: String { Environment["XDG_DATA_HOME"] ?? home + "/.local/share" }

  /// What the user wants to have done before each prompt: aliases, variables.
  public static var promptFile: String { (Environment["XDG_CONFIG_HOME"] ?? home + "/.config") + "/podium/promptrc" }

  /// Below which all clusters of this user are stored.
  static var places: [String] { state == data ? [state] : [state, data] }

  /// `$XDG_RUNTIME_DIR/podium`, or a private directory of the user's where a login gave none.
  private static func runtimeBase() throws -> String {
    if let directory = Environment["XDG_RUNTIME_DIR"] { return directory + "/podium" }
    let directory = "/tmp/podium-\(getuid())"
    if mkdir(directory, 0o700) != 0 && errno != EEXIST { throw SystemCallError("mkdir", on: directory) }
    var status = stat()
    guard lstat(directory, &status) == 0 else { throw SystemCallError("lstat", on: directory) }
    // Anybody may write to /tmp: somebody else's directory of that name is not to be trusted.
    if status.st_uid != getuid() || status.st_mode & S_IFMT != S_IFDIR || status.st_mode & 0o077 != 0 {
      throw ClusterProblem(
        "\(directory) is not a private directory of yours: remove it, or set XDG_RUNTIME_DIR to one that is")
    }
    return directory
  }

  public var store: String { state + "/store.db" }
  /// What the control plane prints; the first thing to read when it does not start.
  public var log: String { state + "/cluster.log" }
  public var credentials: String { state + "/credentials" }
  /// Which context and which namespace commands are for, once somebody has chosen.
  public var kubeconfig: String { state + "/kubeconfig" }
  public var images: String { data + "/images" }
  /// The packs that were installed, a folder each.
  public var packs: String { data + "/packs" }
  /// Packs that somebody named by the path of an archive, unpacked for as long as the cluster is there.
  public var openedPacks: String { state + "/opened-packs" }
  public var progress: String { data + "/progress" }
  /// What was done in lessons, for their transcripts.
  public var transcripts: String { data + "/transcripts" }
  public var history: String { state + "/history" }
  public var nodes: String { runtime + "/nodes" }
  /// Seen by the nodes at the same place, so that both sides call each other here.
  public var sockets: String { runtime + "/sockets" }
  public var apiSocket: String { sockets + "/api.sock" }
  /// What programs that are started from a prompt find on their path.
  public var programs: String { runtime + "/bin" }
  /// Which nodes the cluster is to have.
  var nodeRoster: String { state + "/nodes.json" }
  /// What node init and the kubelet of a node print.
  func nodeLog(_ node: String) -> String { state + "/node-\(node).log" }
  /// A socket's path must fit into 107 bytes, and a label of Kubernetes into 63.
  var longestNodeName: Int { min(63, 107 - kubeletSocket(node: "").utf8.count) }
  /// Held by the control plane while it lives.
  public var clusterLock: String { runtime + "/cluster.lock" }
  /// Held by whoever is starting the control plane.
  public var startLock: String { runtime + "/start.lock" }

  /// What names the cluster where all clusters of the machine meet, as in the tree of control groups: directories of
  /// other users or other settings may hold a cluster of the same name.
  var machineName: String {
    // FNV-1a: the same at every start, unlike the hashes of the standard library.
    let fingerprint = runtime.utf8.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    return "\(cluster)-\(String(fingerprint, radix: 16))"
  }

  /// What the pods of a node keep on disk.
  public func disk(of node: String) -> String { disks + "/" + node }
  public var disks: String { state + "/disks" }

  public func kubeletSocket(node: String) -> String { "\(sockets)/kubelet-\(node).sock" }
}

/// Something that keeps a cluster from doing what was asked, with the next step in its words.
public struct ClusterProblem: Error, Equatable, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }
}
