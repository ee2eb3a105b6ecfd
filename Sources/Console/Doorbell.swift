internal import CLinux
internal import Glibc

/// Wakes a thread that waits in poll(2).
final class Doorbell: Sendable {
  let descriptor: Int32

  init() {
    descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    precondition(descriptor >= 0, "eventfd failed: \(errno)")
  }

  deinit { close(descriptor) }

  func ring() { eventfd_write(descriptor, 1) }

  /// Makes it silent again; whoever rang is heard once.
  func silence() {
    var count: eventfd_t = 0
    eventfd_read(descriptor, &count)
  }
}
