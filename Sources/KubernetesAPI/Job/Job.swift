internal import Documents
public import ObjectSchema

/// Runs pods until enough of them have ended well.
public struct Job: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var spec = JobSpec()
  public var status = JobStatus()

  public init() {}

  public static let schema = Schema<Job>(
    "Job", "Runs pods until enough of them have ended well.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Name, labels and history."),
      Field("spec", \.spec, .object(JobSpec.self), "What the pods are to be, and how many must end well."),
      Field(
        "status", \.status, .object(JobStatus.self), checked: false, "How far it has come; written by its controller."),
    ])

  public static let resource = Resource(
    Job.self, group: "batch", kind: "Job", plural: "jobs", categories: ["all"],
    subresources: [Subresource("status", kind: "Job", verbs: ["get", "patch", "update"])],
    columns: columns, rules: JobRules.all)

  private static var columns: [Column<Job>] {
    [
      .name,
      Column("Status", "What the job is doing, or how it has ended.") { job, _ in .string(job.statusText) },
      Column("Completions", "How many pods have ended well, of how many.") { job, _ in .string(job.completionsText) },
      Column("Duration", "How long it has been running, or has run.") { job, now in .string(job.duration(now: now)) },
      .age,
    ] + Column.ofPods
  }

  private var statusText: String {
    func holds(_ type: String) -> Bool { status.conditions.contains { $0.type == type && $0.status == "True" } }
    if let end = ["Complete", "Failed"].first(where: holds) { return end }
    if metadata.deletionTimestamp != nil { return "Terminating" }
    return ["Suspended", "FailureTarget", "SuccessCriteriaMet"].first(where: holds) ?? "Running"
  }

  private var completionsText: String {
    let succeeded = status.succeeded ?? 0
    if let completions = spec.completions { return "\(succeeded)/\(completions)" }
    let parallelism = spec.parallelism ?? 0
    return "\(succeeded)/1" + (parallelism > 1 ? " of \(parallelism)" : "")
  }

  private func duration(now: Timestamp) -> String {
    status.startTime == nil ? "" : Age.text(since: status.startTime, now: status.completionTime ?? now)
  }
}

extension Job: PodOwner {
  public var podTemplate: PodTemplateSpec { spec.template }
  public var podSelector: LabelSelector? { spec.selector }
}
