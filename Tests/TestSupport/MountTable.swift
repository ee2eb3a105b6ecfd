internal import SystemIO

/// The mounts that this process sees.
struct MountTable {
  struct Mount: Sendable {
    var id: String
    var point: String
    var type: String
    var superOptions: String
  }

  static func current() -> [Mount] {
    ((try? Files.readText("/proc/self/mountinfo")) ?? "").split(separator: "\n").compactMap { line in
      // "36 35 98:0 /root /point options optional... - type source superOptions"
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), fields.count > dash + 3, fields.count > 4 else { return nil }
      return Mount(
        id: String(fields[0]), point: String(fields[4]), type: String(fields[dash + 1]),
        superOptions: String(fields[dash + 3]))
    }
  }
}
