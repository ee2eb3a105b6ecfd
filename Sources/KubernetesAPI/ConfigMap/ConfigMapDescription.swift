extension ConfigMap: Describable {
  public func describe(into description: inout Description, _ related: RelatedObjects) {
    description.identity(metadata)
    description.line(0, "")
    description.line(0, "Data")
    description.line(0, "====")
    for (key, text) in data.sorted(by: { $0.key < $1.key }) {
      description.line(0, "\(key):")
      description.line(0, "----")
      description.line(0, text)
      description.line(0, "")
    }
    description.line(0, "")
    description.line(0, "BinaryData")
    description.line(0, "====")
    for (key, bytes) in binaryData.sorted(by: { $0.key < $1.key }) {
      description.line(0, "\(key): \(bytes.count) bytes")
    }
    description.line(0, "")
    description.events(related.events, now: related.now)
  }
}
