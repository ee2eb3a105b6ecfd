internal import Documents
internal import ObjectSchema

/// Rules about where a pod may be and in whose company, in the words of Kubernetes.
enum PodPlacementCheck {
  private static let required = "requiredDuringSchedulingIgnoredDuringExecution"
  private static let preferred = "preferredDuringSchedulingIgnoredDuringExecution"

  static func check(_ pod: PodSpec, at path: FieldPath) -> [FieldError] {
    let affinity = path.field("affinity")
    var errors: [FieldError] = []
    if let nodes = pod.affinity?.nodeAffinity { errors += check(nodes, at: affinity.field("nodeAffinity")) }
    if let company = pod.affinity?.podAffinity {
      errors += check(
        company.requiredDuringSchedulingIgnoredDuringExecution,
        company.preferredDuringSchedulingIgnoredDuringExecution, at: affinity.field("podAffinity"))
    }
    if let company = pod.affinity?.podAntiAffinity {
      errors += check(
        company.requiredDuringSchedulingIgnoredDuringExecution,
        company.preferredDuringSchedulingIgnoredDuringExecution, at: affinity.field("podAntiAffinity"))
    }
    return errors + checkSpread(pod.topologySpreadConstraints, at: path.field("topologySpreadConstraints"))
  }

  // MARK: Nodes

  private static func check(_ nodes: NodeAffinity, at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    let terms = path.field(required).field("nodeSelectorTerms")
    if let demand = nodes.requiredDuringSchedulingIgnoredDuringExecution {
      if demand.nodeSelectorTerms.isEmpty {
        errors.append(FieldError(terms, .requiredBecause("must have at least one node selector term")))
      }
      for (index, term) in demand.nodeSelectorTerms.enumerated() { errors += check(term, at: terms.index(index)) }
    }
    for (index, wish) in nodes.preferredDuringSchedulingIgnoredDuringExecution.enumerated() {
      let place = path.field(preferred).index(index)
      errors += checkWeight(wish.weight, at: place)
      if let term = wish.preference { errors += check(term, at: place.field("preference")) }
    }
    return errors
  }

  private static func check(_ term: NodeSelectorTerm, at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    for (index, requirement) in term.matchExpressions.enumerated() {
      errors += check(requirement, at: path.field("matchExpressions").index(index))
    }
    for (index, requirement) in term.matchFields.enumerated() {
      errors += checkField(requirement, at: path.field("matchFields").index(index))
    }
    return errors
  }

  private static func check(_ requirement: NodeSelectorRequirement, at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    let values = path.field("values")
    switch (requirement.operator, requirement.values.count) {
    case ("In", 0), ("NotIn", 0):
      errors.append(
        FieldError(values, .requiredBecause("must be specified when `operator` is 'In' or 'NotIn'")))
    case ("Exists", 1...), ("DoesNotExist", 1...):
      errors.append(
        FieldError(values, .forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'")))
    case ("Gt", let count) where count != 1, ("Lt", let count) where count != 1:
      errors.append(
        FieldError(values, .requiredBecause("must be specified single value when `operator` is 'Lt' or 'Gt'")))
    case ("In", _), ("NotIn", _), ("Exists", _), ("DoesNotExist", _), ("Gt", _), ("Lt", _): break
    default: errors.append(unknownOperator(requirement.operator, at: path))
    }
    return errors + checkLabel(requirement.key, at: path.field("key"))
  }

  private static func checkField(_ requirement: NodeSelectorRequirement, at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    switch requirement.operator {
    case "In", "NotIn":
      if requirement.values.count != 1 {
        errors.append(
          FieldError(
            path.field("values"),
            .requiredBecause("must be only one value when `operator` is 'In' or 'NotIn' for node field selector")))
      }
    default: errors.append(unknownOperator(requirement.operator, at: path))
    }
    if requirement.key != "metadata.name" {
      errors.append(
        FieldError(
          path.field("key"), .invalid("not a valid field selector key"), value: .string(requirement.key ?? "")))
    } else {
      for (index, value) in requirement.values.enumerated() {
        errors += Names.subdomainProblems(value).map {
          FieldError(path.field("values").index(index), .invalid($0), value: .string(value))
        }
      }
    }
    return errors
  }

  private static func unknownOperator(_ word: String?, at path: FieldPath) -> FieldError {
    FieldError(path.field("operator"), .invalid("not a valid selector operator"), value: .string(word ?? ""))
  }

  private static func checkLabel(_ key: String?, at path: FieldPath) -> [FieldError] {
    Names.qualifiedNameProblems(key ?? "").map { FieldError(path, .invalid($0), value: .string(key ?? "")) }
  }

  private static func checkWeight(_ weight: Int32?, at path: FieldPath) -> [FieldError] {
    if let weight, (1...100).contains(weight) { return [] }
    return [
      FieldError(path.field("weight"), .invalid("must be in the range 1-100"), value: .integer(weight ?? 0))
    ]
  }

  // MARK: Company

  private static func check(
    _ demands: [PodAffinityTerm], _ wishes: [WeightedPodAffinityTerm], at path: FieldPath
  ) -> [FieldError] {
    var errors: [FieldError] = []
    for (index, term) in demands.enumerated() { errors += check(term, at: path.field(required).index(index)) }
    for (index, wish) in wishes.enumerated() {
      let place = path.field(preferred).index(index)
      errors += checkWeight(wish.weight, at: place)
      if let term = wish.podAffinityTerm { errors += check(term, at: place.field("podAffinityTerm")) }
    }
    return errors
  }

  private static func check(_ term: PodAffinityTerm, at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    if let selector = term.labelSelector {
      errors += LabelSelectorCheck.check(selector, at: path.field("labelSelector"))
    }
    if let selector = term.namespaceSelector {
      errors += LabelSelectorCheck.check(selector, at: path.field("namespaceSelector"))
    }
    for name in term.namespaces {
      errors += Names.labelProblems(name).map {
        FieldError(path.field("namespace"), .invalid($0), value: .string(name))
      }
    }
    return errors + checkTopologyKey(term.topologyKey, at: path)
  }

  private static func checkTopologyKey(_ key: String?, at path: FieldPath) -> [FieldError] {
    let place = path.field("topologyKey")
    if key?.isEmpty ?? true { return [FieldError(place, .requiredBecause("can not be empty"))] }
    return checkLabel(key, at: place)
  }

  // MARK: Spread

  private static func checkSpread(_ constraints: [TopologySpreadConstraint], at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    var seen: Set<String> = []
    for (index, constraint) in constraints.enumerated() {
      let place = path.index(index)
      errors += check(constraint, at: place)
      let pair = "{\(constraint.topologyKey ?? ""), \(constraint.whenUnsatisfiable ?? "")}"
      if !seen.insert(pair).inserted {
        errors.append(
          FieldError(place.field("{topologyKey, whenUnsatisfiable}"), .duplicate, value: .string(pair)))
      }
    }
    return errors
  }

  private static func check(_ constraint: TopologySpreadConstraint, at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    if constraint.maxSkew ?? 0 <= 0 {
      errors.append(
        FieldError(
          path.field("maxSkew"), .invalid("must be greater than zero"), value: .integer(constraint.maxSkew ?? 0)))
    }
    errors += checkTopologyKey(constraint.topologyKey, at: path)
    let otherwise = constraint.whenUnsatisfiable ?? ""
    if !["DoNotSchedule", "ScheduleAnyway"].contains(otherwise) {
      errors.append(
        FieldError(
          path.field("whenUnsatisfiable"), .notSupported(["DoNotSchedule", "ScheduleAnyway"]),
          value: .string(otherwise)))
    }
    if let least = constraint.minDomains {
      if least <= 0 {
        errors.append(
          FieldError(path.field("minDomains"), .invalid("must be greater than 0"), value: .integer(least)))
      }
      if otherwise != "DoNotSchedule" {
        errors.append(
          FieldError(
            path.field("minDomains"),
            .invalid("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not \(otherwise)"),
            value: .integer(least)))
      }
    }
    if let selector = constraint.labelSelector {
      errors += LabelSelectorCheck.check(selector, at: path.field("labelSelector"))
    }
    return errors
  }
}
