internal import Documents
internal import ObjectSchema

/// The patch that `apply` sends: what the new manifest asks for and the live object lacks, and what the last manifest
/// asked for and the new one no longer mentions. What others have added to the live object stays.
///
/// Lists with a merge key are compared element by element, with the directives of strategic merge patches.
struct ThreeWayPatch {
  /// Nil for a kind without a known table: its lists are replaced as a whole.
  let schema: AnySchema?

  static func make(original: Document, modified: Document, current: Document, schema: AnySchema?) -> Document {
    let patch = ThreeWayPatch(schema: schema).patchMap(
      original.mapValue ?? DocumentMap(), modified.mapValue ?? DocumentMap(), current.mapValue ?? DocumentMap())
    return Document.map(patch).sortedByKeys()
  }

  private func patchMap(_ original: DocumentMap, _ modified: DocumentMap, _ current: DocumentMap) -> DocumentMap {
    var patch = DocumentMap()
    for entry in original.entries where modified[entry.key] == nil { patch[entry.key] = .null }
    for entry in modified.entries {
      let field = schema?.field(entry.key)
      patchField(
        entry.key, field, original[entry.key], entry.value, current[entry.key], into: &patch)
    }
    return patch
  }

  private func patchField(
    _ key: String, _ field: FieldDescription?, _ original: Document?, _ modified: Document, _ current: Document?,
    into patch: inout DocumentMap
  ) {
    switch (modified.content, current?.content) {
    case (.map(let modified), .map(let current)?):
      let inner = ThreeWayPatch(schema: field.flatMap { Self.elementSchema($0.type) })
      var changes = inner.patchMap(original?.mapValue ?? DocumentMap(), modified, current)
      if changes.isEmpty { return }
      if field?.retainsKeys == true { changes.retainKeys(of: modified) }
      patch[key] = .map(changes)
    case (.list(let modified), .list(let current)?):
      guard schema != nil, let mergeKey = field?.mergeKey else {
        if modified != current { patch[key] = .list(modified) }
        return
      }
      let original = original?.listValue ?? []
      if mergeKey.isEmpty {
        patchPlainList(key, original, modified, current, into: &patch)
      } else {
        let inner = ThreeWayPatch(schema: field.flatMap { Self.elementSchema($0.type) })
        inner.patchKeyedList(
          key, mergeKey, retainsKeys: field?.retainsKeys == true, original, modified, current, into: &patch)
      }
    default:
      if modified != current { patch[key] = modified }
    }
  }

  private func patchPlainList(
    _ key: String, _ original: [Document], _ modified: [Document], _ current: [Document],
    into patch: inout DocumentMap
  ) {
    let added = modified.filter { !current.contains($0) }
    let removed = original.filter { !modified.contains($0) }
    if !added.isEmpty { patch[key] = .list(added) }
    if !removed.isEmpty { patch["$deleteFromPrimitiveList/\(key)"] = .list(removed) }
    if modified != current || !removed.isEmpty { patch["$setElementOrder/\(key)"] = .list(modified) }
  }

  private func patchKeyedList(
    _ key: String, _ mergeKey: String, retainsKeys: Bool, _ original: [Document], _ modified: [Document],
    _ current: [Document], into patch: inout DocumentMap
  ) {
    func element(_ list: [Document], _ identity: Document?) -> DocumentMap? {
      list.first { $0[mergeKey] == identity }?.mapValue
    }
    var changes: [Document] = []
    for item in modified {
      let identity = item[mergeKey]
      guard let known = element(current, identity), let wanted = item.mapValue else {
        changes.append(item)
        continue
      }
      var change = patchMap(element(original, identity) ?? DocumentMap(), wanted, known)
      if change.isEmpty { continue }
      change[mergeKey] = identity
      if retainsKeys { change.retainKeys(of: wanted) }
      changes.append(.map(change))
    }
    for item in original where element(modified, item[mergeKey]) == nil {
      changes.append(["$patch": "delete", mergeKey: item[mergeKey] ?? .null])
    }
    if !changes.isEmpty { patch[key] = .list(changes) }
    let isSameOrder =
      modified.count == current.count && zip(modified, current).allSatisfy { $0[mergeKey] == $1[mergeKey] }
    if !changes.isEmpty || !isSameOrder {
      patch["$setElementOrder/\(key)"] = .list(modified.map { [mergeKey: $0[mergeKey] ?? .null] })
    }
  }

  private static func elementSchema(_ type: TypeDescription) -> AnySchema? {
    switch type {
    case .object(let schema): schema
    case .list(let element): elementSchema(element)
    default: nil
    }
  }
}

extension DocumentMap {
  /// Says that all other keys are to go.
  fileprivate mutating func retainKeys(of wanted: DocumentMap) {
    self["$retainKeys"] = .list(wanted.keys.sorted().map { .string($0) })
  }
}
