internal import CLinux
internal import Glibc

/// A text that C libraries can open as a file and that has no name on any disk.
public final class MemoryFile: Sendable {
  private let descriptor: Int32

  public init(_ text: String, name: String) throws(SystemCallError) {
    descriptor = try systemCall("memfd_create", on: name) { clinux_memory_file(name) }
    try Files.writeAll(Array(text.utf8), to: descriptor, named: name)
  }

  deinit { close(descriptor) }

  public var path: String { "/proc/self/fd/\(descriptor)" }
}
