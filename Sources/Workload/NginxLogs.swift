import Glibc

/// The log files of an nginx, opened once; `/dev/stdout` and `/dev/stderr` are the descriptors themselves.
final class NginxLogs {
  private var descriptors: [String: Int32] = [:]
  private let errorLog: String

  /// Opens what the configuration names; a file that cannot be opened is an error of the configuration.
  init(_ configuration: NginxConfiguration) throws(NginxConfigurationError) {
    errorLog = configuration.errorLog
    var paths = [errorLog]
    for server in configuration.servers {
      for location in [server.defaults] + server.locations {
        if let (path, format) = location.accessLog {
          guard configuration.formats[format] != nil else {
            throw NginxConfigurationError("unknown log format \"\(format)\"")
          }
          paths.append(path)
        }
      }
    }
    for path in paths where descriptors[path] == nil {
      switch Self.destination(path) {
      case "/dev/stdout", "/proc/self/fd/1": descriptors[path] = STDOUT_FILENO
      case "/dev/stderr", "/proc/self/fd/2", "stderr": descriptors[path] = STDERR_FILENO
      default:
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        if descriptor < 0 {
          throw NginxConfigurationError("open() \"\(path)\" failed (\(errno): \(String(cString: strerror(errno))))")
        }
        descriptors[path] = descriptor
      }
    }
  }

  deinit {
    for descriptor in descriptors.values where descriptor > 2 { close(descriptor) }
  }

  func write(_ line: String, to path: String) {
    if let descriptor = descriptors[path] { Workload.write(line, to: descriptor) }
  }

  func error(_ level: String, _ message: String) {
    write(Self.errorLine(level, message), to: errorLog)
  }

  static func errorLine(_ level: String, _ message: String) -> String {
    "\(CalendarTime.now().slashed) [\(level)] \(getpid())#\(getpid()): \(message)\n"
  }

  private static func destination(_ path: String) -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink(path, &buffer, buffer.count - 1)
    // /dev/stdout is itself a link to a descriptor, which need not be followed.
    if length <= 0 || path.hasPrefix("/dev/") { return path }
    return text(buffer)
  }
}
