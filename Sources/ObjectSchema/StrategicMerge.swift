public import Documents

/// Why a strategic merge patch cannot be applied.
public struct StrategicMergeFailure: Error, Sendable, Equatable, CustomStringConvertible {
  public let message: String
  public var description: String { message }
}

extension AnySchema {
  /// The document with a strategic merge patch applied: lists whose rows name a merge key are merged element by
  /// element, and the directives `$patch`, `$retainKeys`, `$setElementOrder/…` and `$deleteFromPrimitiveList/…` obeyed.
  public func merging(_ patch: Document, into document: Document) throws(StrategicMergeFailure) -> Document {
    try Self.merge(patch, into: document, schema: self)
  }

  /// Without a schema the value is a map with free keys.
  private static func merge(
    _ patch: Document, into document: Document, schema: AnySchema?
  ) throws(StrategicMergeFailure) -> Document {
    guard let changes = patch.mapValue else { return patch }
    var map = document.mapValue ?? DocumentMap()
    switch changes["$patch"]?.stringValue {
    case nil, "merge": break
    case "replace":
      return .map(changes.without { $0 == "$patch" })
    case "delete": return .map(DocumentMap())
    case let directive?:
      throw StrategicMergeFailure(message: "Unknown patch type '\(directive)' found")
    }
    if let kept = changes["$retainKeys"]?.listValue {
      map = map.without { key in !kept.contains(.string(key)) }
    }
    for change in changes.entries {
      if let name = change.key.suffix(after: "$deleteFromPrimitiveList/") {
        let removed = change.value.listValue ?? []
        map[name] = (map[name]?.listValue).map { .list($0.filter { !removed.contains($0) }) }
      } else if !change.key.hasPrefix("$") {
        let order = changes["$setElementOrder/\(change.key)"]?.listValue
        try merge(change.key, change.value, order: order, into: &map, row: schema?.field(change.key))
      }
    }
    // An order may be given for a list that is otherwise left as it is.
    for change in changes.entries {
      guard let name = change.key.suffix(after: "$setElementOrder/"), changes[name] == nil,
        let order = change.value.listValue, let list = map[name]?.listValue
      else { continue }
      map[name] = .list(ordered(list, by: order, of: list, key: schema?.field(name)?.mergeKey ?? ""))
    }
    return .map(map)
  }

  private static func merge(
    _ name: String, _ change: Document, order: [Document]?, into map: inout DocumentMap, row: FieldDescription?
  ) throws(StrategicMergeFailure) {
    switch (change.content, row?.type) {
    case (.null, _): map[name] = nil
    case (.map, .object(let schema)?):
      map[name] = try merge(change, into: map[name] ?? .null, schema: schema)
    case (.map, _): map[name] = try merge(change, into: map[name] ?? .null, schema: nil)
    case (.list(let changes), .list(let element)?):
      guard let key = row?.mergeKey else {
        map[name] = change.withoutDirectives
        return
      }
      let present = map[name]?.listValue ?? []
      var merged: [Document]
      if key.isEmpty {
        merged = present + changes.filter { !present.contains($0) }
      } else {
        merged = try merge(changes, into: present, key: key, element: element)
      }
      if let order { merged = ordered(merged, by: order, of: present, key: key) }
      map[name] = .list(merged)
    default: map[name] = change
    }
  }

  private static func merge(
    _ changes: [Document], into present: [Document], key: String, element: TypeDescription
  ) throws(StrategicMergeFailure) -> [Document] {
    if changes.contains(where: { $0["$patch"]?.stringValue == "replace" }) {
      return changes.filter { $0["$patch"]?.stringValue != "replace" }
    }
    var list = present
    for change in changes {
      guard let map = change.mapValue else {
        throw StrategicMergeFailure(
          message: "expected a list of objects merged by \"\(key)\", found \(change.kindName)")
      }
      guard let wanted = map[key] else {
        throw StrategicMergeFailure(
          message: "map: \(goText(change)) does not contain declared merge key: \(key)")
      }
      let index = list.firstIndex { $0[key] == wanted }
      if map["$patch"]?.stringValue == "delete" {
        list.removeAll { $0[key] == wanted }
      } else if let index {
        guard case .object(let schema) = element else { continue }
        list[index] = try merge(change, into: list[index], schema: schema)
      } else {
        list.append(change.withoutDirectives)
      }
    }
    return list
  }

  /// The elements that the patch speaks of in its order; those that only the server has keep their place before the
  /// element that followed them.
  private static func ordered(
    _ list: [Document], by order: [Document], of present: [Document], key: String
  ) -> [Document] {
    func identity(_ element: Document) -> Document { key.isEmpty ? element : element[key] ?? .null }
    let wanted = order.map(identity)
    let spoken = list.filter { wanted.contains(identity($0)) }
      .sorted { wanted.firstIndex(of: identity($0))! < wanted.firstIndex(of: identity($1))! }
    let unspoken = list.filter { !wanted.contains(identity($0)) }
    func place(_ element: Document) -> Int? { present.firstIndex { identity($0) == identity(element) } }
    var result: [Document] = []
    var left = spoken[...]
    var right = unspoken[...]
    while let first = left.first, let second = right.first {
      if let firstPlace = place(first), let secondPlace = place(second), secondPlace < firstPlace {
        result.append(second)
        right.removeFirst()
      } else {
        result.append(first)
        left.removeFirst()
      }
    }
    return result + left + right
  }

  /// A document as Go's `%v` shows it, which Kubernetes' patch errors contain.
  public static func goText(_ document: Document) -> String {
    switch document.content {
    case .null: "<nil>"
    case .string(let text): text
    case .list(let list): "[" + list.map(goText).joined(separator: " ") + "]"
    case .map(let map):
      "map[" + map.sorted().entries.map { "\($0.key):\(goText($0.value))" }.joined(separator: " ") + "]"
    default: document.jsonText()
    }
  }
}

extension Document {
  /// Without the words that speak to the patching itself; null fields of a new element go with them.
  fileprivate var withoutDirectives: Document {
    switch content {
    case .map(let map):
      var kept = DocumentMap()
      for entry in map.entries where !entry.key.hasPrefix("$") && !entry.value.isNull {
        kept.append(entry.key, entry.value.withoutDirectives)
      }
      return .map(kept)
    case .list(let list):
      return .list(list.filter { $0["$patch"] == nil }.map(\.withoutDirectives))
    default: return self
    }
  }
}

extension DocumentMap {
  fileprivate func without(_ isUnwanted: (String) -> Bool) -> DocumentMap {
    DocumentMap(entries.filter { !isUnwanted($0.key) }.map { ($0.key, $0.value) })
  }
}

extension String {
  fileprivate func suffix(after prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}
