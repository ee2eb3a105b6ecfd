internal import Glibc
internal import SystemIO

/// What this machine has room for: files, processes, notices of changes, disk, a port.
extension HostCapabilities {
  private static func enough(_ subject: String, _ explanation: String) -> Finding {
    Finding(subject: subject, verdict: .works, explanation: explanation, remedy: nil)
  }

  private static func little(
    _ subject: String, _ explanation: String, remedy: String, _ verdict: Verdict = .restricted
  ) -> Finding {
    Finding(subject: subject, verdict: verdict, explanation: explanation, remedy: remedy)
  }

  /// Where other tools would reach a cluster.
  static func port() -> Finding {
    func refused(_ reason: String) -> Finding {
      little(
        "api port", "Other tools cannot reach a cluster, because no port can be listened at (\(reason)).",
        remedy: "sudo ip link set lo up")
    }
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    if listener < 0 { return refused("\(SystemCallError("socket"))") }
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let isBound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    if isBound != 0 || listen(listener, 1) != 0 { return refused("\(SystemCallError("listen"))") }
    return enough("api port", "Other tools can reach a cluster by a port of this machine.")
  }

  /// The numbers of getrlimit(2), which are not imported as such.
  private enum Resource: Int32 {
    case processes = 6
    case openFiles = 7
  }

  private static func softLimit(_ resource: Resource) -> UInt64 {
    var limit = rlimit()
    return getrlimit(resource.rawValue, &limit) == 0 ? UInt64(limit.rlim_cur) : 0
  }

  /// Node init keeps some open for every container.
  static func openFiles() -> Finding {
    let limit = softLimit(.openFiles)
    if limit >= 1024 { return enough("open files", "Enough files may be open at once for a node full of pods.") }
    return little(
      "open files", "Only \(limit) files may be open at once, enough for about \(limit / 8) containers.",
      remedy: "ulimit -n 4096")
  }

  static func processes() -> Finding {
    let limit = softLimit(.processes)
    if limit >= 1024 { return enough("processes", "Enough processes may run at once for a node full of pods.") }
    return little(
      "processes", "Only \(limit) processes of this user may run at once, those of pods among them.",
      remedy: "ulimit -u 4096")
  }

  /// Following logs takes notices of changes.
  static func notices() -> Finding {
    var instances: [Int32] = []
    defer { for instance in instances { close(instance) } }
    for _ in 0..<16 {
      let instance = inotify_init1(Int32(IN_CLOEXEC))
      if instance < 0 {
        return little(
          "file notices",
          "Logs of only a few pods can be followed at once (\(SystemCallError("inotify_init"))).",
          remedy: "sudo sysctl -w fs.inotify.max_user_instances=512")
      }
      instances.append(instance)
    }
    if let first = instances.first, inotify_add_watch(first, "/", UInt32(IN_MODIFY)) < 0 {
      return little(
        "file notices", "Logs cannot be followed (\(SystemCallError("inotify_add_watch"))).",
        remedy: "sudo sysctl -w fs.inotify.max_user_watches=65536")
    }
    return enough("file notices", "Logs of many pods can be followed at once.")
  }

  /// - Parameter place: A directory that need not be there yet.
  static func disk(_ place: String) -> Finding {
    let subject = "disk \(place)"
    var existing = place
    while !Files.isDirectory(existing) { existing = existing.parentDirectory }
    do throws(SystemCallError) {
      try tryToWrite(in: existing)
    } catch {
      return little(
        subject, "Nothing can be stored in \(place) (\(error)).", remedy: remedy(error.errno, place, existing), .missing
      )
    }
    let free = Machine.freeDiskBytes(at: existing)
    let room = "room for images and volumes in \(place): \(free / 1_000_000) MB."
    if free >= 1 << 30 { return enough(subject, "There is \(room)") }
    return little(
      subject, "There is little \(room)", remedy: "podium images prune", free < 64 << 20 ? .missing : .restricted)
  }

  /// Writes a file and takes it away again.
  private static func tryToWrite(in directory: String) throws(SystemCallError) {
    let file = "\(directory)/.podium-doctor-\(getpid())"
    defer { unlink(file) }
    try Files.write([UInt8](repeating: 1, count: 4096), to: file)
  }

  private static func remedy(_ code: Int32, _ place: String, _ existing: String) -> String {
    switch code {
    case EROFS: "sudo mount -o remount,rw $(findmnt -no TARGET -T \(existing))"
    case ENOSPC, EDQUOT: "podium images prune"
    default: "sudo mkdir -p \(place) && sudo chown $USER \(place)"
    }
  }
}
