internal import SystemIO

/// Whose an unpacked layer's files are, where that depends on the ids of the namespace in which it was unpacked.
///
/// A layer of root's files alone has none: they are its user's in every namespace.
struct LayerOwnership: Equatable {
  /// The ids that there were, and which ids of the machine they stood for.
  var ids: String
  /// Some of the archive's users were not among them, and root has their files.
  var isIncomplete: Bool

  init(ids: String, isIncomplete: Bool) {
    self.ids = ids
    self.isIncomplete = isIncomplete
  }

  private static let incomplete = "incomplete"

  /// Reads what `text` has written; nil when there is nothing that could be read.
  init?(_ text: String?) {
    guard let text, let end = text.firstIndex(of: "\n") else { return nil }
    isIncomplete = text[..<end] == Self.incomplete
    ids = String(text[text.index(after: end)...])
  }

  var text: String { (isIncomplete ? Self.incomplete : "complete") + "\n" + ids }

  /// Of this process, as the kernel tells them.
  static let ownIDs: String = ["uid_map", "gid_map"].map { name in
    ((try? Files.readText("/proc/self/" + name)) ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }.joined(separator: "\n")
}

extension Images {
  func ownershipPath(_ layer: String) -> String { path + "/owners/" + layer.suffix(64) }

  func ownership(ofLayer layer: String) -> LayerOwnership? {
    LayerOwnership(try? Files.readText(ownershipPath(layer)))
  }

  /// Whether the layer is unpacked, and its files belong to whom they should, as far as this process can have it.
  func isPrepared(_ layer: String) -> Bool {
    Files.isDirectory(layer) && ownership(ofLayer: layer)?.ids ?? LayerOwnership.ownIDs == LayerOwnership.ownIDs
  }

  /// Whether files of the image belong to root because their users have no ids here.
  public func lacksOwners(_ image: Image) -> Bool {
    image.layers.contains { ownership(ofLayer: $0)?.isIncomplete == true }
  }
}
