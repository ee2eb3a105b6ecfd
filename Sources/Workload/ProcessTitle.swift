import Glibc

/// What ps shows for this process: the memory that its arguments and environment came in, written over.
enum ProcessTitle {
  static func set(_ title: String) {
    guard let area else { return }
    memset(area.start, 0, area.size)
    for (index, byte) in title.utf8.prefix(area.size - 1).enumerated() { area.start[index] = CChar(bitPattern: byte) }
  }

  /// Found once; the environment is moved elsewhere before its memory is used.
  // The program has one thread, so nobody can see the memory while it changes.
  private nonisolated(unsafe) static let area: (start: UnsafeMutablePointer<CChar>, size: Int)? = {
    // Swift copies the arguments when they are first asked for, which must be before they are gone.
    _ = CommandLine.arguments
    let vector = CommandLine.unsafeArgv
    guard let start = vector[0] else { return nil }
    var end = start
    var index = 0
    while let argument = vector[index], argument == end {
      end = argument + strlen(argument) + 1
      index += 1
    }
    var entry = environ
    while let variable = entry.pointee {
      if variable == end {
        end = variable + strlen(variable) + 1
        entry.pointee = strdup(variable)
      }
      entry += 1
    }
    return (start, end - start)
  }()
}
