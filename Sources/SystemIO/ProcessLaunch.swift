internal import CLinux
internal import Glibc

/// Starts programs without forking this one, whose threads a fork would not survive.
public struct ProcessLaunch: Sendable {
  public var program: String
  public var arguments: [String]
  public var environment: [String]
  /// Which of our descriptors the program finds under which number. Others stay closed to it.
  public var descriptors: [Int32: Int32] = [:]
  /// A session of its own: no terminal, no signals meant for our group.
  public var startsSession = false
  /// The path of the terminal that such a session is to have, as the standard descriptors of the program.
  public var sessionTerminal: String?
  /// The group of processes to join, so that a terminal can tell it from ours; 0 makes one of its own.
  public var group: Int32?
  /// The terminal whose keys are for the program's group from its first moment on.
  public var terminal: Int32?

  /// `arguments` begin with the name that the program sees as its own.
  public init(_ program: String, _ arguments: [String], environment: [String] = Environment.all) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
  }

  /// Returns the process id; whoever starts a program waits for it.
  public func start() throws(SystemCallError) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let terminal { _ = clinux_spawn_takes_terminal(&actions, terminal) }
    if let sessionTerminal {
      // Whoever leads a session and opens a terminal first has it.
      posix_spawn_file_actions_addopen(&actions, 0, sessionTerminal, O_RDWR, 0)
      for target in [1, 2] as [Int32] { posix_spawn_file_actions_adddup2(&actions, 0, target) }
    }
    // One that stands where another is to go is taken out of the way first.
    var aside: [Int32] = []
    defer { for number in aside { close(number) } }
    let above = (descriptors.keys.max() ?? 0) + 1
    for (target, source) in descriptors {
      var source = source
      if source != target, descriptors[source] != nil {
        source = fcntl(source, F_DUPFD_CLOEXEC, above)
        if source < 0 { throw SystemCallError("fcntl", on: program) }
        aside.append(source)
      }
      posix_spawn_file_actions_adddup2(&actions, source, target)
    }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The program begins with the signals of a fresh process, whatever this one has arranged.
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    var flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
    if startsSession { flags |= 0x80 }
    if let group {
      flags |= Int32(POSIX_SPAWN_SETPGROUP)
      posix_spawnattr_setpgroup(&attributes, group)
    }
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var pid: pid_t = 0
    let failure = withCStrings(arguments) { arguments in
      withCStrings(environment) { environment in
        posix_spawn(&pid, program, &actions, &attributes, arguments, environment)
      }
    }
    if failure != 0 { throw SystemCallError("start", on: program, errno: failure) }
    return pid
  }
}

/// The variables that this process was started with.
public enum Environment {
  /// Each as `NAME=value`.
  public static var all: [String] {
    var list: [String] = []
    var entry = clinux_environment()
    while let text = entry?.pointee {
      list.append(String(cString: text))
      entry = entry?.advanced(by: 1)
    }
    return list
  }

  /// The same with some of them changed or added.
  public static func all(with changes: [String: String]) -> [String] {
    let kept = all.filter { entry in changes[String(entry.prefix { $0 != "=" })] == nil }
    return kept + changes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }

  /// An empty variable counts as none.
  public static subscript(name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }
}

/// Calls `body` with a null-terminated array of C strings.
private func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var pointers = strings.map { strdup($0) } + [nil]
  defer { for pointer in pointers { free(pointer) } }
  return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
}

extension ProcessLaunch {
  /// Starts the program and waits for its end: its exit code, or 128 and the signal that ended it.
  public func run() async throws -> Int32 {
    let pid = try start()
    let number = clinux_pidfd_open(pid)
    if number >= 0 {
      let end = Descriptor(adopting: number, name: program)
      // The program is this one's child whatever happens to the task, so that its end is waited for in any case.
      await Task { try? await end.waitUntilReadable() }.value
      end.close()
    }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
  }
}
