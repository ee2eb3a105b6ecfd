internal import Glibc

extension KubectlContext {
  /// Where a path among the arguments leads.
  ///
  /// Throws when the command may not leave its folders and the path, links followed, would.
  func place(_ path: String, isWritten: Bool = false) throws -> String {
    let place = path.hasPrefix("/") ? path : workingDirectory + "/" + path
    return isWritten ? try writable(place, path) : try confined(place, path)
  }

  /// The same place, if the command may read there.
  func confined(_ place: String, _ shown: String) throws -> String {
    guard let confinement else { return place }
    let real = try inside(confinement, place, shown)
    var status = stat()
    guard stat(real, &status) == 0 else { return place }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: break
    case S_IFREG:
      if status.st_size > Self.mostConfinedBytes {
        throw Failure("\(shown) is larger than the \(Self.mostConfinedBytes >> 20) MiB that this command may use")
      }
    // A pipe would never end, a device has no end.
    default: throw Failure("\(shown) is neither a file nor a folder")
    }
    return place
  }

  /// What a manifest says that was found at a place: those of the search folders may be another text each time.
  func found(_ manifest: [UInt8], at place: String) -> [UInt8] {
    guard let fillManifest, searchFolders.contains(where: { place.hasPrefix($0 + "/") }) else { return manifest }
    return fillManifest(manifest)
  }

  /// The same place, if the command may write there: in its own folder only.
  func writable(_ place: String, _ shown: String) throws -> String {
    if confinement != nil { _ = try inside([workingDirectory], place, shown) }
    return place
  }

  /// What a command that is confined reads from one file, or writes, at most.
  static let mostConfinedBytes = 64 << 20

  private func inside(_ folders: [String], _ place: String, _ shown: String) throws -> String {
    let real = Self.resolved(place)
    guard let real, folders.compactMap(Self.resolved).contains(where: { real == $0 || real.hasPrefix($0 + "/") })
    else {
      throw Failure(
        "\(shown) is outside of the folders that this command may use: \(folders.joined(separator: ", "))")
    }
    return real
  }

  /// Without links; what is not there yet is taken from its parent.
  private static func resolved(_ path: String) -> String? {
    if let real = realpath(path, nil) {
      defer { free(real) }
      return String(cString: real)
    }
    // Something that cannot be resolved for another reason, such as a link into nowhere, is no place to write to.
    var status = stat()
    guard errno == ENOENT, lstat(path, &status) != 0, let slash = path.lastIndex(of: "/") else { return nil }
    let name = path[path.index(after: slash)...]
    guard !name.isEmpty, name != "..", name != "." else { return nil }
    return resolved(path[..<slash].isEmpty ? "/" : String(path[..<slash])).map { $0 + "/" + name }
  }
}
