internal import CNodeInit
internal import Glibc
internal import SystemIO

/// The program that makes a node's namespaces, as far as whoever starts it hears of it.
struct Launcher: Sendable {
  private let channel: Descriptor

  /// Runs this very program again in that role; it is nobody's child and outlives us.
  static func start(
    _ plan: Plan, kubelet: Plan?, lock: Int32, logFile: String
  ) throws(SystemCallError) -> Launcher {
    let launchFile = try memoryFile(plan)
    defer { close(launchFile) }
    let kubeletFile = try kubelet.map { plan throws(SystemCallError) in try memoryFile(plan) } ?? -1
    defer { if kubeletFile >= 0 { close(kubeletFile) } }
    let log = try Files.open(logFile, O_WRONLY | O_CREAT | O_APPEND)
    defer { close(log) }
    var pair: [Int32] = [-1, -1]
    let kind = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
    try systemCall("socketpair") { socketpair(AF_UNIX, kind, 0, &pair) }
    defer { close(pair[1]) }
    let channel = Descriptor(adopting: pair[0], name: "launcher")
    let theirs = pair[1]
    try systemCall("spawn the launcher") { cnode_spawn_launcher(theirs, launchFile, lock, kubeletFile, log) }
    return Launcher(channel: channel)
  }

  private static func memoryFile(_ plan: Plan) throws(SystemCallError) -> Int32 {
    guard let bytes = try? plan.encoded() else {
      throw SystemCallError("encode", on: "plan of the node", errno: EINVAL)
    }
    return try systemCall("memfd_create") { cnode_memory_file("plan", bytes, bytes.count) }
  }

  /// How the node's steps ended, with a control socket if that was asked for; nil when the launcher ended without a word.
  func nextReport() async throws -> (failure: InitError?, control: Int32)? {
    while true {
      try await channel.waitUntilReadable()
      var report = cnode_report()
      var (descriptor, count): (Int32, Int32) = (-1, 1)
      let size = cnode_receive(channel.number, &report, MemoryLayout<cnode_report>.size, &descriptor, &count)
      if size < 0 && errno == EAGAIN { continue }
      if size != MemoryLayout<cnode_report>.size { return nil }
      return (report.step < 0 ? nil : .step(report.step, errno: report.error), descriptor)
    }
  }

  /// Does the steps of a plan in namespaces that end right afterwards; nil when all of them could be done.
  static func tryOut(_ plan: Plan) async -> InitError? {
    var trial = plan
    trial.isTrial = true
    do {
      let nobody = try systemCall("memfd_create") { cnode_memory_file("lock", "", 0) }
      defer { close(nobody) }
      let launcher = try start(trial, kubelet: nil, lock: nobody, logFile: "/dev/null")
      if let (failure, _) = try await launcher.nextReport() { return failure }
      return .disconnected
    } catch let error as SystemCallError {
      return .step(Int32(CNODE_CLONING), errno: error.errno)
    } catch {
      return .disconnected
    }
  }
}
