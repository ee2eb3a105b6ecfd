internal import CLinux
internal import Glibc
internal import Synchronization
public import SystemIO

/// How a program ended.
public enum ProgramEnd: Sendable, Equatable {
  case exited(Int32)
  case killed(signal: Int32)
}

/// A program that a test has started and will surely have ended when the test is over.
public final class ChildProgram: Sendable {
  public let pid: Int32
  private let pidfd: Descriptor
  private let end = Mutex<ProgramEnd?>(nil)

  /// Starts the program in a session of its own, with the three standard descriptors given.
  ///
  /// With `terminal`, standard input is opened anew from that path, which makes it the controlling terminal.
  public init(
    _ program: String, _ arguments: [String], environment: [String: String], folder: String?,
    input: Int32 = -1, output: Int32 = -1, error: Int32 = -1, terminal: String? = nil
  ) throws(SystemCallError) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let terminal {
      posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
      posix_spawn_file_actions_adddup2(&actions, 0, 1)
      posix_spawn_file_actions_adddup2(&actions, 0, 2)
    } else {
      posix_spawn_file_actions_adddup2(&actions, input, 0)
      posix_spawn_file_actions_adddup2(&actions, output, 1)
      posix_spawn_file_actions_adddup2(&actions, error, 2)
    }
    // The test process has many descriptors open; none of them is the program's business.
    _ = clinux_spawn_close_from(&actions, 3)
    if let folder { _ = clinux_spawn_change_folder(&actions, folder) }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    let flags = Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) | clinux_spawn_new_session()
    posix_spawnattr_setflags(&attributes, flags)

    let words = ([program] + arguments).map { strdup($0) } + [nil]
    let variables = Self.environment(environment).map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var pid: pid_t = 0
    let failure = posix_spawnp(&pid, program, &actions, &attributes, words, variables)
    if failure != 0 { throw SystemCallError("posix_spawn", on: program, errno: failure) }
    self.pid = pid
    let number = try systemCall("pidfd_open", on: program) { clinux_pidfd_open(pid) }
    pidfd = Descriptor(adopting: number, name: program)
  }

  /// A small, known environment, so that a test does not depend on who runs it.
  private static func environment(_ additions: [String: String]) -> [String: String] {
    var result = ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"]
    if let home = getenv("HOME") { result["HOME"] = String(cString: home) }
    return result.merging(additions) { $1 }
  }

  public var hasEnded: Bool { (try? reap(WNOHANG)) != nil }

  /// Waits until the program is gone and tells how it ended.
  public func waitForEnd() async throws -> ProgramEnd {
    while true {
      if let end = try reap(WNOHANG) { return end }
      try await pidfd.waitUntilReadable()
    }
  }

  /// Sends a signal; a program that has ended is not reached, whoever has its number by now.
  public func signal(_ number: Int32) {
    end.withLock { end in
      if end == nil { _ = clinux_pidfd_send_signal(pidfd.number, number) }
    }
  }

  /// Ends the program whatever it is doing, and reaps it.
  public func kill() {
    signal(SIGKILL)
    _ = try? reap(0)
  }

  deinit { kill() }

  @discardableResult
  private func reap(_ options: Int32) throws(SystemCallError) -> ProgramEnd? {
    try end.withLock { end throws(SystemCallError) in
      if end != nil { return end }
      var status: Int32 = 0
      let result = try systemCall("waitpid", on: "\(pid)") { waitpid(pid, &status, options) }
      if result == 0 { return nil }
      end = status & 0x7F == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: status & 0x7F)
      return end
    }
  }
}
