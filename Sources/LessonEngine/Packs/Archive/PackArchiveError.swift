/// An archive that is no pack, or not the pack that somebody built.
public struct PackArchiveError: Error, Sendable, Equatable, CustomStringConvertible {
  public var archive: String
  /// The file in it that is not as it should be.
  public var entry: String?
  public var reason: String

  init(archive: String, entry: String? = nil, reason: String) {
    self.archive = archive
    self.entry = entry
    self.reason = reason
  }

  public var description: String {
    "\(archive): " + (entry.map { "\"\(PackPath.shown($0))\" " } ?? "") + reason
  }
}
