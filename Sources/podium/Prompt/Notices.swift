internal import Synchronization

/// The way from the tutor to the console, which is made after it.
final class Notices: Sendable {
  let listener = Mutex<(@Sendable (String) -> Void)?>(nil)

  func tell(_ text: String) { listener.withLock { $0 }?(text) }
}
