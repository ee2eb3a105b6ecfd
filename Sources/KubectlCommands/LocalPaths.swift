internal import Glibc

extension KubectlContext {
  /// Where a path among the arguments leads.
  ///
  /// Throws when the command may not leave its folders and the path, links followed, would.
  func place(_ path: String) throws -> String {
    try confined(path.hasPrefix("/") ? path : workingDirectory + "/" + path, path)
  }

  /// The same place, if the command may go there.
  func confined(_ place: String, _ shown: String) throws -> String {
    guard let confinement else { return place }
    let real = Self.resolved(place)
    guard let real, confinement.compactMap(Self.resolved).contains(where: { real == $0 || real.hasPrefix($0 + "/") })
    else {
      throw Failure(
        "\(shown) is outside of the folders that this command may use: \(confinement.joined(separator: ", "))")
    }
    return place
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
