import Glibc

/// `mountpoint`: whether something is mounted at a path.
enum MountPoint {
  static func main(_ arguments: [String]) -> Int32 {
    var words = arguments.dropFirst()
    let isQuiet = words.first == "-q"
    if isQuiet { words = words.dropFirst() }
    guard words.count == 1, let path = words.first, !path.hasPrefix("-") else {
      write("usage: mountpoint [-q] PATH\n", to: STDERR_FILENO)
      return 1
    }
    guard let real = realpath(path, nil) else {
      if !isQuiet { write("mountpoint: \(path): \(String(cString: strerror(errno)))\n", to: STDERR_FILENO) }
      return 1
    }
    defer { free(real) }
    let isMounted = mounted().contains(String(cString: real))
    if !isQuiet { write("\(path) is \(isMounted ? "a" : "not a") mountpoint\n", to: STDOUT_FILENO) }
    return isMounted ? 0 : 1
  }

  /// The kernel writes blanks of a path as octal numbers.
  private static func mounted() -> [String] {
    (readText("/proc/self/mountinfo") ?? "").split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count > 4 else { return nil }
      return String(fields[4]).split(separator: "\\040", omittingEmptySubsequences: false).joined(separator: " ")
    }
  }
}
