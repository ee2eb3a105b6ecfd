internal import Documents
internal import ObjectSchema

extension Document {
  /// The same value with its fields as the kind lists them, and what it does not list by the alphabet.
  func inOrder(of schema: AnySchema?) -> Document {
    switch content {
    case .list(let list): return .list(list.map { $0.inOrder(of: schema) })
    case .map(let map):
      let fields = schema?.fields ?? []
      // Of what an object says of itself, its kind comes first.
      let known = ["kind", "apiVersion"] + fields.map(\.name).filter { $0 != "kind" && $0 != "apiVersion" }
      let keys = known.filter { map[$0] != nil } + map.sorted().keys.filter { !known.contains($0) }
      return .map(
        DocumentMap(
          keys.map { key in
            let type = fields.first { $0.name == key }?.type
            return (key, (map[key] ?? .null).inOrder(of: type.flatMap(Explanation.schema)))
          }))
    default: return self
    }
  }
}
