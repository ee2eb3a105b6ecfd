extension Secret: Describable {
  /// Sizes instead of contents, except for tokens, which are there to be copied.
  public func describe(into description: inout Description, _ related: RelatedObjects) {
    description.identity(metadata)
    description.line(0, "")
    description.field(0, "Type", type ?? "")
    description.line(0, "")
    description.line(0, "Data")
    description.line(0, "====")
    for (key, bytes) in data.sorted(by: { $0.key < $1.key }) {
      let isToken = key == "token" && type == "kubernetes.io/service-account-token"
      description.field(0, key, isToken ? String(decoding: bytes, as: UTF8.self) : "\(bytes.count) bytes")
    }
  }
}
