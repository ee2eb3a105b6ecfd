internal import Glibc
internal import Synchronization
internal import SystemIO

/// How a terminal treats keys, and the certainty that it is given back as it was found.
///
/// Whatever changes a terminal saves its state here first. It is restored at the end of the change, at the end of the
/// program, when the program is told to end (SIGTERM, SIGHUP), and when it crashes.
public enum TerminalMode {
  /// Runs the body while every key goes to it unchanged, ^C and ^Z included; without a terminal it runs as it is.
  public static func withRaw<Result>(
    _ descriptor: Int32, _ body: () async throws -> Result
  ) async throws -> Result {
    guard isatty(descriptor) == 1 else { return try await body() }
    var mode = termios()
    try systemCall("tcgetattr", on: "descriptor \(descriptor)") { tcgetattr(descriptor, &mode) }
    let found = mode
    save(descriptor)
    cfmakeraw(&mode)
    try systemCall("tcsetattr", on: "descriptor \(descriptor)") { tcsetattr(descriptor, TCSADRAIN, &mode) }
    defer {
      var found = found
      tcsetattr(descriptor, TCSADRAIN, &found)
    }
    return try await body()
  }

  /// Runs the body, which may leave the terminal in any state.
  static func keeping<Result>(_ descriptor: Int32, _ body: () async throws -> Result) async throws -> Result {
    var found = termios()
    let isTerminal = tcgetattr(descriptor, &found) == 0
    defer { if isTerminal { tcsetattr(descriptor, TCSADRAIN, &found) } }
    return try await body()
  }

  /// Remembers the state to go back to; the first state of a terminal is the one that counts.
  static func save(_ descriptor: Int32) {
    var mode = termios()
    guard tcgetattr(descriptor, &mode) == 0 else { return }
    saved.withLock { saved in
      guard !saved.contains(where: { $0.descriptor == descriptor }) else { return }
      saved.append(Saved(descriptor: descriptor, mode: mode))
      guard saved.count == 1 else { return }
      // For the crash handler, which may neither lock nor allocate; it lives as long as the program.
      let copy = UnsafeMutablePointer<Saved>.allocate(capacity: 1)
      copy.initialize(to: saved[0])
      stateForCrashes.store(UInt(bitPattern: copy), ordering: .sequentiallyConsistent)
      atexit { TerminalMode.restoreAll() }
    }
  }

  /// Forgets a terminal that is about to be closed.
  static func forget(_ descriptor: Int32) {
    saved.withLock { saved in saved.removeAll { $0.descriptor == descriptor } }
  }

  /// Gives every terminal back as it was found.
  static func restoreAll() {
    saved.withLock { saved in
      for entry in saved {
        var mode = entry.mode
        tcsetattr(entry.descriptor, TCSANOW, &mode)
      }
    }
  }

  struct Saved {
    var descriptor: Int32
    var mode: termios
  }

  private static let saved = Mutex<[Saved]>([])
}

/// The signals of a program that has gone wrong.
enum CrashSignals {
  static let all = [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT]

  /// Gives the terminal back before the crash takes its usual course, which may include a report.
  static func restoreTerminal() {
    guard actionsBefore.load(ordering: .acquiring) == 0 else { return }
    // Now, because a handler must not be the first to use it.
    _ = stateForCrashes.load(ordering: .relaxed)
    let before = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)
    before.initialize(repeating: sigaction(), count: 65)
    actionsBefore.store(UInt(bitPattern: before), ordering: .releasing)
    for signal in all {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = crashHandler
      // The stack may be what has overflowed.
      action.sa_flags = SA_ONSTACK
      sigaction(signal, &action, before + Int(signal))
    }
  }
}

/// The address of what was done about each signal before, by its number; or 0.
private let actionsBefore = Atomic<UInt>(0)

/// The address of a `Saved`, or 0.
private let stateForCrashes = Atomic<UInt>(0)

private func crashHandler(_ signal: Int32) {
  if let state = UnsafePointer<TerminalMode.Saved>(bitPattern: stateForCrashes.load(ordering: .relaxed)) {
    withUnsafePointer(to: state.pointee.mode) { _ = tcsetattr(state.pointee.descriptor, TCSANOW, $0) }
  }
  if let before = UnsafeMutablePointer<sigaction>(bitPattern: actionsBefore.load(ordering: .acquiring)) {
    sigaction(signal, before + Int(signal), nil)
  }
  raise(signal)
}
