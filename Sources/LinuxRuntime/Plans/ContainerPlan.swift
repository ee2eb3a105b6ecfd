internal import ContainerRuntime
internal import Glibc
internal import ImageStore

/// A container's process: its namespaces, its root file system, its limits and what it may do, in the order in which
/// they have to be set up.
struct ContainerPlan {
  var spec: ContainerSpec
  var sandbox: SandboxSpec
  var cgroups: Cgroups
  var mapping: IDMapping
  var process: ContainerProcess
  /// Unpacked layers, lowest first.
  var layers: [String]

  static func processName(_ id: ContainerID) -> String { "container/\(id)" }

  static func cgroup(of id: ContainerID, in sandbox: SandboxSpec) -> String {
    SandboxPlan.cgroup(of: sandbox) + "/" + id
  }

  private var cgroup: String { Self.cgroup(of: spec.id, in: sandbox) }

  func plan() -> Plan {
    var plan = Plan()
    plan.namespaces = [.mount]
    switch (sandbox.processes, spec.processesOf) {
    case (.container, let other?): plan.processNamespaceOf = Self.processName(other)
    case (.container, nil): plan.namespaces.insert(.process)
    case (.pod, _): plan.processNamespaceOf = SandboxPlan.processName(sandbox.id)
    case (.node, _): break
    }
    plan.streams = spec.hasTerminal ? .terminal : .pipes(input: spec.keepsInputOpen, output: true, errors: true)
    plan.keepsStreams = true
    plan.parent = cgroups.makeLeaf(cgroup) + cgroups.limit(cgroup, spec.resources)
    var mounts = MountSteps()
    collect(into: &mounts)
    plan.child = process.hidden()
    if !plan.parent.isEmpty { plan.child.append(.awaitParent) }
    // A new proc needs to see the old one; but as long as the old root lies over the new one, a link of the image that
    // goes up to the root ("/var/run" is "../run") leads out into the old root.
    plan.child += isolation + mounts.taken + layered + system(mounts) + [.leaveOldRoot]
    plan.child += spec.security.isPrivileged ? NodePlan.lockedSettings(firstSlot: mounts.nextSlot) : protection
    plan.child += mounts.placed
    plan.child += finish + cgroups.stopgap + process.becoming()
    return plan
  }

  func removal() -> Plan {
    var plan = Plan()
    plan.parent = cgroups.removeLeaf(cgroup)
    return plan
  }

  private var isolation: [Step] {
    var steps = cgroups.join(cgroup)
    let shared = SandboxPlan.sharedNamespaces(sandbox)
    if !shared.isEmpty { steps.append(.join(SandboxPlan.processName(sandbox.id), shared)) }
    steps.append(.unshare(.cgroup))
    return steps + Self.shutOff
  }

  /// From here on paths are walked that an image or another container can lay out: what node init holds is out of reach.
  static let shutOff: [Step] = [.closeDescriptors, .newKeyring]

  /// What comes from the node: taken before the root changes, placed afterwards, so that a link in the image leads
  /// nowhere but into the container itself.
  private func collect(into mounts: inout MountSteps) {
    for device in NodePlan.devices { mounts.carryDevice("/dev/" + device) }
    let memory = sandbox.ipc == .node ? "/dev/shm" : SandboxPlan.sharedMemory(sandbox.id)
    mounts.carrySharedMemory(memory)
    if case .v1 = cgroups.hierarchy {
      for directory in cgroups.directories(cgroup) {
        let point = directory.dropLast(cgroups.node.count + cgroup.count + 2)
        mounts.carryCgroup(directory, to: "/sys/fs/cgroup/\(point.split(separator: "/").last ?? "")")
      }
    }
    // An outer mount first, or it would cover the inner one.
    let ordered = spec.mounts.enumerated().sorted { one, other in
      let depths = (one.element.target.depth, other.element.target.depth)
      return depths.0 == depths.1 ? one.offset < other.offset : depths.0 < depths.1
    }
    for (_, mount) in ordered {
      let access: MountAttributes =
        !mount.isReadOnly ? [] : mount.isRecursivelyReadOnly ? .readOnly : .readOnlyAtTheTop
      mounts.carry(mount.source, part: mount.part, to: mount.target, [devices, access])
    }
    if let file = spec.terminationMessageFile, let path = spec.terminationMessagePath {
      mounts.carry(file, to: path, devices)
    }
  }

  /// A container may make device nodes and use none of them: those that it may use are mounts of their own.
  private var devices: MountAttributes { spec.security.isPrivileged ? [] : .noDevices }
  private var deviceFlags: MountFlags { spec.security.isPrivileged ? [] : .noDevices }

  /// The kernel takes one page of them, with a zero at the end.
  private static let longestOptions = 4096

  /// Layers are named as they lie below the directory that they share; where that is too long for the options of a mount,
  /// links with short names stand for them.
  ///
  /// The writable layer lives in memory that goes away with the container's mount namespace, unless somebody wants to
  /// have it: nothing to clean up.
  private var layered: [Step] {
    let scratch = NodePaths.scratch
    func options(_ lower: [String]) -> String {
      "lowerdir=\(lower.joined(separator: ":")),upperdir=\(scratch)/upper,workdir=\(scratch)/work"
        + (mapping.isRootless ? ",userxattr" : "") + wholeFiles
    }
    var place = layers.commonDirectory
    var overlay = options(layers.reversed().map { OverlayOption.escaped($0.relative(to: place)) })
    var links: [Step] = []
    if overlay.utf8.count >= Self.longestOptions {
      place = scratch + "/layers"
      let names = layers.enumerated().map { index, layer in
        "\(index)-\(layer.lastName.prefix(Images.mountedNameLength))"
      }
      links = [.makeDirectories(place)]
      links += zip(layers, names).map { .tolerate(EEXIST, .makeLink(to: $0, at: "\(place)/\($1)")) }
      overlay = options(names.reversed().map(OverlayOption.escaped))
    }
    var steps: [Step] = [
      spec.writableLayer.map { .mount($0, on: scratch, .bind) }
        ?? .mount("tmpfs", on: scratch, type: "tmpfs", options: "mode=0755"),
      .makeDirectories(scratch + "/upper"), .makeDirectories(scratch + "/work"), .makeDirectories(scratch + "/root"),
    ]
    // Real ones, whatever the image has there: through a link, what is mounted and what is protected afterwards could be
    // two places.
    steps += ["/proc", "/sys", "/dev"].map { .makeDirectories(scratch + "/upper" + $0) }
    for (path, text) in spec.files.sorted(by: { $0.key < $1.key }) {
      let place = scratch + "/upper" + path
      steps += [.makeDirectories(place.parentDirectory), .writeFile(place, text)]
    }
    steps += links
    steps += [
      .changeDirectory(place),
      .mount("overlay", on: scratch + "/root", type: "overlay", options: overlay, deviceFlags),
      .enterRoot(scratch + "/root"),
    ]
    return steps
  }

  /// What is kept is read by others than this kernel: nothing in it may refer to what lies below. In a user namespace
  /// that is always so.
  private var wholeFiles: String {
    spec.writableLayer == nil || mapping.isRootless ? "" : ",redirect_dir=off,metacopy=off"
  }

  private func system(_ mounts: MountSteps) -> [Step] {
    var steps: [Step] = [
      .mount("proc", on: "/proc", type: "proc", .hardened),
      .mount("sysfs", on: "/sys", type: "sysfs", [.hardened, .readOnly]),
    ]
    steps += cgroupView(mounts)
    steps.append(
      .mount("tmpfs", on: "/dev", type: "tmpfs", options: "mode=0755,size=65536k", [.noSetUserID, deviceFlags]))
    steps += mounts.devices
    for (path, target) in [
      ("/dev/fd", "/proc/self/fd"), ("/dev/stdin", "/proc/self/fd/0"), ("/dev/stdout", "/proc/self/fd/1"),
      ("/dev/stderr", "/proc/self/fd/2"), ("/dev/ptmx", "pts/ptmx"),
    ] { steps.append(.makeLink(to: target, at: path)) }
    let terminals = "newinstance,ptmxmode=0666,mode=0620" + (mapping.mapsOtherUsers ? ",gid=5" : "")
    steps += [
      .makeDirectories("/dev/pts"),
      .mount("devpts", on: "/dev/pts", type: "devpts", options: terminals, [.noSetUserID, .noExecution]),
      .makeDirectories("/dev/mqueue"), .mount("mqueue", on: "/dev/mqueue", type: "mqueue", .hardened),
    ]
    return steps + mounts.sharedMemory
  }

  /// The container's own group, read-only, where programs look for it.
  private func cgroupView(_ mounts: MountSteps) -> [Step] {
    let place = "/sys/fs/cgroup"
    switch cgroups.hierarchy {
    case .v2: return [.mount("cgroup", on: place, type: "cgroup2", [.hardened, .readOnly])]
    case .v1:
      return [.mount("tmpfs", on: place, type: "tmpfs", options: "mode=0755", .hardened)] + mounts.cgroups
        + [.mount("", on: place, [.bind, .remount, .readOnly, .hardened])]
    case .unavailable: return []
    }
  }

  /// Masked before made read-only, so that what is in both lists is hidden and not merely locked; and all of it before a
  /// volume is placed, for what lies in a volume may be a link by the time it is used. A privileged container sees all and
  /// sets what its node may.
  private var protection: [Step] {
    var steps: [Step] = []
    for path in [
      "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
      "/proc/sched_debug",
    ] {
      steps.append(.tolerate(ENOENT, .mount("/dev/null", on: path, .bind)))
    }
    for path in [
      "/proc/acpi", "/proc/asound", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
    ] {
      steps.append(
        .tolerate(ENOENT, .mount("tmpfs", on: path, type: "tmpfs", options: "size=0", [.hardened, .readOnly])))
    }
    for path in ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"] {
      steps += [
        .tolerate(ENOENT, .mount(path, on: path, [.bind, .recursive])),
        .tolerate(ENOENT, .mount("", on: path, [.bind, .remount, .readOnly, .hardened])),
      ]
    }
    return steps
  }

  /// What is mounted in the root needs places to be made for it; after that it may become read-only.
  private var finish: [Step] {
    var steps: [Step] = []
    if process.workingDirectory != "/" { steps.append(.makeDirectories(process.workingDirectory)) }
    if spec.security.hasReadOnlyRoot { steps.append(.mount("", on: "/", [.bind, .remount, .readOnly])) }
    return steps
  }
}

/// The mounts of a container in their two halves.
private struct MountSteps {
  var taken: [Step] = []
  var placed: [Step] = []
  var devices: [Step] = []
  var cgroups: [Step] = []
  var sharedMemory: [Step] = []

  /// Free as long as the mounts wait to be placed.
  var nextSlot: Int32 { Int32(taken.count) }

  private mutating func take(_ path: String, part: String = "") -> Int32 {
    let slot = nextSlot
    taken.append(.takeMount(path, part: part, slot: slot))
    return slot
  }

  mutating func carry(
    _ source: String, part: String = "", to target: String, _ attributes: MountAttributes = []
  ) {
    let slot = take(source, part: part)
    placed.append(.placeMount(slot: slot, target, attributes))
  }

  mutating func carryDevice(_ path: String) {
    let slot = take(path)
    devices.append(.placeMount(slot: slot, path))
  }

  mutating func carryCgroup(_ source: String, to target: String) {
    let slot = take(source)
    cgroups.append(.placeMount(slot: slot, target, .readOnly))
  }

  mutating func carrySharedMemory(_ path: String) {
    let slot = take(path)
    sharedMemory.append(.placeMount(slot: slot, "/dev/shm", [.noSetUserID, .noDevices]))
  }
}

/// Texts in the options of an overlay mount.
enum OverlayOption {
  /// Colons separate layers and commas options.
  static func escaped(_ path: String) -> String {
    var result = ""
    for character in path {
      if character == ":" || character == "," || character == "\\" { result.append("\\") }
      result.append(character)
    }
    return result
  }
}

extension String {
  /// How many names a path has.
  fileprivate var depth: Int { split(separator: "/").count }

  fileprivate var lastName: Substring { self[(lastIndex(of: "/").map(index(after:)) ?? startIndex)...] }

  var parentDirectory: String {
    guard let slash = lastIndex(of: "/"), slash != startIndex else { return "/" }
    return String(self[..<slash])
  }

  fileprivate func relative(to directory: String) -> String {
    directory == "/" ? String(dropFirst()) : String(dropFirst(directory.count + 1))
  }
}

extension [String] {
  /// The deepest directory that holds all of these paths. Short relative names keep the options of a mount within the
  /// one page that the kernel takes.
  fileprivate var commonDirectory: String {
    guard var common = first?.parentDirectory else { return "/" }
    for path in self {
      while common != "/" && !path.hasPrefix(common + "/") { common = common.parentDirectory }
    }
    return common
  }
}
