internal import Glibc

/// A folder whose files are written, moved and removed by others.
public final class WatchedFolder: Sendable {
  private let notices: Descriptor

  public init(_ path: String) throws(SystemCallError) {
    let number = try systemCall("inotify_init1") { inotify_init1(Int32(IN_CLOEXEC)) }
    notices = Descriptor(adopting: number, name: "changes in \(path)")
    // Not of files that have just been made: they are empty, and are heard of again when they are written.
    let changes = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF
    try systemCall("inotify_add_watch", on: path) { inotify_add_watch(number, path, UInt32(changes)) }
  }

  /// Returns when something in it has changed since it is watched, or since this returned last.
  public func changed() async throws { _ = try await notices.read() }
}
