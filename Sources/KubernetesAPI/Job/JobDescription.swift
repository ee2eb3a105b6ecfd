extension Job: Describable {
  public func describe(into description: inout Description, _ related: RelatedObjects) {
    description.field(0, "Name", name)
    description.field(0, "Namespace", namespace)
    description.field(0, "Selector", podSelector?.queryText ?? "")
    description.pairs("Labels", metadata.labels)
    description.annotations(metadata.annotations)
    description.manager(metadata)
    describeTask(&description)
    describeTime(&description)
    describeProgress(&description)
    podTemplate.describe(into: &description)
    description.events(related.events, now: related.now)
  }

  private func describeTask(_ description: inout Description) {
    if let parallelism = spec.parallelism { description.field(0, "Parallelism", "\(parallelism)") }
    description.field(0, "Completions", spec.completions.map(String.init) ?? "<unset>")
    if let mode = spec.completionMode { description.field(0, "Completion Mode", mode) }
    if let suspend = spec.suspend { description.field(0, "Suspend", "\(suspend)") }
    if let limit = spec.backoffLimit { description.field(0, "Backoff Limit", "\(limit)") }
    if let seconds = spec.ttlSecondsAfterFinished {
      description.field(0, "TTL Seconds After Finished", "\(seconds)")
    }
  }

  private func describeTime(_ description: inout Description) {
    if let start = status.startTime { description.field(0, "Start Time", description.time(start)) }
    if let end = status.completionTime { description.field(0, "Completed At", description.time(end)) }
    if let start = status.startTime, let end = status.completionTime {
      description.field(0, "Duration", Age.text(since: start, now: end))
    }
    if let seconds = spec.activeDeadlineSeconds {
      description.field(0, "Active Deadline Seconds", "\(seconds)s")
    }
  }

  private func describeProgress(_ description: inout Description) {
    let ready = status.ready.map { " (\($0) Ready)" } ?? ""
    description.field(
      0, "Pods Statuses",
      "\(status.active ?? 0) Active\(ready) / \(status.succeeded ?? 0) Succeeded / \(status.failed ?? 0) Failed")
    if spec.completionMode == "Indexed" {
      description.field(0, "Completed Indexes", Self.shortened(status.completedIndexes ?? ""))
    }
  }

  /// A list of indexes, cut at a comma when it is long.
  private static func shortened(_ indexes: String) -> String {
    if indexes.isEmpty { return "<none>" }
    guard let comma = indexes.dropFirst(50).firstIndex(of: ",") else { return indexes }
    return indexes[...comma] + "..."
  }
}
