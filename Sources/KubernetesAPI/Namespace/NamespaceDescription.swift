internal import Documents

extension Namespace: Describable {
  public func describe(into description: inout Description, _ related: RelatedObjects) {
    description.field(0, "Name", name)
    description.pairs("Labels", metadata.labels)
    description.annotations(metadata.annotations)
    description.field(0, "Status", status.phase ?? "")
    if !status.conditions.isEmpty {
      description.line(0, "Conditions:")
      description.line(1, "Type\tStatus\tLastTransitionTime\tReason\tMessage")
      description.line(1, "----\t------\t------------------\t------\t-------")
      for condition in status.conditions {
        let time = description.time(condition.lastTransitionTime)
        description.line(
          1,
          "\(condition.type ?? "")\t\(condition.status ?? "")\t\(time)\t\(condition.reason ?? "")\t\(condition.message ?? "")"
        )
      }
    }
    describe("resource quota", "Resource Quotas", related.quotas, &description)
    describe("LimitRange resource", "Resource Limits", related.limitRanges, &description)
  }

  private func describe(
    _ thing: String, _ title: String, _ objects: [Document]?, _ description: inout Description
  ) {
    guard let objects else { return }
    description.line(0, "")
    if objects.isEmpty { return description.line(0, "No \(thing).") }
    description.line(0, title)
    for object in objects {
      description.line(1, "Name:\t\(object["metadata"]?["name"]?.stringValue ?? "")")
      for entry in object["status"]?["hard"]?.mapValue?.sorted().entries ?? [] {
        let used = object["status"]?["used"]?[entry.key]?.plainText ?? "0"
        description.line(1, "\(entry.key)\t\(used)\t\(entry.value.plainText)")
      }
    }
  }
}
