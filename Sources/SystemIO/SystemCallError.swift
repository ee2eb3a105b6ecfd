internal import Glibc

/// A failed system call: which one, on what, and why.
public struct SystemCallError: Error, Equatable, CustomStringConvertible {
  public var call: String
  public var object: String
  public var errno: Int32

  public init(_ call: String, on object: String = "", errno: Int32) {
    self.call = call
    self.object = object
    self.errno = errno
  }

  /// For the call that has failed a moment ago on this thread.
  public init(_ call: String, on object: String = "") {
    self.init(call, on: object, errno: Glibc.errno)
  }

  /// The kernel's own words, such as "No such file or directory".
  public var reason: String { String(cString: strerror(errno)) }

  public var description: String {
    object.isEmpty ? "\(call): \(reason)" : "\(call) \(object): \(reason)"
  }
}

/// Runs a system call that answers -1 on failure, again whenever a signal interrupted it.
@discardableResult
public func systemCall<Result: SignedInteger>(
  _ call: String, on object: @autoclosure () -> String = "", _ body: () -> Result
) throws(SystemCallError) -> Result {
  while true {
    let result = body()
    if result != -1 { return result }
    let reason = errno
    if reason != EINTR { throw SystemCallError(call, on: object(), errno: reason) }
  }
}
