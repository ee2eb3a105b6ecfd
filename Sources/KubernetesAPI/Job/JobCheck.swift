internal import Documents
internal import ObjectSchema

/// Rules across the fields of a job, in the words of Kubernetes.
enum JobCheck {
  private static let spec = FieldPath("spec")

  static func check(_ job: Job) -> [FieldError] {
    checkLabels(job) + checkHostNames(job) + checkSelector(job.spec) + checkNumbers(job.spec)
      + checkReplacement(job.spec) + JobPolicyCheck.check(job.spec, at: spec) + checkManager(job.spec)
      + checkTemplate(job.spec)
  }

  // MARK: Labels and selector

  /// The labels that the server has chosen must be there, as they were chosen.
  private static func checkLabels(_ job: Job) -> [FieldError] {
    guard job.spec.manualSelector != true, let selector = job.spec.selector else { return [] }
    let labels = job.spec.template.metadata.labels
    let place = spec.field("template").field("metadata").field("labels")
    var errors: [FieldError] = []
    let expected = [
      (Job.oldUIDLabel, job.uid), (Job.oldNameLabel, job.name), (Job.uidLabel, job.uid), (Job.nameLabel, job.name),
    ]
    for (label, value) in expected where labels[label] != value {
      let path = place.key(label)
      if labels[label] == nil { errors.append(FieldError(path, .requiredBecause("must be '\(value)'"))) }
      errors.append(FieldError(path, .invalid("must be '\(value)'"), shown: GoText.map(labels)))
    }
    let chosen = Dictionary(uniqueKeysWithValues: expected)
    if let query = LabelSelectorCheck.query(selector), !query.matches(chosen) {
      errors.append(
        FieldError(
          spec.field("selector"), .invalid("`selector` not auto-generated"), shown: GoText.selector(selector)))
    }
    return errors
  }

  private static func checkSelector(_ job: JobSpec) -> [FieldError] {
    guard let selector = job.selector else { return [FieldError(spec.field("selector"), .required)] }
    let errors = LabelSelectorCheck.check(selector, at: spec.field("selector"))
    let labels = job.template.metadata.labels
    guard let query = LabelSelectorCheck.query(selector), !query.matches(labels) else { return errors }
    return errors + [
      FieldError(
        spec.field("template").field("metadata").field("labels"),
        .invalid("`selector` does not match template `labels`"), shown: GoText.map(labels))
    ]
  }

  /// Pods with numbers get host names from the job's name and their number.
  private static func checkHostNames(_ job: Job) -> [FieldError] {
    guard job.spec.completionMode == "Indexed", let completions = job.spec.completions, completions > 0 else {
      return []
    }
    let longest = "\(job.name)-\(completions - 1)"
    if Names.labelProblems(longest).isEmpty { return [] }
    return [
      FieldError(
        FieldPath("metadata", "name"), .invalid("will not able to create pod with invalid DNS label: \(longest)"),
        value: .string(job.name))
    ]
  }

  // MARK: Numbers

  private static let limit: Int32 = 100_000
  private static let limitWithBackOff: Int32 = 10_000

  private static func checkNumbers(_ job: JobSpec) -> [FieldError] {
    var errors: [FieldError] = []
    func refuse(_ field: String, _ value: Int32, _ why: String) {
      errors.append(FieldError(spec.field(field), .invalid(why), value: .integer(value)))
    }
    func require(_ field: String, _ why: String) {
      errors.append(FieldError(spec.field(field), .requiredBecause(why)))
    }
    if job.maxFailedIndexes != nil && job.backoffLimitPerIndex == nil {
      require("backoffLimitPerIndex", "when maxFailedIndexes is specified")
    }
    guard job.completionMode == "Indexed" else {
      if let value = job.backoffLimitPerIndex {
        refuse("backoffLimitPerIndex", value, "requires indexed completion mode")
      }
      if let value = job.maxFailedIndexes { refuse("maxFailedIndexes", value, "requires indexed completion mode") }
      return errors
    }
    if job.completions == nil { require("completions", "when completion mode is Indexed") }
    if let value = job.parallelism, value > limit {
      refuse("parallelism", value, "must be less than or equal to \(limit) when completion mode is Indexed")
    }
    if let value = job.maxFailedIndexes {
      if let completions = job.completions, value > completions {
        refuse("maxFailedIndexes", value, "must be less than or equal to completions")
      }
      if value > limit { refuse("maxFailedIndexes", value, "must be less than or equal to \(limit)") }
    }
    guard let completions = job.completions, completions > limit, job.backoffLimitPerIndex != nil else {
      return errors
    }
    let why =
      "must be less than or equal to \(limitWithBackOff) when completions are above \(limit) and used with backoff limit per index"
    if job.maxFailedIndexes == nil {
      require("maxFailedIndexes", "must be specified when completions is above \(limit)")
    }
    if let value = job.parallelism, value > limitWithBackOff { refuse("parallelism", value, why) }
    if let value = job.maxFailedIndexes, value > limitWithBackOff { refuse("maxFailedIndexes", value, why) }
    return errors
  }

  // MARK: The rest

  private static func checkReplacement(_ job: JobSpec) -> [FieldError] {
    guard let policy = job.podReplacementPolicy else { return [] }
    let allowed = job.podFailurePolicy == nil ? ["Failed", "TerminatingOrFailed"] : ["Failed"]
    if allowed.contains(policy) { return [] }
    return [
      FieldError(spec.field("podReplacementPolicy"), .notSupported(allowed), value: .string(policy))
    ]
  }

  /// `example.com/controller`.
  private static func checkManager(_ job: JobSpec) -> [FieldError] {
    guard let manager = job.managedBy else { return [] }
    let path = spec.field("managedBy")
    var errors: [FieldError] = []
    let parts = manager.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    if manager.isEmpty {
      errors.append(FieldError(path, .required))
    } else if parts.count < 2 || parts.contains("") {
      errors.append(
        FieldError(path, .invalid("must be a domain-prefixed path (such as \"acme.io/foo\")"), value: .string(manager)))
    } else {
      errors += Names.subdomainProblems(parts[0]).map { FieldError(path, .invalid($0), value: .string(parts[0])) }
    }
    if manager.utf8.count > 63 { errors.append(FieldError(path, .tooLong(63))) }
    return errors
  }

  private static func checkTemplate(_ job: JobSpec) -> [FieldError] {
    let template = spec.field("template")
    let place = template.field("spec").field("restartPolicy")
    var errors = PodTemplateCheck.check(job.template, at: template)
    switch job.template.spec.restartPolicy {
    case nil, "", "Always": errors.append(FieldError(place, .requiredBecause("valid values: \"OnFailure\", \"Never\"")))
    case "OnFailure" where job.podFailurePolicy != nil:
      errors.append(
        FieldError(
          place, .invalid("only \"Never\" is supported when podFailurePolicy is specified"), value: "OnFailure"))
    // Any other word is refused by its row.
    default: break
    }
    return errors
  }

  // MARK: Changes

  static func checkUpdate(_ job: Job, _ old: Job) -> [FieldError] {
    let (new, old, hasStarted) = (job.spec, old.spec, old.status.startTime != nil)
    var errors: [FieldError] = []
    func keep<Value: Equatable>(_ field: String, _ value: Value, _ before: Value, _ shown: String) {
      if value == before { return }
      errors.append(FieldError(spec.field(field), .invalid("field is immutable"), shown: shown))
    }
    func text(_ number: Int32?) -> String { number.map(String.init) ?? "null" }
    if new.completionMode != "Indexed" {
      keep("completions", new.completions, old.completions, text(new.completions))
    } else if let completions = new.completions, completions != old.completions, completions != new.parallelism {
      errors.append(
        FieldError(
          spec.field("completions"), .invalid("can only be modified in tandem with spec.parallelism"),
          value: .integer(completions)))
    }
    keep("selector", new.selector, old.selector, new.selector.map(GoText.selector) ?? "null")
    let template = old.suspend == true && !hasStarted ? old.template.placed(as: new.template) : old.template
    keep("template", new.template, template, new.template.document().jsonText())
    keep("completionMode", new.completionMode, old.completionMode, GoText.quoted(new.completionMode))
    keep(
      "podFailurePolicy", new.podFailurePolicy, old.podFailurePolicy,
      new.podFailurePolicy?.document().jsonText() ?? "null")
    keep(
      "backoffLimitPerIndex", new.backoffLimitPerIndex, old.backoffLimitPerIndex, text(new.backoffLimitPerIndex))
    keep("managedBy", new.managedBy, old.managedBy, new.managedBy.map(GoText.quoted) ?? "null")
    keep("successPolicy", new.successPolicy, old.successPolicy, new.successPolicy?.document().jsonText() ?? "null")
    return errors
  }

  static func check(_ status: JobStatus) -> [FieldError] {
    StatusCounts.checkSigns(
      [
        ("active", status.active), ("succeeded", status.succeeded), ("failed", status.failed),
        ("terminating", status.terminating), ("ready", status.ready),
      ], at: FieldPath("status"))
  }
}

extension PodTemplateSpec {
  /// With all that says where pods are to run taken from another template: that may change until they run.
  fileprivate func placed(as other: PodTemplateSpec) -> PodTemplateSpec {
    var template = self
    var affinity = spec.affinity ?? Affinity()
    affinity.nodeAffinity = other.spec.affinity?.nodeAffinity
    template.spec.affinity = affinity == Affinity() && other.spec.affinity == nil ? nil : affinity
    template.spec.nodeSelector = other.spec.nodeSelector
    template.spec.tolerations = other.spec.tolerations
    template.spec.schedulingGates = other.spec.schedulingGates
    template.metadata.annotations = other.metadata.annotations
    template.metadata.labels = other.metadata.labels
    return template
  }
}
