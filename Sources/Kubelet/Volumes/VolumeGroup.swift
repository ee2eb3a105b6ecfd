internal import SystemIO

/// The group of a pod (`fsGroup`) that its volumes are given to: whoever is in it may read them, and write to those that
/// are not read-only; what is made in them later has the group as well.
struct VolumeGroup {
  let id: UInt32

  func own(directory: String, mode: UInt32, isReadOnly: Bool) throws(SystemCallError) {
    try Files.setOwner(directory, group: id)
    try Files.setMode(directory, mode | (isReadOnly ? 0o2550 : 0o2770))
  }

  /// A change of owner takes special bits away, so the mode comes after it.
  func own(file: String, mode: UInt32, isReadOnly: Bool) throws(SystemCallError) {
    try Files.setOwner(file, group: id)
    try Files.setMode(file, mode | (isReadOnly ? 0o440 : 0o660))
  }
}
