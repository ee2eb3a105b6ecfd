internal import Documents
internal import ObjectSchema

/// What is wrong with a template of pods, by itself and beside the selector that is to find the pods again.
enum PodTemplateCheck {
  static func check(_ template: PodTemplateSpec, at path: FieldPath) -> [FieldError] {
    let metadata = path.field("metadata")
    let spec = path.field("spec")
    var errors = MetadataRules.checkLabels(template.metadata.labels, at: metadata.field("labels"))
    errors += MetadataRules.checkAnnotations(template.metadata.annotations, at: metadata.field("annotations"))
    errors += PodCheck.check(template.spec, at: spec)
    if !template.spec.ephemeralContainers.isEmpty {
      errors.append(
        FieldError(
          spec.field("ephemeralContainers"), .forbidden("ephemeral containers not allowed in pod template")))
    }
    return errors
  }

  /// What the pods of an owner will ask for in vain.
  static func warnings(_ template: PodTemplateSpec) -> [String] {
    UnsupportedFields.warnings(template.spec, at: FieldPath("spec", "template", "spec"))
  }

  /// Pods that run for good: the ones of replica sets, deployments and daemon sets, which `kind` names.
  static func checkLasting(_ template: PodTemplateSpec, of kind: String, at path: FieldPath) -> [FieldError] {
    var errors = check(template, at: path)
    let spec = path.field("spec")
    if let policy = template.spec.restartPolicy, policy == "OnFailure" || policy == "Never" {
      errors.append(FieldError(spec.field("restartPolicy"), .notSupported(["Always"]), value: .string(policy)))
    }
    if template.spec.activeDeadlineSeconds != nil {
      errors.append(
        FieldError(
          spec.field("activeDeadlineSeconds"),
          .forbidden("activeDeadlineSeconds in \(kind) is not Supported")))
    }
    return errors
  }
}

/// What the kinds that make pods ask of their selectors.
enum PodSelectorCheck {
  static let path = FieldPath("spec", "selector")

  /// The selector must be sound, and find the pods that the template makes.
  static func check(
    _ selector: LabelSelector?, _ template: PodTemplateSpec, emptyOneIsInvalidFor kind: String
  ) -> [FieldError] {
    var errors: [FieldError] = []
    var isMatch = false
    if let selector {
      errors = LabelSelectorCheck.check(selector, at: path)
      if selector == LabelSelector() {
        errors.append(
          FieldError(path, .invalid("empty selector is invalid for \(kind)"), shown: GoText.selector(selector)))
      }
      guard let query = LabelSelectorCheck.query(selector) else {
        errors.append(
          FieldError(path, .invalid("invalid label selector"), shown: GoText.selector(selector)))
        return errors
      }
      isMatch = query.matches(template.metadata.labels)
    }
    if !isMatch {
      errors.append(
        FieldError(
          FieldPath("spec", "template", "metadata", "labels"),
          .invalid("`selector` does not match template `labels`"), shown: GoText.map(template.metadata.labels)))
    }
    return errors
  }

  /// Pods that were found by one selector would be lost by another.
  static func checkUpdate(_ selector: LabelSelector?, from old: LabelSelector?) -> [FieldError] {
    if selector == old { return [] }
    return [
      FieldError(path, .invalid("field is immutable"), shown: selector.map(GoText.selector) ?? "null")
    ]
  }
}

extension ObjectMeta {
  /// What is asked for has changed.
  mutating func countChange() { generation = (generation ?? 0) + 1 }

  /// A name that becomes part of the names of pods should be one that a host may have.
  var warningsAsNameOfPods: [String] {
    let problems = Names.labelProblems(name ?? "")
    if problems.isEmpty { return [] }
    return [
      "metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [\(problems.joined(separator: " "))]"
    ]
  }
}

extension Format where Value == Int32 {
  static var notNegative: Format { Format { $0 < 0 ? ["must be greater than or equal to 0"] : [] } }
}

extension Format where Value == Int64 {
  static var notNegative: Format { Format { $0 < 0 ? ["must be greater than or equal to 0"] : [] } }
}
