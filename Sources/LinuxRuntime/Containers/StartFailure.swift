internal import CNodeInit
internal import ContainerRuntime
internal import Glibc

/// Failures of node init in the words that users of container runtimes know.
enum StartFailure {
  /// Of a container's own program.
  static func ofContainer(_ error: InitError, _ plan: Plan) -> RuntimeError {
    RuntimeError(
      .startFailed,
      "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
        + "unable to start container process: \(reason(error, plan)): unknown")
  }

  /// Of a further program in a container.
  static func ofExec(_ error: InitError, _ plan: Plan) -> RuntimeError {
    if case .step(_, ESRCH) = error {
      return RuntimeError(.notRunning, "container is not running")
    }
    // Runtimes name each of their execs.
    let id = (0..<64).map { _ in String(Int.random(in: 0..<16), radix: 16) }.joined()
    return RuntimeError(
      .startFailed,
      "failed to exec in container: failed to start exec \"\(id)\": OCI runtime exec failed: exec failed: "
        + "unable to start container process: \(reason(error, plan)): unknown")
  }

  static func ofSandbox(_ error: InitError, _ plan: Plan, _ id: String) -> RuntimeError {
    RuntimeError(.failed, "failed to start sandbox \"\(id)\": \(described(error, plan))")
  }

  static func ofRemoval(_ error: InitError, _ plan: Plan, _ what: String) -> RuntimeError {
    RuntimeError(.failed, "failed to remove \(what): \(described(error, plan))")
  }

  /// The step and the kernel's words for what went wrong in it.
  static func described(_ error: InitError, _ plan: Plan) -> String {
    switch error {
    case .disconnected: return "node init is gone; the node has ended"
    case .step(let index, let errno):
      let what = index == Int32(CNODE_CLONING) ? "clone" : plan.step(index).map { "\($0)" } ?? "step \(index)"
      return "\(what): \(String(cString: strerror(errno)))"
    }
  }

  private static func reason(_ error: InitError, _ plan: Plan) -> String {
    guard case .step(let index, let errno) = error, let step = plan.step(index) else {
      return described(error, plan)
    }
    switch step {
    case .execute(_, let arguments, _): return executing(arguments.first ?? "", errno)
    case .changeDirectory where errno == EXDEV:
      return "current working directory is outside of container mount namespace root -- possible container breakout "
        + "detected"
    case .changeDirectory(let path) where index > 0 && path == plan.workingDirectory:
      return "chdir to cwd (\"\(path)\") set in config.json failed: \(lowercased(errno))"
    case .takeMount(_, "", let slot), .placeMount(let slot, _, _): return mounting(slot, errno, plan, step)
    case .makeDirectories(let path, _): return "error during container init: mkdir \(path): \(lowercased(errno))"
    default: return "error during container init: \(step): \(lowercased(errno))"
    }
  }

  /// Of something of the node in a container. What is not of the kind of the place that it is to cover, the kernel calls
  /// an invalid argument when it moves a mount, and by a better name when it makes one.
  private static func mounting(_ slot: Int32, _ errno: Int32, _ plan: Plan, _ step: Step) -> String {
    var source: String?
    var target: String?
    for other in plan.child {
      switch other {
      case .takeMount(let path, let part, slot): source = part.isEmpty ? path : path + "/" + part
      case .placeMount(slot, let path, _): target = path
      default: break
      }
    }
    let cause = lowercased(errno == EINVAL ? ENOTDIR : errno)
    guard let source, let target else { return "error during container init: \(step): \(cause)" }
    return "error during container init: error mounting \"\(source)\" to rootfs at \"\(target)\": mount src=\(source), "
      + "dst=\(target), flags=MS_BIND|MS_REC: \(cause)"
  }

  /// What looking for the program found.
  private static func executing(_ program: String, _ errno: Int32) -> String {
    switch errno {
    case ENOENT where program.contains("/"): "exec: \"\(program)\": stat \(program): no such file or directory"
    case ENOENT: "exec: \"\(program)\": executable file not found in $PATH"
    case EISDIR: "exec: \"\(program)\": is a directory"
    default: "exec: \"\(program)\": \(lowercased(errno))"
    }
  }

  private static func lowercased(_ errno: Int32) -> String { String(cString: strerror(errno)).lowercased() }
}

extension Plan {
  /// The last directory that the child changes to.
  fileprivate var workingDirectory: String? {
    for step in child.reversed() {
      if case .changeDirectory(let path) = step { return path }
    }
    return nil
  }
}
