internal import CNodeInit
internal import ContainerRuntime
internal import Glibc
internal import SystemIO

/// What this machine allows its pods, found out by doing it.
public struct HostCapabilities: Sendable, Equatable {
  public enum Verdict: String, Sendable, Equatable {
    case works
    /// Pods run, with less.
    case restricted
    /// No pod can run.
    case missing
  }

  public struct Finding: Sendable, Equatable {
    /// Such as `user namespaces`.
    public var subject: String
    public var verdict: Verdict
    /// A sentence that says what works, or what does not.
    public var explanation: String
    /// A command that would enable it.
    public var remedy: String?
  }

  public var findings: [Finding]

  public var canRunPods: Bool { !findings.contains { $0.verdict == .missing } }

  /// Tries everything that a node needs, in namespaces that are gone a moment later.
  ///
  /// - Parameter places: Directories that will be written to; they need not be there yet.
  public static func probe(places: [String] = []) async -> HostCapabilities {
    let (mapping, moreUsers) = await IDMapping.working()
    var findings = [await namespaces(mapping)]
    // Without them nothing else of a node can be tried.
    if findings[0].verdict != .missing {
      if mapping.isRootless { findings.append(await otherUsers(mapping, moreUsers)) }
      findings.append(await systemMounts(mapping))
      findings.append(await limits(mapping))
      findings.append(await layers(mapping))
      findings.append(await network(mapping))
      findings.append(await otherNodes(mapping))
      findings.append(await systemCallFilters(mapping))
    }
    findings += [port(), openFiles(), processes(), notices()] + places.map(disk)
    return HostCapabilities(findings: findings)
  }

  // MARK: The trials

  /// The plan of a process in new namespaces that is root there.
  static func trial(_ mapping: IDMapping, _ namespaces: NamespaceSet, _ steps: [Step]) -> Plan {
    var plan = Plan()
    plan.namespaces = mapping.isRootless ? namespaces.union(.user) : namespaces
    plan.parent = mapping.steps
    plan.child = [.awaitParent]
    if mapping.isRootless { plan.child += [.setGroup(0), .setUser(0)] }
    plan.child += steps
    return plan
  }

  private static func namespaces(_ mapping: IDMapping) async -> Finding {
    let kinds: NamespaceSet = [.mount, .process, .network, .ipc, .hostName]
    let single = mapping.isRootless ? IDMapping.single(user: geteuid(), group: getegid()) : .none
    let plan = trial(
      single, kinds,
      [
        .mount("", on: "/", [.recursive, .isPrivate]),
        .mount("proc", on: "/proc", type: "proc", .hardened),
        .mount("sysfs", on: "/sys", type: "sysfs", .hardened),
      ])
    let failure = await Launcher.tryOut(plan)
    guard mapping.isRootless else {
      return Finding(
        subject: "namespaces", verdict: failure == nil ? .works : .missing,
        explanation: failure.map {
          "This root may not make namespaces (\(StartFailure.described($0, plan))): it is root of a container."
        } ?? "Podium runs as root and makes namespaces without a user namespace around them.",
        remedy: failure == nil ? nil : "docker run --privileged … (or: podman run --privileged …)")
    }
    return Finding(
      subject: "user namespaces", verdict: failure == nil ? .works : .missing,
      explanation: failure.map {
        "An ordinary user may not make namespaces here (\(StartFailure.described($0, plan)))."
      } ?? "Podium runs as an ordinary user, in a user namespace.",
      remedy: failure == nil ? nil : userNamespaceRemedy)
  }

  /// The setting that forbids it, as distributions name it.
  private static var userNamespaceRemedy: String {
    func value(_ name: String) -> String? {
      (try? Files.readText("/proc/sys/" + name))?.split(whereSeparator: \.isWhitespace).first.map(String.init)
    }
    if value("kernel/unprivileged_userns_clone") == "0" { return "sudo sysctl -w kernel.unprivileged_userns_clone=1" }
    if value("kernel/apparmor_restrict_unprivileged_userns") == "1" {
      return "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
    }
    if value("user/max_user_namespaces") == "0" { return "sudo sysctl -w user.max_user_namespaces=15000" }
    return "sudo podium"
  }

  /// What keeps a program from running as another user and in that user's group; nil when nothing does.
  static func failure(asUser user: UInt32, _ mapping: IDMapping) async -> String? {
    let plan = trial(mapping, [.mount], [.setGroups([user]), .setGroup(user), .setUser(user)])
    return await Launcher.tryOut(plan).map { StartFailure.described($0, plan) }
  }

  private static func otherUsers(_ mapping: IDMapping, _ remedy: String) async -> Finding {
    func restricted(_ explanation: String) -> Finding {
      Finding(
        subject: "other users", verdict: .restricted,
        explanation: explanation
          + " Pods whose programs run as others cannot be started, and root has the files that images give to them.",
        remedy: remedy)
    }
    if !mapping.mapsOtherUsers {
      let best = IDMapping.available()
      let reason = best.mapsOtherUsers ? await failure(asUser: 1, best) : nil
      return restricted(
        "Only one user id is mapped\(reason.map { ", because those of /etc/subuid and /etc/subgid cannot be (\($0))" } ?? "")."
      )
    }
    if await failure(asUser: 65_534, mapping) != nil {
      return restricted("There are too few subordinate ids for all users that images know, such as nobody (65534).")
    }
    return Finding(
      subject: "other users", verdict: .works,
      explanation: "Subordinate ids are mapped: programs in pods may run as any user.", remedy: nil)
  }

  private static func limits(_ mapping: IDMapping) async -> Finding {
    let hierarchy = CgroupHierarchy.usable()
    let cgroups = Cgroups(hierarchy: hierarchy, node: "podium/doctor-\(getpid())/trial")
    var reason: String?
    if case .unavailable(let text) = hierarchy {
      reason = text
    } else {
      do {
        try cgroups.prepare()
        var limits = ResourceLimits()
        limits.memoryBytes = 64 << 20
        limits.cpuMillicores = 100
        limits.processes = 100
        for case .tell(let path, let value) in cgroups.controls + cgroups.limit("besteffort", limits) {
          try CgroupHierarchy.tell(path, value)
        }
        reason = try await uncountedKill(cgroups, mapping)
      } catch {
        reason = "\(error)"
      }
      cgroups.sweep()
    }
    guard let reason else {
      let version = if case .v1 = hierarchy { 1 } else { 2 }
      return Finding(
        subject: "limits", verdict: .works,
        explanation:
          "Limits on memory, cpu and processes are set by cgroups of version \(version), and kills for lack of "
          + "memory are counted.",
        remedy: nil)
    }
    return Finding(
      subject: "limits", verdict: .restricted,
      explanation: "Limits on memory, cpu and processes cannot be set: \(reason).", remedy: limitsRemedy)
  }

  /// Lets a process use more memory than its group may; answers what went wrong with that.
  private static func uncountedKill(
    _ cgroups: Cgroups, _ mapping: IDMapping
  ) async throws(SystemCallError) -> String? {
    let group = "besteffort/greedy"
    var limits = ResourceLimits()
    limits.memoryBytes = 8 << 20
    for step in cgroups.makeLeaf(group) + cgroups.limit(group, limits) {
      switch step {
      case .makeDirectories(let path, let mode): try Files.makeDirectories(path, mode: mode)
      case .tell(let path, let value): try CgroupHierarchy.tell(path, value)
      // Not every kernel has it.
      case .tolerate(_, .tell(let path, let value)): try? CgroupHierarchy.tell(path, value)
      default: break
      }
    }
    // What can be moved to a disk is not lacking; version 1 tells so.
    if let path = cgroups.file("memory", group, "memory.swappiness") { try? CgroupHierarchy.tell(path, "0") }
    // In place of the trial's own process: were there two, the kernel might choose the one that waits for the other.
    let steps: [Step] = [
      .mount("", on: "/", [.recursive, .isPrivate]), .mount("tmpfs", on: "/tmp", type: "tmpfs"),
      .execute(
        candidates: ["/usr/bin/dd", "/bin/dd", "/bin/busybox"],
        arguments: ["dd", "if=/dev/zero", "of=/tmp/file", "bs=1M", "count=16"], environment: []),
    ]
    let plan = trial(mapping, [.mount], cgroups.join(group) + steps)
    if let failure = await Launcher.tryOut(plan), failure != .disconnected {
      return "a kill for lack of memory could not be tried: " + StartFailure.described(failure, plan)
    }
    for _ in 0..<400 {
      if cgroups.outOfMemoryKills(group) > 0 { return nil }
      if cgroups.processes(group).isEmpty { break }
      try? await Task.sleep(for: .milliseconds(5))
    }
    // The count follows the end of the process.
    if cgroups.outOfMemoryKills(group) > 0 { return nil }
    return "16 MB of memory could be used under a limit of 8 MB"
  }

  /// Inside a node the hierarchies cannot be seen, but the process's own place in them can.
  static var limitsRemedy: String {
    var points: Set<String> = []
    if case .v1(let mounts) = CgroupHierarchy.mounted {
      points = Set(mounts.filter { CgroupHierarchy.controllers.contains($0.key) }.values)
    }
    if points.isEmpty {
      for line in ((try? Files.readText("/proc/self/cgroup")) ?? "").split(separator: "\n") {
        let controllers = line.split(separator: ":", omittingEmptySubsequences: false).dropFirst().first ?? ""
        if controllers.split(separator: ",").contains(where: { CgroupHierarchy.controllers.contains(String($0)) }) {
          points.insert("/sys/fs/cgroup/\(controllers)")
        }
      }
    }
    if points.isEmpty { return "systemd-run --user --scope -p Delegate=yes podium" }
    let directories = points.sorted().map { $0 + "/podium" }.joined(separator: " ")
    return "sudo mkdir -p \(directories) && sudo chown $USER \(directories)"
  }

  private static func systemMounts(_ mapping: IDMapping) async -> Finding {
    let kinds: NamespaceSet = [.mount, .process, .network, .ipc, .hostName]
    let plan = trial(
      mapping, kinds,
      [
        .mount("", on: "/", [.recursive, .isPrivate]), .mount("tmpfs", on: "/tmp", type: "tmpfs"),
        .makeDirectories("/tmp/proc"), .mount("proc", on: "/tmp/proc", type: "proc", .hardened),
        .makeDirectories("/tmp/sys"), .mount("sysfs", on: "/tmp/sys", type: "sysfs", .hardened),
        .makeDirectories("/tmp/pts"),
        .mount("devpts", on: "/tmp/pts", type: "devpts", options: "newinstance,ptmxmode=0666,mode=0620", .noSetUserID),
        .makeDirectories("/tmp/mqueue"), .mount("mqueue", on: "/tmp/mqueue", type: "mqueue", .hardened),
        .makeFile("/tmp/null"), .mount("/dev/null", on: "/tmp/null", .bind), .setHostName("trial"),
      ])
    return verdict(
      await Launcher.tryOut(plan), plan, "system mounts",
      works: "Pods get their own proc, sys, terminals, message queues, devices and host name.",
      fails: "Pods cannot get a proc, sys, terminals, message queues, devices or a host name of their own",
      remedy: mapping.isRootless ? "sudo podium" : "docker run --privileged … (or: podman run --privileged …)")
  }

  private static func layers(_ mapping: IDMapping) async -> Finding {
    let place = "/tmp"
    let extra = mapping.isRootless ? ",userxattr" : ""
    let plan = trial(
      mapping, [.mount],
      [
        .mount("", on: "/", [.recursive, .isPrivate]), .mount("tmpfs", on: place, type: "tmpfs"),
        .makeDirectories(place + "/lower"), .makeDirectories(place + "/upper"), .makeDirectories(place + "/work"),
        .makeDirectories(place + "/root"),
        .mount(
          "overlay", on: place + "/root", type: "overlay",
          options: "lowerdir=\(place)/lower,upperdir=\(place)/upper,workdir=\(place)/work" + extra),
      ])
    return verdict(
      await Launcher.tryOut(plan), plan, "image layers", works: "Image layers are laid over each other by the kernel.",
      fails: "Image layers cannot be laid over each other; Linux 5.11 or newer can", remedy: "sudo modprobe overlay")
  }

  private static func network(_ mapping: IDMapping) async -> Finding {
    var messages = RoutingMessages()
    messages.addBridge(NodeDescription.bridge, index: RoutingMessages.bridgeIndex)
    messages.addPair(
      "veth2", index: RoutingMessages.bridgeIndex + 2, bridge: RoutingMessages.bridgeIndex, peerName: "eth0",
      peerIndex: RoutingMessages.podLinkIndex, inChild: false)
    let plan = trial(
      mapping, [.network],
      [
        .configureNetwork("make a bridge with a link", messages: messages.bytes),
        .tell("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0"),
      ])
    return verdict(
      await Launcher.tryOut(plan), plan, "pod network", works: "Pods get addresses on a bridge inside their node.",
      fails: "Pods cannot be linked to a bridge", remedy: "sudo modprobe -a bridge veth")
  }

  private static func otherNodes(_ mapping: IDMapping) async -> Finding {
    var messages = RoutingMessages()
    messages.addUplink(NodePlan.uplink, wire: NodePlan.wire)
    let plan = trial(
      mapping, [.mount, .network],
      [
        .mount("", on: "/", [.recursive, .isPrivate]), .mount("tmpfs", on: "/tmp", type: "tmpfs"),
        .configureNetwork("make a pair of links", messages: messages.bytes),
        .openWire(folder: "/tmp", number: 0, linkIndex: RoutingMessages.wireIndex),
      ])
    let failure = await Launcher.tryOut(plan)
    return Finding(
      subject: "several nodes", verdict: failure == nil ? .works : .restricted,
      explanation: failure.map {
        "Pods of one node cannot reach those of another (\(StartFailure.described($0, plan)))."
      } ?? "Pods of one node reach those of another.",
      remedy: failure == nil ? nil : "sudo modprobe -a veth af_packet")
  }

  private static func systemCallFilters(_ mapping: IDMapping) async -> Finding {
    func restricted(_ reason: String) -> Finding {
      Finding(
        subject: "system call filters", verdict: .restricted,
        explanation: "Pods with a seccomp profile cannot be started (\(reason)).",
        remedy: "grep SECCOMP_FILTER /boot/config-$(uname -r)   # must say y")
    }
    do throws(ProfileError) {
      let filter = try SystemCallFilter(.runtimeDefault(.containerDefault), named: "RuntimeDefault")
      let plan = trial(mapping, [.mount], [.control(.noNewPrivileges, 1), .filterSystemCalls(filter)])
      if let failure = await Launcher.tryOut(plan) { return restricted(StartFailure.described(failure, plan)) }
    } catch {
      return restricted("\(error)")
    }
    return Finding(
      subject: "system call filters", verdict: .works, explanation: "Seccomp profiles of pods are kept to.", remedy: nil
    )
  }

  private static func verdict(
    _ failure: InitError?, _ plan: Plan, _ subject: String, works: String, fails: String, remedy: String
  ) -> Finding {
    guard let failure else { return Finding(subject: subject, verdict: .works, explanation: works, remedy: nil) }
    return Finding(
      subject: subject, verdict: .missing,
      explanation: "\(fails) (\(StartFailure.described(failure, plan))).", remedy: remedy)
  }
}
