internal import Glibc
internal import SystemIO
internal import Testing

/// A count of everything that a test of real containers could leave behind on the machine.
///
/// Take one before and one after, and ask for the difference; `LeakCensus.check` does both around a body.
public struct LeakCensus: Sendable {
  /// The environment variable by which a test marks the programs it starts, and so all their descendants.
  public static let marker = "PODIUM_TEST_RUN"

  private var processes: [Int32: String] = [:]
  private var mounts: [String: String] = [:]
  private var links: Set<String> = []
  private var groups: Set<String> = []
  private var descriptors: [Int32: String] = [:]

  /// What to count of the machine; the parts that other programs change as well are best left out when tests run beside them.
  public struct Scope: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Processes whose environment or session belongs to the test.
    public static let processes = Scope(rawValue: 1)
    public static let mounts = Scope(rawValue: 2)
    public static let networkLinks = Scope(rawValue: 4)
    public static let controlGroups = Scope(rawValue: 8)
    /// Open descriptors of the test process itself.
    public static let descriptors = Scope(rawValue: 16)
    public static let everything: Scope = [.processes, .mounts, .networkLinks, .controlGroups, .descriptors]
  }

  /// Where the control group hierarchies are mounted.
  public static var controlGroupRoots: [String] { ControlGroups.mountPoints }

  /// Counts what is there now.
  ///
  /// - Parameters:
  ///   - run: The value of `LeakCensus.marker` in the environment of the test's programs.
  ///   - sessions: Process ids of session leaders whose members count too.
  ///   - matching: When given, only mounts, links and groups with this text in their names count.
  public static func take(
    _ scope: Scope = .everything, run: String? = nil, sessions: [Int32] = [], matching: String? = nil
  ) -> LeakCensus {
    func counts(_ name: String) -> Bool { matching.map { name.range(of: $0) != nil } ?? true }
    var census = LeakCensus()
    if scope.contains(.processes) {
      let marked = run.map { ProcessTable.withVariable("\(marker)=\($0)") } ?? []
      for pid in marked + sessions.flatMap(ProcessTable.inSession) where pid != getpid() {
        census.processes[pid] = ProcessTable.commandLine(pid)
      }
    }
    if scope.contains(.mounts) {
      for mount in MountTable.current() where counts(mount.point) {
        census.mounts[mount.id] = "\(mount.type) on \(mount.point)"
      }
    }
    if scope.contains(.networkLinks) {
      census.links = Set(((try? Files.list("/sys/class/net")) ?? []).filter(counts))
    }
    if scope.contains(.controlGroups) {
      census.groups = ControlGroups.all().filter(counts)
    }
    if scope.contains(.descriptors) {
      for name in (try? Files.list("/proc/self/fd")) ?? [] {
        // The one that listed the folder is closed by now and has no target.
        if let number = Int32(name), let target = linkTarget("/proc/self/fd/" + name) {
          census.descriptors[number] = target
        }
      }
    }
    return census
  }

  /// What is in this census and was not in the earlier one, a line each; empty when nothing leaked.
  public func leaks(since before: LeakCensus) -> [String] {
    var leaks: [String] = []
    for (pid, command) in processes.sorted(by: { $0.key < $1.key }) where before.processes[pid] == nil {
      leaks.append("process \(pid): \(command)")
    }
    for (id, mount) in mounts.sorted(by: { $0.value < $1.value }) where before.mounts[id] == nil {
      leaks.append("mount: \(mount)")
    }
    leaks += links.subtracting(before.links).sorted().map { "network link: \($0)" }
    leaks += groups.subtracting(before.groups).sorted().map { "control group: \($0)" }
    for (number, target) in descriptors.sorted(by: { $0.key < $1.key }) where before.descriptors[number] != target {
      leaks.append("descriptor \(number): \(target)")
    }
    return leaks
  }

  /// Runs the body and records an issue for everything it left behind.
  ///
  /// Kernels take namespaces apart a moment after their last process is gone, so the count is repeated within `patience`.
  public static func check<Result>(
    _ scope: Scope = .everything, run: String? = nil, sessions: [Int32] = [], matching: String? = nil,
    patience: Duration = .seconds(3), _ body: () async throws -> Result
  ) async throws -> Result {
    let before = take(scope, run: run, sessions: sessions, matching: matching)
    let result = try await body()
    let deadline = ContinuousClock.now + patience
    var leaks: [String]
    repeat {
      leaks = take(scope, run: run, sessions: sessions, matching: matching).leaks(since: before)
      if leaks.isEmpty { return result }
      try await Task.sleep(for: .milliseconds(20))
    } while ContinuousClock.now < deadline
    Issue.record("left behind:\n\(leaks.joined(separator: "\n"))")
    return result
  }
}

private func linkTarget(_ path: String) -> String? {
  var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
  let length = readlink(path, &buffer, buffer.count)
  return length < 0 ? nil : String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
