internal import ContainerRuntime

/// From what a pod says and what its image says to one process: numbers, texts, nothing open.
extension ContainerProcess {
  init(
    spec: ContainerSpec, sandbox: SandboxSpec, image: ContainerImage, accounts: ImageAccounts, mapping: IDMapping,
    nodeName: String
  ) throws(RuntimeError) {
    arguments = spec.command.isEmpty ? image.entrypoint : spec.command
    if !spec.arguments.isEmpty {
      arguments += spec.arguments
    } else if spec.command.isEmpty {
      arguments += image.arguments
    }
    if arguments.isEmpty { throw RuntimeError(.createFailed, Self.cannotGenerate(spec.id, "no command specified")) }

    let own: (user: UInt32, group: UInt32, supplementary: [UInt32])
    do {
      own = try accounts.resolve(spec.user.user.map { String($0) } ?? image.info.user)
    } catch {
      throw RuntimeError(.createFailed, Self.cannotGenerate(spec.id, error.message))
    }
    user = own.user
    group = spec.user.group ?? own.group
    // The main group is one of the groups too, as login makes it.
    var groups = [group]
    let groupsOfTheImage = spec.user.hasNoGroupsOfTheImage ? [] : own.supplementary
    for extra in groupsOfTheImage + spec.user.supplementaryGroups where !groups.contains(extra) {
      groups.append(extra)
    }
    supplementaryGroups = groups
    canSetGroups = mapping.mapsOtherUsers
    isRootless = mapping.isRootless
    if !mapping.mapsOtherUsers, user != 0 || group != 0 {
      throw RuntimeError(.unsupported, Self.needsSubordinateIDs(user, group))
    }

    let home = accounts.home(of: user)
    hasTerminal = spec.hasTerminal
    outOfMemoryScore = spec.outOfMemoryScore
    environment = Self.environment(
      spec: spec, image: image, hostname: sandbox.network == .node ? nodeName : sandbox.hostname, home: home)
    workingDirectory = spec.workingDirectory ?? (image.workingDirectory.isEmpty ? "/" : image.workingDirectory)
    capabilities = spec.security.isPrivileged ? nil : Self.capabilities(spec.security)
    allowsPrivilegeEscalation = spec.security.allowsPrivilegeEscalation
    systemCallFilter = try Self.systemCallFilter(spec.security, capabilities ?? .all)
  }

  private static func systemCallFilter(
    _ security: SecuritySpec, _ capabilities: CapabilitySet
  ) throws(RuntimeError) -> SystemCallFilter? {
    if security.isPrivileged { return nil }
    let name: String
    do throws(ProfileError) {
      switch security.systemCalls {
      case .unconfined: return nil
      case .runtimeDefault:
        name = "RuntimeDefault"
        return try SystemCallFilter(.runtimeDefault(capabilities), named: name)
      case .profile(let path, let content):
        name = path
        return try SystemCallFilter(SystemCallProfile(json: content), named: name)
      }
    } catch {
      throw RuntimeError(.createFailed, "decoding seccomp profile failed \"\(name)\": \(error)")
    }
  }

  private static func cannotGenerate(_ id: ContainerID, _ reason: String) -> String {
    "failed to generate container \"\(id)\" spec: failed to generate spec: \(reason)"
  }

  private static func needsSubordinateIDs(_ user: UInt32, _ group: UInt32) -> String {
    "user \(user), group \(group) cannot be had here, because only one user id is mapped; "
      + "`podium doctor` tells how to get more"
  }

  /// Later entries win and keep the place of the first.
  private static func environment(
    spec: ContainerSpec, image: ContainerImage, hostname: String, home: String
  ) -> [String] {
    var result: [(name: String, value: String)] = []
    func set(_ name: String, _ value: String) {
      if let index = result.firstIndex(where: { $0.name == name }) {
        result[index].value = value
      } else {
        result.append((name, value))
      }
    }
    set("PATH", defaultPath)
    set("HOSTNAME", hostname)
    if spec.hasTerminal { set("TERM", "xterm") }
    for entry in image.environment {
      let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      set(String(parts[0]), parts.count == 2 ? String(parts[1]) : "")
    }
    for variable in spec.environment { set(variable.name, variable.value) }
    if !result.contains(where: { $0.name == "HOME" }) { set("HOME", home) }
    return result.map { "\($0.name)=\($0.value)" }
  }

  private static func capabilities(_ security: SecuritySpec) -> CapabilitySet {
    CapabilitySet.containerDefault.adding(security.addedCapabilities, dropping: security.droppedCapabilities)
  }

  /// Of a container whose image is gone: it can still be ended, and programs in it run as root without any capability.
  static let unknown = ContainerProcess(
    arguments: [], environment: ["PATH=" + defaultPath], workingDirectory: "/", user: 0, group: 0,
    supplementaryGroups: [], capabilities: [], allowsPrivilegeEscalation: false, systemCallFilter: nil,
    hasTerminal: false,
    canSetGroups: false)

  /// Another program in the same container.
  func running(_ command: [String], terminal: Bool) -> ContainerProcess {
    var process = self
    process.arguments = command
    process.hasTerminal = terminal
    if terminal && !environment.contains(where: { $0.hasPrefix("TERM=") }) { process.environment.append("TERM=xterm") }
    return process
  }
}
