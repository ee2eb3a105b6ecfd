internal import ContainerRuntime
internal import LinuxRuntime
internal import Synchronization

/// Images that are being built on a node: a command of theirs runs in one, and no pod can name it.
final class DraftImages: Sendable {
  private let images = Mutex<[String: ContainerImage]>([:])

  subscript(id: String) -> ContainerImage? {
    get { images.withLock { $0[id] } }
    set { images.withLock { $0[id] = newValue } }
  }
}
