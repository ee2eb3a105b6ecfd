public import ContainerRuntime
internal import Glibc
internal import SystemIO

/// Looking at what runs, in the kernel's own words.
extension NodeRuntime {
  public func anatomy(of sandbox: String) async throws(RuntimeError) -> Anatomy {
    let (spec, containers) = state.withLock { state in
      (
        state.sandboxes[sandbox]?.spec,
        state.containers.values.map(\.record).filter { $0.spec.sandboxID == sandbox && $0.isRunning }
          .sorted { $0.createdAt < $1.createdAt }
      )
    }
    guard let spec else { throw RuntimeError(.notFound, "no sandbox \(sandbox) to look at") }
    let processes: [InitProcess]
    do {
      processes = try await connection.list()
    } catch {
      throw RuntimeError(.failed, "the connection to node init of \(node.name) is closed")
    }
    let running = processes.filter { $0.state == .running }
    let pids = Dictionary(running.map { ($0.name, $0.pid) }, uniquingKeysWith: { $1 })
    var result = Anatomy(sandbox: Anatomy.Member(name: spec.podName))
    if let pause = pids[SandboxPlan.processName(sandbox)] {
      result.sandbox.namespaces = ProcessSight.namespaces(of: pause)
      result.sandbox.processes = ProcessSight.process(pause).map { [$0] } ?? []
    }
    describeLimits(SandboxPlan.cgroup(of: spec), &result.sandbox)
    for record in containers {
      guard let first = pids[ContainerPlan.processName(record.spec.id)] else { continue }
      var member = Anatomy.Member(name: record.spec.name)
      member.namespaces = ProcessSight.namespaces(of: first)
      let group = ContainerPlan.cgroup(of: record.spec.id, in: spec)
      var ids = node.cgroups.processes(group)
      if ids.isEmpty { ids = ProcessUsage.now().family(of: first) }
      member.processes = ([first] + ids.filter { $0 != first }.sorted()).compactMap { ProcessSight.process($0) }
      member.mounts = ProcessSight.mounts(of: first, in: record.spec)
      describeLimits(group, &member)
      result.containers.append(member)
    }
    return result
  }

  public func file(_ path: String, in id: ContainerID, upTo limit: Int) async throws(RuntimeError) -> ContainerFile {
    let processes: [InitProcess]
    do {
      processes = try await connection.list()
    } catch {
      throw RuntimeError(.failed, "the connection to node init of \(node.name) is closed")
    }
    let name = ContainerPlan.processName(id)
    guard let first = processes.first(where: { $0.name == name && $0.state == .running }) else {
      throw RuntimeError(.notRunning, "container not running (\(id))")
    }
    do throws(SystemCallError) {
      return switch try Files.look(at: path, inRoot: "/proc/\(first.pid)/root", upTo: limit) {
      case .missing: .missing
      case .directory: .directory
      case .file(let bytes, let size): .file(bytes, size: size)
      case .other: .other
      }
    } catch {
      throw RuntimeError(.failed, "reading \(path) in container \(id.prefix(12)): \(error.reason)")
    }
  }

  public func remains(ofPod uid: String) async throws(RuntimeError) -> [String] {
    let inventory = try await inventory()
    let sandboxes = inventory.sandboxes.filter { $0.spec.podUID == uid }.map(\.spec.id)
    var remains = sandboxes.map { "sandbox \($0.prefix(12))" }
    remains += inventory.containers.filter { sandboxes.contains($0.spec.sandboxID) }.map {
      "container \($0.spec.name)"
    }
    // A pod's class is not known any more, so its group is looked for in each.
    let groups = ["pod\(uid)", "burstable/pod\(uid)", "besteffort/pod\(uid)"].flatMap { node.cgroups.directories($0) }
    remains += groups.filter(Files.isDirectory).map { "cgroup \($0)" }
    return remains
  }

  private func describeLimits(_ group: String, _ member: inout Anatomy.Member) {
    guard node.cgroups.canLimit else { return }
    let limits = node.cgroups.limits(group)
    member.cgroup = limits.path
    member.memoryLimit = limits.memory
    member.cpuMillicores = limits.cpuMillicores
    member.processLimit = limits.processes
    member.memoryUse = try? node.cgroups.usage(group, at: 0).memoryWorkingSetBytes
  }
}

extension ContainerRecord {
  fileprivate var isRunning: Bool { if case .running = state { true } else { false } }
}

/// What `/proc` tells of a process.
enum ProcessSight {
  private static let kinds = ["net", "ipc", "uts", "pid", "mnt", "user", "cgroup"]

  static func namespaces(of pid: Int32) -> [String: UInt64] {
    var result: [String: UInt64] = [:]
    for kind in kinds {
      // Such as `net:[4026531840]`.
      guard let target = try? Files.linkTarget("/proc/\(pid)/ns/\(kind)") else { continue }
      result[kind] = UInt64(target.drop { $0 != "[" }.dropFirst().prefix { $0 != "]" })
    }
    return result
  }

  /// Such as `mnt:[4026531841]`; nil when the process has ended.
  static func mountNamespace(of pid: Int32) -> String? { try? Files.linkTarget("/proc/\(pid)/ns/mnt") }

  /// Those that can be seen from here, of a namespace that is not our own.
  static func processes(inMountNamespace namespace: String?) -> [Int32] {
    guard let namespace, namespace != mountNamespace(of: getpid()) else { return [] }
    return ((try? Files.list("/proc")) ?? []).compactMap { Int32($0) }.filter { mountNamespace(of: $0) == namespace }
  }

  static func process(_ pid: Int32) -> Anatomy.Process? {
    guard let status = try? Files.readText("/proc/\(pid)/status") else { return nil }
    var fields: [Substring: Substring] = [:]
    for line in status.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { fields[parts[0]] = parts[1] }
    }
    func numbers(_ field: Substring) -> [Substring] { fields[field]?.split(whereSeparator: \.isWhitespace) ?? [] }
    var command = ((try? Files.readText("/proc/\(pid)/cmdline")) ?? "").split(separator: "\0").joined(separator: " ")
    if command.isEmpty { command = "[\(numbers("Name").joined(separator: " "))]" }
    return Anatomy.Process(
      id: pid, innerID: numbers("NSpid").last.flatMap { Int32($0) } ?? pid,
      user: numbers("Uid").first.flatMap { UInt32($0) } ?? 0, command: command)
  }

  /// The mounts that the pod asked for and those of the root; what every container has is left out.
  static func mounts(of pid: Int32, in spec: ContainerSpec) -> [Anatomy.Mount] {
    let sources = Dictionary(spec.mounts.map { ($0.target, $0.source) }, uniquingKeysWith: { $1 })
    return ((try? Files.readText("/proc/\(pid)/mountinfo")) ?? "").split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ").map(String.init)
      guard let dash = fields.firstIndex(of: "-"), fields.count > dash + 1, fields.count > 5 else { return nil }
      // In most images /var/run is a link, and the kernel tells where it leads.
      let path = sources["/var" + fields[4]] == nil ? fields[4] : "/var" + fields[4]
      let isOwn = sources[path] != nil || path == "/" || ["/proc", "/sys", "/dev", "/dev/shm"].contains(path)
      guard isOwn || spec.files[path] != nil || path == spec.terminationMessagePath else { return nil }
      return Anatomy.Mount(
        path: path, type: fields[dash + 1], source: sources[path] ?? "",
        isReadOnly: fields[5].split(separator: ",").contains("ro"))
    }
  }
}
