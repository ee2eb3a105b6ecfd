internal import Glibc

/// Numbers that only system calls tell about the machine.
public enum Machine {
  /// How many processors this process may use.
  public static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// The size of the file system that holds the path; 0 when it cannot be told.
  public static func diskBytes(at path: String) -> Int64 {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return 0 }
    return Int64(status.f_blocks) * Int64(status.f_frsize)
  }

  /// What this user may still write to the file system that holds the path; 0 when it cannot be told.
  public static func freeDiskBytes(at path: String) -> Int64 {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return 0 }
    return Int64(status.f_bavail) * Int64(status.f_frsize)
  }

  /// The machine's name.
  public static var hostname: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
    return name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }
}
