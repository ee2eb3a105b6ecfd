internal import Documents
internal import Glibc
internal import LocalCluster
internal import SystemIO

/// The processes of a cluster of this machine, by what they are there for.
struct ClusterProcesses {
  enum Component: String, CaseIterable {
    case controlPlane = "control plane"
    case kubelet = "kubelet"
    /// With the process that waits for it outside of the node, and those that carry packets between nodes.
    case nodeInit = "node init"
    case sandboxes = "pauses"
    case containers = "containers"
  }

  private var numbers: [Component: [Int32]] = [:]

  init(_ launcher: ClusterLauncher) async throws {
    guard let status = await launcher.status(), let controlPlane = status["pid"]?.integerValue else {
      throw BenchmarkProblem("the control plane does not say which process it is")
    }
    numbers[.controlPlane] = [Int32(controlPlane)]
    let table = try Self.table()
    for node in status["nodes"]?.listValue ?? [] {
      guard let pid = node["pid"]?.integerValue.map(Int32.init), let own = table[pid] else { continue }
      numbers[.nodeInit, default: []] += [pid, own.parent]
      var family = [pid]
      while let parent = family.popLast() {
        for (child, entry) in table where entry.parent == parent {
          numbers[entry.component, default: []].append(child)
          family.append(child)
        }
      }
    }
  }

  private struct Entry {
    let parent: Int32
    let component: Component
  }

  private static func table() throws -> [Int32: Entry] {
    var table: [Int32: Entry] = [:]
    for pid in try Files.list("/proc").compactMap({ Int32($0) }) {
      // One that has ended meanwhile is of no interest. The name stands in parentheses and may hold anything.
      guard let text = try? Files.readText("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")"),
        let parent = text[end...].split(separator: " ").dropFirst(2).first.flatMap({ Int32($0) }),
        let command = try? Files.read("/proc/\(pid)/cmdline")
      else { continue }
      let words = command.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      let component: Component =
        switch words.first {
        case "podium" where words.dropFirst().first == "kubelet": .kubelet
        case "podium-packets": .nodeInit
        case "/pause": .sandboxes
        default: .containers
        }
      table[pid] = Entry(parent: parent, component: component)
    }
    return table
  }

  func count(of components: [Component]) -> Int { components.reduce(0) { $0 + (numbers[$1]?.count ?? 0) } }

  /// How long they have kept a processor busy so far.
  func processorTime() -> [Component: Duration] {
    numbers.mapValues { $0.reduce(.zero) { $0 + Self.processorTime(of: $1) } }
  }

  /// With that of threads that have ended.
  private static func processorTime(of pid: Int32) -> Duration {
    guard let text = try? Files.readText("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else { return .zero }
    let ticks = text[end...].split(separator: " ")[12...13].reduce(0) { $0 + (Int64($1) ?? 0) }
    return .nanoseconds(ticks * 1_000_000_000 / Int64(sysconf(Int32(_SC_CLK_TCK))))
  }

  /// Memory, what several processes share divided among them.
  func megabytes() -> [Component: Double] {
    numbers.mapValues { $0.reduce(0) { $0 + Self.kilobytes(of: $1) } / 1024 }
  }

  private static func kilobytes(of pid: Int32) -> Double {
    for line in ((try? Files.readText("/proc/\(pid)/smaps_rollup")) ?? "").split(separator: "\n")
    where line.hasPrefix("Pss:") {
      return line.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
    }
    return 0
  }
}
