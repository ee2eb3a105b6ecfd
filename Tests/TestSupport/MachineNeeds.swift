internal import Glibc
internal import SystemIO
public import Testing

/// What a test needs of the machine. A need that is not met skips the test and says why;
/// with `REQUIRE_PRIVILEGED=1` it fails instead, so that a green run means that everything ran.
extension Trait where Self == ConditionTrait {
  /// Namespaces without a user namespace around them.
  public static var needsRoot: Self {
    need("permission to make namespaces as root, tried with `unshare --mount --net --pid --fork true`") {
      await succeeds("unshare", ["--mount", "--net", "--pid", "--fork", "true"])
    }
  }

  /// Namespaces that an ordinary user may make.
  public static var needsUserNamespace: Self {
    need("user namespaces, tried with `unshare --user --map-root-user --mount --net true`") {
      await succeeds("unshare", ["--user", "--map-root-user", "--mount", "--net", "true"])
    }
  }

  /// An account without root's rights that may read the build and make user namespaces.
  public static var needsOrdinaryUser: Self {
    need("an ordinary user who may read the build and run `unshare --user --map-root-user --mount --net true`") {
      let look = Account.ordinaryUser.command("test", ["-r", CommandLine.arguments[0]])
      let make = Account.ordinaryUser.command("unshare", ["--user", "--map-root-user", "--mount", "--net", "true"])
      guard await succeeds(look.program, look.arguments) else { return false }
      return await succeeds(make.program, make.arguments)
    }
  }

  /// Somewhere to make a control group that can limit memory.
  public static var needsCgroups: Self {
    need("a control group hierarchy with memory limits that may be written to, tried with mkdir and rmdir") {
      ControlGroups.isWritable
    }
  }

  /// Another kernel than this machine's.
  public static var needsEmulatedMachine: Self {
    need("\(EmulatedMachine.emulator) and a kernel in \(EmulatedMachine.kernelPackage): run Scripts/test") {
      EmulatedMachine.isThere
    }
  }

  /// The reference implementation, to compare with.
  public static var needsStockKubectl: Self {
    need("the stock kubectl, version 1.32 or near it, in PATH") {
      let answer = try? await ProgramOutput.of("kubectl", ["version", "--client"])
      return answer?.end == .exited(0) && TextPattern("Client Version: v1.").matches(answer?.output ?? "")
    }
  }

  /// The official Kubernetes client for Python, which is no part of what this project is built and tested with.
  public static var needsPythonClient: Self {
    need("a python3 with the package kubernetes, tried with `python3 -c 'import kubernetes'`", always: false) {
      await PythonClient.interpreter() != nil
    }
  }

  /// Programs that are no part of what this project is built from.
  public static func needsPrograms(_ names: String...) -> Self {
    need("the programs \(names.joined(separator: ", "))", always: false) {
      let paths = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".split(separator: ":")
      return names.allSatisfy { name in paths.contains { access("\($0)/\(name)", X_OK) == 0 } }
    }
  }

  private static func need(
    _ what: String, always: Bool = true, _ isMet: @escaping @Sendable () async -> Bool
  ) -> Self {
    .enabled("needs \(what)") {
      if await isMet() { return true }
      if always, getenv("REQUIRE_PRIVILEGED").map({ String(cString: $0) }) == "1" { throw UnmetNeed(what: what) }
      return false
    }
  }

  private static func succeeds(_ program: String, _ arguments: [String]) async -> Bool {
    (try? await ProgramOutput.of(program, arguments).end) == .exited(0)
  }
}

/// The Python that knows the official Kubernetes client.
public enum PythonClient {
  /// The system's own comes second: packages are installed for it, whatever else the user has chosen.
  public static func interpreter() async -> String? {
    for program in ["python3", "/usr/bin/python3"] {
      let answer = try? await ProgramOutput.of(program, ["-c", "import kubernetes"])
      if answer?.end == .exited(0) { return program }
    }
    return nil
  }
}

/// A need that REQUIRE_PRIVILEGED=1 insists on.
public struct UnmetNeed: Error, CustomStringConvertible {
  let what: String

  public var description: String { "REQUIRE_PRIVILEGED=1, but this machine lacks \(what)" }
}
