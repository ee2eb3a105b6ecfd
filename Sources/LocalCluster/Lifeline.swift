internal import CLinux
internal import Glibc
internal import SystemIO

/// Open for as long as this process lives: whoever holds the far end hears of its end, however it came.
final class Lifeline: Sendable {
  let farEnd: Int32
  private let heldEnd: Int32

  init() throws {
    var ends: [Int32] = [-1, -1]
    try systemCall("pipe") { pipe2(&ends, O_CLOEXEC) }
    (farEnd, heldEnd) = (ends[0], ends[1])
  }

  deinit {
    close(heldEnd)
    close(farEnd)
  }
}
