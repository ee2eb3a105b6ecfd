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
    var allowed = old.spec
    for index in allowed.containers.indices { allowed.containers[index].image = pod.spec.containers[index].image }
    for index in allowed.initContainers.indices {
      allowed.initContainers[index].image = pod.spec.initContainers[index].image
    }
    allowed.activeDeadlineSeconds = pod.spec.activeDeadlineSeconds
    allowed.ephemeralContainers = pod.spec.ephemeralContainers
    if old.spec.tolerations.allSatisfy(pod.spec.tolerations.contains) { allowed.tolerations = pod.spec.tolerations }
    if pod.spec.terminationGracePeriodSeconds == 1, let grace = old.spec.terminationGracePeriodSeconds, grace < 0 {
      allowed.terminationGracePeriodSeconds = 1
    }
    if !old.spec.schedulingGates.isEmpty {
      // Until its gates are open, a pod may be told more narrowly where it belongs.
      if pod.spec.schedulingGates.allSatisfy(old.spec.schedulingGates.contains) {
        allowed.schedulingGates = pod.spec.schedulingGates
      }
      allowed.nodeSelector = pod.spec.nodeSelector
      allowed.affinity = pod.spec.affinity
    }
    if allowed == pod.spec { return [] }
    return [
      FieldError(
        spec,
        .forbidden(
          "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
        ))
    ]
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
