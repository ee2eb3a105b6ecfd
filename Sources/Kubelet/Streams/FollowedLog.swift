internal import Synchronization
internal import SystemIO

/// A container's log while it is read: one file of it, and from each the way to the next.
///
/// A full file gets another name and a new one its own; whoever still reads the old one goes on with what came after it.
final class FollowedLog: Sendable {
  private struct State {
    var file: GrowingFile
    var isClosed = false
  }

  private let path: String
  private let state: Mutex<State>

  /// Begins with the newest file.
  init(_ path: String) throws(SystemCallError) {
    self.path = path
    state = Mutex(State(file: try GrowingFile(path)))
  }

  var file: GrowingFile { state.withLock { $0.file } }

  /// Whether the file has lost the log's name: nothing more will be written to it.
  func isFull() throws(SystemCallError) -> Bool { try file.inode() != Files.inode(of: path) }

  /// Goes on to the file that was begun when this one was full; false when there is none.
  func advance() throws(SystemCallError) -> Bool {
    let current = try file.inode()
    while let next = successor(of: current) {
      let file: GrowingFile
      do throws(SystemCallError) {
        file = try GrowingFile(next.path)
      } catch {
        // The oldest may have been removed just now.
        if Files.exists(next.path) { throw error }
        continue
      }
      // Another one may have got the name meanwhile.
      guard try file.inode() == next.inode else {
        file.close()
        continue
      }
      state.withLock { state in
        state.file.close()
        state.file = file
        if state.isClosed { file.close() }
      }
      return true
    }
    return false
  }

  private func successor(of inode: UInt64) -> (path: String, inode: UInt64)? {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let folder = parts.dropLast().joined(separator: "/")
    let prefix = (parts.last ?? "") + "."
    // In the order of the times in their names, and the newest last.
    let names = ((try? Files.list(folder)) ?? []).filter { $0.hasPrefix(prefix) }
    let files = (names.map { folder + "/" + $0 } + [path]).compactMap { path in
      Files.inode(of: path).map { (path: path, inode: $0) }
    }
    guard let place = files.firstIndex(where: { $0.inode == inode }) else { return files.first }
    return place + 1 < files.count ? files[place + 1] : nil
  }

  func close() {
    state.withLock { state in
      state.isClosed = true
      state.file.close()
    }
  }
}
