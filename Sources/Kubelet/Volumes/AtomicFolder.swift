internal import ObjectSchema
internal import SystemIO

/// A file of a volume that the kubelet writes.
struct VolumeFile: Sendable, Equatable {
  /// Inside the volume.
  var path: String
  var bytes: [UInt8]
  var mode: UInt32
  /// Nil: root.
  var owner: UInt32?
}

/// A folder whose files change all at once.
///
/// The files lie in a hidden folder that is named after the time; `..data` is a link to it, and what readers open are
/// links into `..data`. A new version is a new hidden folder, and one renamed link makes it the current one.
struct AtomicFolder {
  let path: String
  /// The group that is given the files, if there is one.
  var group: UInt32?

  private static let current = "..data"
  private static let next = "..data_tmp"

  /// The file as readers see it now.
  func read(_ file: String) -> [UInt8]? { try? Files.read("\(path)/\(Self.current)/\(file)") }

  /// Shows these files and no others; answers whether that was a change.
  @discardableResult
  func show(_ files: [VolumeFile], now: Timestamp) throws -> Bool {
    // Of two files in the same place the later one counts.
    let wanted = Dictionary(files.map { ($0.path, $0) }, uniquingKeysWith: { $1 })
    for place in wanted.keys { try Self.check(place) }
    let former = try? Files.linkTarget("\(path)/\(Self.current)")
    if let former, shows(wanted, in: former) { return false }
    let version = Self.name(now)
    do {
      try write(wanted.values.sorted { $0.path < $1.path }, into: "\(path)/\(version)")
      let tops = Set(wanted.keys.map { String($0.prefix { $0 != "/" }) })
      let visible = Set(try Files.list(path).filter { !$0.hasPrefix("..") })
      for name in tops.subtracting(visible) {
        try makeLink(to: "\(Self.current)/\(name)", at: "\(path)/\(name)")
      }
      // A kubelet that was killed may have left it.
      try Files.removeTree("\(path)/\(Self.next)")
      try makeLink(to: version, at: "\(path)/\(Self.next)")
      try Files.move("\(path)/\(Self.next)", to: "\(path)/\(Self.current)")
      for name in visible.subtracting(tops) { try Files.removeTree("\(path)/\(name)") }
    } catch {
      try? Files.removeTree("\(path)/\(version)")
      throw error
    }
    for name in try Files.list(path) where name.hasPrefix("..") && name != Self.current && name != version {
      try Files.removeTree("\(path)/\(name)")
    }
    return true
  }

  private func makeLink(to target: String, at place: String) throws(SystemCallError) {
    try Files.makeLink(to: target, at: place)
    if let group { try Files.setOwner(place, group: group) }
  }

  /// `..2026_11_21_18_54_05.1234567890`
  private static func name(_ now: Timestamp) -> String {
    let moment = String(now.toTheSecond.text.dropLast().map { "-T:".contains($0) ? "_" : $0 })
    return "..\(moment).\(UInt32.random(in: 1...UInt32.max))"
  }

  private static func check(_ place: String) throws(ContainerPlanError) {
    if place.isEmpty { throw ContainerPlanError("invalid path: must not be empty: \"\"") }
    if place.hasPrefix("/") { throw ContainerPlanError("invalid path: must be relative path: \(place)") }
    let names = place.split(separator: "/", omittingEmptySubsequences: false)
    if names.contains("..") { throw ContainerPlanError("invalid path: must not contain '..': \(place)") }
    if names[0].hasPrefix("..") { throw ContainerPlanError("invalid path: must not start with '..': \(place)") }
  }

  private func shows(_ wanted: [String: VolumeFile], in version: String) -> Bool {
    let place = "\(path)/\(version)"
    return Set(Self.files(of: place)) == Set(wanted.keys)
      && wanted.values.allSatisfy { (try? Files.read("\(place)/\($0.path)")) == $0.bytes }
  }

  /// All files below a directory, by their paths in it.
  private static func files(of directory: String) -> [String] {
    ((try? Files.list(directory)) ?? []).flatMap { name in
      Files.isDirectory("\(directory)/\(name)") ? files(of: "\(directory)/\(name)").map { "\(name)/\($0)" } : [name]
    }
  }

  private func write(_ files: [VolumeFile], into version: String) throws(SystemCallError) {
    var directories: Set<String> = [version]
    try Files.makeDirectories(version, mode: 0o755)
    for file in files {
      let target = "\(version)/\(file.path)"
      var directory = target
      while let slash = directory.lastIndex(of: "/") {
        directory = String(directory[..<slash])
        if !directories.insert(directory).inserted { break }
      }
      if let slash = target.lastIndex(of: "/") { try Files.makeDirectories(String(target[..<slash]), mode: 0o755) }
      try Files.write(file.bytes, to: target, mode: file.mode)
      try Files.setMode(target, file.mode)
      if let owner = file.owner { try Files.setOwner(target, user: owner) }
      if let group { try VolumeGroup(id: group).own(file: target, mode: file.mode, isReadOnly: true) }
    }
    for directory in directories {
      try Files.setMode(directory, 0o755)
      if let group { try VolumeGroup(id: group).own(directory: directory, mode: 0o755, isReadOnly: true) }
    }
  }
}
