internal import Glibc
internal import SystemIO

/// The peers of this machine, each set up to run the same program from the same root file system.
///
/// They get what they need to work at all on machines of today: no limits that only a whole root may raise, and a place
/// of their own for what they store.
struct Peers {
  private let folder: String
  /// Runtimes that start a bare container and wait for its end, with what they took.
  private(set) var bare: [(peer: Peer, times: [Duration])] = []
  private let engine: Engine?

  private struct Engine {
    let name = "podman"
    let options: [String]
    let environment: [String]

    func peer(_ row: String, _ words: [String]) -> Peer? {
      Peer(row, [name] + options + words, environment: environment)
    }
  }

  init(in folder: String, root: MeasuredRoot) throws {
    self.folder = folder
    var candidates: [Peer?] = []
    for runtime in ["crun", "runc"] {
      let bundle = folder + "/" + runtime
      try Files.makeDirectories(bundle)
      try Files.write(Self.bundleConfiguration(root: root.path), to: bundle + "/config.json")
      candidates.append(
        Peer("\(runtime) run", [runtime, "--root", bundle + "/state", "run", "--bundle", bundle, "bench-\(getpid())"]))
    }
    candidates.append(
      Peer(
        "bwrap --unshare-all",
        ["bwrap", "--unshare-all", "--bind", root.path, "/", "--proc", "/proc", "--dev", "/dev", "/bin/true"]))
    engine = try Self.engine(in: folder)
    for peer in candidates.compactMap({ $0 }) {
      do {
        try peer.run(within: folder)
        bare.append((peer, []))
      } catch {
        Row.printAbsent("peer: \(peer.name)", "\(error)")
      }
    }
  }

  // MARK: Bare containers

  /// Measures `/bin/true` from start to end.
  mutating func measureBare(runs: Int) {
    for _ in 0..<runs {
      for index in bare.indices {
        if let time = try? bare[index].peer.run(within: folder) { bare[index].times.append(time) }
      }
    }
  }

  private static func bundleConfiguration(root: String) -> String {
    let namespaces = ["pid", "ipc", "uts", "mount", "network"].map { "{\"type\":\"\($0)\"}" }.joined(separator: ",")
    return """
      {"ociVersion":"1.0.0",
       "process":{"terminal":false,"user":{"uid":0,"gid":0},"args":["/bin/true"],"env":["PATH=/bin"],"cwd":"/",
         "noNewPrivileges":true},
       "root":{"path":"\(root)","readonly":true},"hostname":"bench",
       "mounts":[{"destination":"/proc","type":"proc","source":"proc"},
         {"destination":"/dev","type":"tmpfs","source":"tmpfs","options":["nosuid","mode=755"]}],
       "linux":{"namespaces":[\(namespaces)]}}
      """
  }

  // MARK: An engine

  private static func engine(in folder: String) throws -> Engine? {
    let settings = folder + "/containers.conf"
    try Files.write(
      """
      [containers]
      default_ulimits=["nofile=1024:1024","nproc=4096:4096"]
      [engine]
      cgroup_manager="cgroupfs"
      events_logger="none"
      """, to: settings)
    let engine = Engine(
      options: ["--root", folder + "/store", "--runroot", folder + "/run"], environment: ["CONTAINERS_CONF=" + settings]
    )
    return engine.peer("podman", ["version"]) == nil ? nil : engine
  }

  /// How long the engine takes for a whole container, and for a command in one that runs.
  func measureEngine(runs: Int, root: MeasuredRoot) -> (run: [Duration], exec: [Duration]) {
    guard let engine else { return ([], []) }
    let image = "podium-bench:latest"
    let container = "podium-bench-\(getpid())"
    func perform(_ words: [String]) throws -> Duration {
      guard let peer = engine.peer("podman " + words[0], words) else { throw BenchmarkProblem("podman has gone") }
      return try peer.run(within: folder)
    }
    defer {
      _ = try? perform(["rm", "--force", "--time", "0", container])
      _ = try? perform(["system", "reset", "--force"])
    }
    do {
      let archive = folder + "/rootfs.tar"
      guard let tar = Peer("tar", ["tar", "-C", root.path, "-cf", archive, "."]) else { return ([], []) }
      try tar.run(within: folder)
      _ = try perform(["import", archive, image])
      _ = try perform(["run", "--detach", "--network=none", "--name", container, image, "/bin/sleep", "1000"])
      let runs = min(runs, 10)
      return (
        try (0..<runs).map { _ in try perform(["run", "--rm", "--network=none", image, "/bin/true"]) },
        try (0..<runs).map { _ in try perform(["exec", container, "/bin/true"]) }
      )
    } catch {
      Row.printAbsent("peer: podman", "\(error)")
      return ([], [])
    }
  }
}
