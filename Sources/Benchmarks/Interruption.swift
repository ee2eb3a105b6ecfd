internal import Glibc
internal import Synchronization
internal import SystemIO

/// Ctrl-C, or a polite signal, ends a measurement as an error does: what it has made is taken away first.
struct Interruption: Error, CustomStringConvertible {
  let description = "interrupted; what was made is removed"

  /// The end of a pipe that the handler writes to; -1 before there is one.
  fileprivate static let bell = Atomic<Int32>(-1)

  /// Runs the body, which is cancelled by the first such signal. A second one ends the program as it would any other.
  static func ending(_ body: @escaping @Sendable () async throws -> Void) async throws {
    var ends: [Int32] = [-1, -1]
    try systemCall("pipe") { pipe(&ends) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let signals = Descriptor(adopting: ends[0], name: "signals")
    bell.store(ends[1], ordering: .releasing)
    for number in [SIGINT, SIGTERM] { signal(number, ringBell) }
    try await withThrowingTaskGroup { group in
      group.addTask { try await body() }
      group.addTask {
        _ = try await signals.read()
        throw Interruption()
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }
}

/// Nothing but what is allowed in the middle of anything.
private func ringBell(_ number: Int32) {
  signal(number, SIG_DFL)
  var byte: UInt8 = 0
  write(Interruption.bell.load(ordering: .acquiring), &byte, 1)
}
