internal import Documents
internal import ObjectSchema

/// What a job asks beyond its rows.
enum JobRules {
  static var all: Rules<Job> {
    var rules = Rules<Job>()
    rules.applyDefaults = applyDefaults
    rules.prepareForCreation = { job in
      job.status = JobStatus()
      job.metadata.generation = 1
      if job.spec.manualSelector != true { job.chooseSelector() }
      if job.metadata.labels.isEmpty { job.metadata.labels = job.spec.template.metadata.labels }
    }
    rules.prepareForUpdate = { job, old, scope in
      switch scope {
      case .main:
        job.status = old.status
        if job.spec != old.spec { job.metadata.countChange() }
      case .status: job.spec = old.spec
      }
    }
    rules.check = JobCheck.check
    rules.checkUpdate = JobCheck.checkUpdate
    rules.checkStatus = { job, _ in JobCheck.check(job.status) }
    rules.warnings = { $0.metadata.warningsAsNameOfPods + PodTemplateCheck.warnings($0.spec.template) }
    // As it was before there were owners; kubectl always says what it wants.
    rules.dependents = .orphaned
    rules.selectableFields = { ["status.successful": "\($0.status.succeeded ?? 0)"] }
    return rules
  }

  private static func applyDefaults(_ job: inout Job) {
    job.spec.template.spec.applyComputedDefaults()
    // With neither number given there is one pod; with one of them, the other keeps its own meaning.
    if job.spec.completions == nil && job.spec.parallelism == nil { job.spec.completions = 1 }
    job.spec.parallelism = job.spec.parallelism ?? 1
    job.spec.backoffLimit = job.spec.backoffLimit ?? (job.spec.backoffLimitPerIndex == nil ? 6 : .max)
    job.spec.podReplacementPolicy =
      job.spec.podReplacementPolicy ?? (job.spec.podFailurePolicy == nil ? "TerminatingOrFailed" : "Failed")
    if job.metadata.labels.isEmpty { job.metadata.labels = job.spec.template.metadata.labels }
  }
}

extension Job {
  static let uidLabel = "batch.kubernetes.io/controller-uid"
  static let nameLabel = "batch.kubernetes.io/job-name"
  static let oldUIDLabel = "controller-uid"
  static let oldNameLabel = "job-name"

  /// Gives its pods labels that no other job's pods have, and selects them by one.
  ///
  /// Labels that are there already stay: if they are wrong, the check says so.
  fileprivate mutating func chooseSelector() {
    var labels = spec.template.metadata.labels
    for (label, value) in [
      (Self.oldNameLabel, name), (Self.nameLabel, name), (Self.oldUIDLabel, uid), (Self.uidLabel, uid),
    ] where labels[label] == nil {
      labels[label] = value
    }
    spec.template.metadata.labels = labels
    var selector = spec.selector ?? LabelSelector()
    if selector.matchLabels[Self.uidLabel] == nil { selector.matchLabels[Self.uidLabel] = uid }
    spec.selector = selector
  }
}
