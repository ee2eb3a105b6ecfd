internal import Glibc
internal import LocalCluster
internal import SystemIO

/// A cluster that is made to be measured, of the program that was built beside this one.
enum MeasuredCluster {
  static func launcher() throws -> ClusterLauncher {
    ClusterLauncher(paths: try ClusterPaths.resolve(cluster: "bench-\(getpid())"), program: try program())
  }

  /// What people start.
  static func program() throws -> String {
    let own = try Files.linkTarget("/proc/self/exe")
    return own[..<(own.lastIndex(of: "/") ?? own.startIndex)] + "/podium"
  }

  /// Runs the body, and deletes the cluster with all that it has stored, whatever happened.
  static func with<Result: Sendable>(_ body: (ClusterLauncher) async throws -> Result) async throws -> Result {
    let launcher = try launcher()
    do {
      let result = try await body(launcher)
      try await launcher.delete()
      return result
    } catch {
      // In a task of its own: a measurement that was cancelled must clean up all the same.
      await Task { try? await launcher.delete() }.value
      throw error
    }
  }
}
