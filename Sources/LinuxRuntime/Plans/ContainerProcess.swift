internal import Glibc

/// A program about to be executed in a container, by `start` or `exec`: everything resolved to numbers and texts.
struct ContainerProcess: Sendable, Equatable {
  var arguments: [String]
  var environment: [String]
  var workingDirectory: String
  var user: UInt32
  var group: UInt32
  var supplementaryGroups: [UInt32]
  /// Nil: whatever node init has.
  var capabilities: CapabilitySet?
  var allowsPrivilegeEscalation: Bool
  /// Nil: every system call may be made.
  var systemCallFilter: SystemCallFilter?
  /// From 0 to 1000.
  var outOfMemoryScore = 0
  var hasTerminal: Bool
  var terminalSize = TerminalSize()
  /// Groups cannot be set where only one id is mapped.
  var canSetGroups: Bool
  var isRootless = false

  static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  /// Where the program may be: the path itself when it has a slash, else in each directory of the search path.
  static func candidates(for program: String, environment: [String]) -> [String] {
    if program.contains("/") { return [program] }
    // No file has no name.
    if program.isEmpty { return [] }
    let path = environment.last { $0.hasPrefix("PATH=") }?.dropFirst(5) ?? ""
    return path.split(separator: ":", omittingEmptySubsequences: false).map { folder in
      folder.isEmpty ? "./" + program : folder + "/" + program
    }
  }

  /// Out of sight of those who see its number already, and the first to go when memory is short.
  func hidden() -> [Step] {
    let hiding = Step.control(.isDumpable, 0)
    if outOfMemoryScore == 0 { return [hiding] }
    // Nobody needs a right for a higher score; where something around the node has raised it more, nobody has one for less.
    let yielding = Step.tolerate(EACCES, .tell("/proc/self/oom_score_adj", String(outOfMemoryScore)))
    // In a user namespace, what is hidden is not even its own.
    return isRootless ? [yielding, hiding] : [hiding, yielding]
  }

  /// From the container's finished surroundings to its program.
  func becoming() -> [Step] {
    var steps: [Step] = [.changeDirectory(workingDirectory), .newSession]
    if hasTerminal { steps.append(.openTerminal(columns: terminalSize.columns, rows: terminalSize.rows)) }
    steps.append(.setLimit(resource: 4, 0, name: "core"))
    if let capabilities { steps.append(.boundCapabilities(capabilities)) }
    let filtering = systemCallFilter.map { [Step.filterSystemCalls($0)] } ?? []
    // As late as can be, for the steps after it must pass it too: it takes a right that goes with the change of user,
    // or the promise of `noNewPrivileges`.
    if allowsPrivilegeEscalation { steps += filtering }
    if canSetGroups { steps.append(.setGroups(supplementaryGroups)) }
    // The group before the user: afterwards it could not be changed any more.
    steps += [.setGroup(group), .setUser(user)]
    // Another user has lost all of them by now.
    if let capabilities, user == 0 { steps.append(.setCapabilities(capabilities)) }
    if !allowsPrivilegeEscalation { steps += [.control(.noNewPrivileges, 1)] + filtering }
    let candidates = Self.candidates(for: arguments.first ?? "", environment: environment)
    steps.append(.execute(candidates: candidates, arguments: arguments, environment: environment))
    return steps
  }
}

/// Of a terminal, in characters; 0 is unknown.
struct TerminalSize: Sendable, Equatable {
  var columns: UInt16 = 0
  var rows: UInt16 = 0
}
