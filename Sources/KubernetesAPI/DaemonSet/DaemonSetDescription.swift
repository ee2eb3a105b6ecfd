extension DaemonSet: Describable {
  public func describe(into description: inout Description, _ related: RelatedObjects) {
    description.field(0, "Name", name)
    description.field(0, "Selector", podSelector?.queryText ?? "")
    description.field(0, "Node-Selector", LabelSelector(podTemplate.spec.nodeSelector).text)
    description.pairs("Labels", metadata.labels)
    description.annotations(metadata.annotations)
    let counts = [
      ("Desired Number of Nodes Scheduled", status.desiredNumberScheduled),
      ("Current Number of Nodes Scheduled", status.currentNumberScheduled),
      ("Number of Nodes Scheduled with Up-to-date Pods", status.updatedNumberScheduled),
      ("Number of Nodes Scheduled with Available Pods", status.numberAvailable),
      ("Number of Nodes Misscheduled", status.numberMisscheduled),
    ]
    for (name, count) in counts { description.line(0, "\(name): \(count ?? 0)") }
    description.podsStatus(related.pods, of: self)
    podTemplate.describe(into: &description)
    description.events(related.events, now: related.now)
  }
}
