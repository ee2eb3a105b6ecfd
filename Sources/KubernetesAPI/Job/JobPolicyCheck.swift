internal import Documents
internal import ObjectSchema

/// Rules about what failures and successes of pods mean for a job, in the words of Kubernetes.
enum JobPolicyCheck {
  private static let ruleLimit = 20
  private static let codeLimit = 255

  static func check(_ job: JobSpec, at spec: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    if let policy = job.podFailurePolicy {
      let path = spec.field("podFailurePolicy").field("rules")
      if policy.rules.count > ruleLimit {
        errors.append(FieldError(path, .tooMany(policy.rules.count, limit: ruleLimit)))
      }
      for (index, rule) in policy.rules.enumerated() { errors += check(rule, job, at: path.index(index)) }
    }
    if let policy = job.successPolicy { errors += check(policy, job, at: spec.field("successPolicy")) }
    return errors
  }

  // MARK: Failures

  private static func check(_ rule: PodFailurePolicyRule, _ job: JobSpec, at path: FieldPath) -> [FieldError] {
    var errors = choice(
      rule.action, of: ["Count", "FailIndex", "FailJob", "Ignore"], at: path.field("action"))
    if rule.action == "FailIndex" && job.backoffLimitPerIndex == nil {
      errors.append(
        FieldError(
          path.field("action"), .invalid("requires the backoffLimitPerIndex to be set"), value: "FailIndex"))
    }
    if let codes = rule.onExitCodes { errors += check(codes, job.template.spec, at: path.field("onExitCodes")) }
    let conditions = path.field("onPodConditions")
    if rule.onPodConditions.count > ruleLimit {
      errors.append(FieldError(conditions, .tooMany(rule.onPodConditions.count, limit: ruleLimit)))
    }
    for (index, pattern) in rule.onPodConditions.enumerated() {
      errors += Names.qualifiedNameProblems(pattern.type ?? "").map {
        FieldError(conditions.index(index).field("type"), .invalid($0), value: .string(pattern.type ?? ""))
      }
    }
    switch (rule.onExitCodes != nil, !rule.onPodConditions.isEmpty) {
    case (true, true):
      errors.append(
        FieldError(
          path, .invalid("specifying both OnExitCodes and OnPodConditions is not supported"), shown: ""))
    case (false, false):
      errors.append(
        FieldError(path, .invalid("specifying one of OnExitCodes and OnPodConditions is required"), shown: ""))
    default: break
    }
    return errors
  }

  private static func check(
    _ codes: PodFailurePolicyOnExitCodesRequirement, _ pod: PodSpec, at path: FieldPath
  ) -> [FieldError] {
    var errors = choice(codes.operator, of: ["In", "NotIn"], at: path.field("operator"))
    if let name = codes.containerName, !(pod.containers + pod.initContainers).contains(where: { $0.name == name }) {
      errors.append(
        FieldError(
          path.field("containerName"),
          .invalid("must be one of the container or initContainer names in the pod template"), value: .string(name)))
    }
    let values = path.field("values")
    if codes.values.isEmpty {
      errors.append(FieldError(values, .invalid("at least one value is required"), shown: GoText.numbers([])))
    } else if codes.values.count > codeLimit {
      errors.append(FieldError(values, .tooMany(codes.values.count, limit: codeLimit)))
    }
    var seen: Set<Int32> = []
    for (index, code) in codes.values.enumerated() {
      let place = values.index(index)
      if codes.operator == "In" && code == 0 {
        errors.append(FieldError(place, .invalid("must not be 0 for the In operator"), value: 0))
      }
      if !seen.insert(code).inserted { errors.append(FieldError(place, .duplicate, value: .integer(code))) }
    }
    if codes.values != codes.values.sorted() {
      errors.append(FieldError(values, .invalid("must be ordered"), shown: GoText.numbers(codes.values)))
    }
    return errors
  }

  private static func choice(_ word: String?, of words: [String], at path: FieldPath) -> [FieldError] {
    guard let word, !word.isEmpty else {
      let list = words.map { "\"\($0)\"" }.joined(separator: " ")
      return [FieldError(path, .requiredBecause("valid values: [\(list)]"))]
    }
    return words.contains(word) ? [] : [FieldError(path, .notSupported(words), value: .string(word))]
  }

  // MARK: Successes

  private static func check(_ policy: SuccessPolicy, _ job: JobSpec, at path: FieldPath) -> [FieldError] {
    guard job.completionMode == "Indexed" else {
      return [
        FieldError(
          path, .invalid("requires indexed completion mode"), shown: policy.document().jsonText())
      ]
    }
    let rules = path.field("rules")
    var errors: [FieldError] = []
    if policy.rules.isEmpty {
      errors.append(
        FieldError(rules, .requiredBecause("at least one rules must be specified when the successPolicy is specified")))
    } else if policy.rules.count > ruleLimit {
      errors.append(FieldError(rules, .tooMany(policy.rules.count, limit: ruleLimit)))
    }
    for (index, rule) in policy.rules.enumerated() {
      errors += check(rule, completions: job.completions ?? 0, at: rules.index(index))
    }
    return errors
  }

  private static func check(_ rule: SuccessPolicyRule, completions: Int32, at path: FieldPath) -> [FieldError] {
    if rule.succeededCount == nil && rule.succeededIndexes == nil {
      return [
        FieldError(
          path, .requiredBecause("at least one of succeededCount or succeededIndexes must be specified"))
      ]
    }
    var errors: [FieldError] = []
    var indexCount: Int32?
    if let text = rule.succeededIndexes {
      do {
        indexCount = try IndexList.count(text, below: completions)
      } catch {
        errors.append(
          FieldError(
            path.field("succeededIndexes"), .invalid("error parsing succeededIndexes: \(error.message)"),
            value: .string(text)))
        indexCount = 0
      }
    }
    guard let count = rule.succeededCount else { return errors }
    let place = path.field("succeededCount")
    errors += Format<Int32>.notNegative.problems(count).map {
      FieldError(place, .invalid($0), value: .integer(count))
    }
    if count > completions {
      errors.append(
        FieldError(
          place,
          .invalid("must be less than or equal to \(completions) (the number of specified completions)"),
          value: .integer(count)))
    }
    if let indexCount, count > indexCount {
      errors.append(
        FieldError(
          place,
          .invalid(
            "must be less than or equal to \(indexCount) (the number of indexes in the specified succeededIndexes field)"
          ), value: .integer(count)))
    }
    return errors
  }
}

/// Indexes of a job's pods as a text: `1,3-5`.
private enum IndexList {
  struct Failure: Error {
    let message: String
  }

  /// How many indexes the text names; they must rise and stay below a bound.
  static func count(_ text: String, below bound: Int32) throws(Failure) -> Int32 {
    if text.isEmpty { return 0 }
    var count: Int32 = 0
    var last: Int32?
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false)
      if ends.count > 2 {
        throw Failure(
          message:
            "the fragment \"\(part)\" violates the requirement that an index interval can have at most two parts separated by '-'"
        )
      }
      let first = try number(ends[0], below: bound)
      if let last, last >= first { throw disorder(last, first) }
      let end = ends.count == 2 ? try number(ends[1], below: bound) : first
      if ends.count == 2 && first >= end { throw disorder(first, end) }
      count += end - first + 1
      last = end
    }
    return count
  }

  private static func number(_ text: Substring, below bound: Int32) throws(Failure) -> Int32 {
    guard let number = Int32(text) else {
      throw Failure(message: "cannot convert string to integer for index: \"\(text)\"")
    }
    if number >= bound { throw Failure(message: "too large index: \"\(text)\"") }
    return number
  }

  private static func disorder(_ previous: Int32, _ current: Int32) -> Failure {
    Failure(message: "non-increasing order, previous: \(previous), current: \(current)")
  }
}
