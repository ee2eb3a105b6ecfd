internal import Documents
internal import ObjectSchema

/// What is wrong with a label selector, in the words of Kubernetes.
enum LabelSelectorCheck {
  static func check(_ selector: LabelSelector, at path: FieldPath) -> [FieldError] {
    var errors = MetadataRules.checkLabels(selector.matchLabels, at: path.field("matchLabels"))
    for (index, requirement) in selector.matchExpressions.enumerated() {
      errors += check(requirement, at: path.field("matchExpressions").index(index))
    }
    return errors
  }

  /// What the selector asks, unless it makes no sense.
  static func query(_ selector: LabelSelector) -> LabelQuery? {
    check(selector, at: FieldPath()).isEmpty ? try? LabelQuery(selector) : nil
  }

  private static func check(_ requirement: LabelSelectorRequirement, at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    let values = path.field("values")
    switch requirement.operator {
    case "In", "NotIn":
      if requirement.values.isEmpty {
        errors.append(
          FieldError(values, .requiredBecause("must be specified when `operator` is 'In' or 'NotIn'")))
      }
    case "Exists", "DoesNotExist":
      if !requirement.values.isEmpty {
        errors.append(
          FieldError(values, .forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'")))
      }
    default:
      errors.append(
        FieldError(
          path.field("operator"), .invalid("not a valid selector operator"),
          value: .string(requirement.operator ?? "")))
    }
    for problem in Names.qualifiedNameProblems(requirement.key ?? "") {
      errors.append(FieldError(path.field("key"), .invalid(problem), value: .string(requirement.key ?? "")))
    }
    for (index, value) in requirement.values.enumerated() {
      for problem in Names.labelValueProblems(value) {
        errors.append(FieldError(values.index(index), .invalid(problem), value: .string(value)))
      }
    }
    return errors
  }
}
