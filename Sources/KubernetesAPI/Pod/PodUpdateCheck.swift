internal import ObjectSchema

/// What of a pod may still change once it is there.
enum PodUpdateCheck {
  static func check(_ pod: Pod, from old: Pod) -> [FieldError] {
    let spec = FieldPath("spec")
    guard pod.spec.containers.count == old.spec.containers.count else { return [fixed(spec.field("containers"))] }
    guard pod.spec.initContainers.count == old.spec.initContainers.count else {
      return [fixed(spec.field("initContainers"))]
    }
    if let error = deadline(pod.spec.activeDeadlineSeconds, old.spec.activeDeadlineSeconds, at: spec) {
      return [error]
    }
    let changed = withoutChangeableFields(pod.spec, old.spec)
    if changed == old.spec { return [] }
    let difference = GoDifference.text(ofPodSpec: changed.document(), from: old.spec.document())
    return [FieldError(spec, .forbidden(mayNotChange + (difference.isEmpty ? "" : "\n" + difference)))]
  }

  private static let mayNotChange =
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"

  /// The new spec with everything that may change as it was.
  private static func withoutChangeableFields(_ new: PodSpec, _ old: PodSpec) -> PodSpec {
    var spec = new
    for index in spec.containers.indices { spec.containers[index].image = old.containers[index].image }
    for index in spec.initContainers.indices { spec.initContainers[index].image = old.initContainers[index].image }
    spec.activeDeadlineSeconds = old.activeDeadlineSeconds
    spec.ephemeralContainers = old.ephemeralContainers
    if old.tolerations.allSatisfy(new.tolerations.contains) { spec.tolerations = old.tolerations }
    if new.terminationGracePeriodSeconds == 1, let grace = old.terminationGracePeriodSeconds, grace < 0 {
      spec.terminationGracePeriodSeconds = grace
    }
    if !old.schedulingGates.isEmpty {
      // Until its gates are open, a pod may be told more narrowly where it belongs.
      if new.schedulingGates.allSatisfy(old.schedulingGates.contains) { spec.schedulingGates = old.schedulingGates }
      spec.nodeSelector = old.nodeSelector
      spec.affinity = old.affinity
    }
    return spec
  }

  private static func fixed(_ path: FieldPath) -> FieldError {
    FieldError(path, .forbidden("pod updates may not add or remove containers"))
  }

  /// A deadline may be set and shortened.
  private static func deadline(_ new: Int64?, _ old: Int64?, at spec: FieldPath) -> FieldError? {
    guard let old, new ?? .max > old else { return nil }
    let path = spec.field("activeDeadlineSeconds")
    guard let new else {
      return FieldError(path, .invalid("must not update from a positive integer to nil value"), value: .null)
    }
    return FieldError(path, .invalid("must be less than or equal to previous value"), value: .integer(new))
  }
}
