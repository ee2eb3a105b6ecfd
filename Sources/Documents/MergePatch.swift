extension Document {
  /// This value with a JSON merge patch (RFC 7386) applied: maps are merged, null removes, all else replaces.
  public func merging(_ patch: Document) -> Document {
    guard let changes = patch.mapValue else { return patch }
    var map = mapValue ?? DocumentMap()
    for change in changes.entries {
      if change.value.isNull {
        map[change.key] = nil
      } else {
        map[change.key] = (map[change.key] ?? .null).merging(change.value)
      }
    }
    return .map(map)
  }
}
