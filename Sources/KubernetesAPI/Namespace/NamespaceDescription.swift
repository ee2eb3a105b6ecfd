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
    description.line(0, "")
    description.line(0, "No resource quota.")
    description.line(0, "")
    description.line(0, "No LimitRange resource.")
  }
}
