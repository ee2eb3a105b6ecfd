internal import Glibc
internal import SystemIO

/// The two programs of this machine that the built-in images are made of.
public struct BuiltInMaterials: Sendable {
  public var busybox: String
  public var workload: String

  public init(busybox: String, workload: String) {
    self.busybox = busybox
    self.workload = workload
  }

  /// Looks for them where packages and builds put them.
  public static func located() throws -> BuiltInMaterials {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = try systemCall("readlink", on: "/proc/self/exe") {
      buffer.withUnsafeMutableBytes { readlink("/proc/self/exe", $0.bindMemory(to: CChar.self).baseAddress!, $0.count) }
    }
    let folder = String(decoding: buffer[..<count], as: UTF8.self).split(separator: "/").dropLast().map { "/" + $0 }
      .joined()
    let places = [folder + "/podium-workload", folder + "/../libexec/podium-workload"]
    guard let workload = places.first(where: { Files.exists($0) }) else {
      throw ImageStoreError.material(
        path: places[0], problem: "it is not there, nor in \(folder)/../libexec; build or install it beside podium")
    }
    return BuiltInMaterials(busybox: "/bin/busybox", workload: workload)
  }

  /// Both must run where there is nothing else: no loader, no libraries.
  public func check() throws {
    let repair = "install the package busybox-static"
    guard Files.exists(busybox) else {
      throw ImageStoreError.material(path: busybox, problem: "it is not there; \(repair)")
    }
    guard try isStaticExecutable(busybox) else {
      throw ImageStoreError.material(path: busybox, problem: "it needs shared libraries; \(repair)")
    }
    guard try isStaticExecutable(workload) else {
      throw ImageStoreError.material(path: workload, problem: "it needs shared libraries; build it again")
    }
  }

  /// The paths under which busybox wants to be called, by its own word.
  func applets() throws -> [String] {
    var ends: [Int32] = [-1, -1]
    try systemCall("pipe") { pipe(&ends) }
    defer { close(ends[0]) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var launch = ProcessLaunch(busybox, ["busybox", "--list-full"], environment: [])
    launch.descriptors[1] = ends[1]
    let pid: Int32
    do {
      defer { close(ends[1]) }
      pid = try launch.start()
    }
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = try systemCall("read", on: busybox) { read(ends[0], &chunk, chunk.count) }
      if count == 0 { break }
      output += chunk[..<count]
    }
    var status: Int32 = 0
    try systemCall("waitpid", on: busybox) { waitpid(pid, &status, 0) }
    guard status == 0 else {
      throw ImageStoreError.material(path: busybox, problem: "it does not list its commands (status \(status))")
    }
    var paths: Set<String> = []
    for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: "/").map(String.init)
      guard let name = parts.last, !Self.replaced.contains(name) else { continue }
      let folder = parts.contains("sbin") ? "usr/sbin" : "usr/bin"
      // The boot program has no place in a container, nor at the root of its file system.
      if parts.count > 1 { paths.insert("\(folder)/\(name)") }
    }
    return paths.sorted()
  }

  /// busybox itself, and commands that the workload program plays.
  private static let replaced: Set<String> = ["busybox", "ps"]
}

/// Whether the file is a program without an interpreter (its loader) and a list of libraries.
func isStaticExecutable(_ path: String) throws -> Bool {
  let descriptor = try Files.open(path, O_RDONLY)
  defer { close(descriptor) }
  var head = [UInt8](repeating: 0, count: 4096)
  let count = try systemCall("read", on: path) { read(descriptor, &head, head.count) }
  func number(_ offset: Int, _ length: Int) -> Int {
    guard offset >= 0, offset + length <= count else { return 0 }
    return head[offset..<(offset + length)].reversed().reduce(0) { $0 << 8 | Int($1) }
  }
  // ELF, 64 bits, little-endian: what this program itself is built as.
  guard count >= 64, Array(head[0..<6]) == [0x7F, 0x45, 0x4C, 0x46, 2, 1] else { return false }
  let table = number(32, 4)
  let entrySize = number(54, 2)
  let entries = number(56, 2)
  let interpreter = 3
  return !(0..<entries).contains { number(table + $0 * entrySize, 4) == interpreter }
}
