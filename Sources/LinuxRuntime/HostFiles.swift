internal import SystemIO

/// Files that the pods of a node left on the machine.
public enum HostFiles {
  /// Removes a directory with all that is in it. What pods of an ordinary user wrote may belong to users that only exist
  /// in a node; a process with the same users as a node has takes it away.
  public static func remove(_ path: String) async throws {
    do {
      return try Files.removeTree(path)
    } catch {
      let mapping = IDMapping.available()
      guard mapping.mapsOtherUsers, mapping.isRootless else { throw error }
      _ = await Launcher.tryOut(HostCapabilities.trial(mapping, [.mount], [.removeTree(path)]))
      // What is left now is left for a reason that is worth telling.
      try Files.removeTree(path)
    }
  }
}
