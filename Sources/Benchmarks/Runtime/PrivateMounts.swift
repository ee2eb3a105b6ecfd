internal import Glibc
internal import SystemIO

/// A view of the machine in which the peers work: some refuse a cgroup hierarchy of both versions, though they would use
/// one only.
enum PrivateMounts {
  private static let secondHierarchy = "/sys/fs/cgroup/unified"
  private static let marker = "PODIUM_BENCH_MOUNTS"

  /// Starts this program again where the second hierarchy is not mounted, if there is one and root may do so.
  static func enter() {
    guard getuid() == 0, Files.isDirectory(secondHierarchy), Environment[marker] == nil,
      let program = try? Files.linkTarget("/proc/self/exe")
    else { return }
    setenv(marker, "private", 1)
    let script = "umount \(secondHierarchy); exec \"$0\" \"$@\""
    let words = ["unshare", "--mount", "sh", "-c", script, program] + CommandLine.arguments.dropFirst()
    var pointers = words.map { strdup($0) } + [nil]
    execvp("unshare", &pointers)
    // Not there: the peers in question will say so.
    for pointer in pointers { free(pointer) }
  }
}
