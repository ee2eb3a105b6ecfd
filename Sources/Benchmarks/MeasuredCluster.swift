internal import Glibc
internal import LocalCluster
internal import SystemIO

/// A cluster that is made to be measured, of the program that was built beside this one.
enum MeasuredCluster {
  static func launcher() throws -> ClusterLauncher {
    let own = try Files.linkTarget("/proc/self/exe")
    let folder = own[..<(own.lastIndex(of: "/") ?? own.startIndex)]
    return ClusterLauncher(
      paths: try ClusterPaths.resolve(cluster: "bench-\(getpid())"), program: "\(folder)/podium")
  }
}
