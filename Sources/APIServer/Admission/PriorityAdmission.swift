internal import KubernetesAPI

/// What a pod's priority class says in numbers.
enum PriorityAdmission {
  /// The classes that every cluster has.
  private static let classes: [String: Int32] = [
    "system-node-critical": 2_000_001_000, "system-cluster-critical": 2_000_000_000,
  ]

  /// Fills in the priority; answers why it cannot be.
  static func resolve(_ spec: inout PodSpec) -> String? {
    var priority: Int32 = 0
    if let name = spec.priorityClassName, !name.isEmpty {
      guard let known = classes[name] else { return "no PriorityClass with name \(name) was found" }
      priority = known
    }
    if let given = spec.priority, given != priority {
      return
        "the integer value of priority (\(given)) must not be provided in pod spec; priority admission controller computed \(priority) from the given PriorityClass name"
    }
    let policy = "PreemptLowerPriority"
    if let given = spec.preemptionPolicy, given != policy {
      return
        "the string value of PreemptionPolicy (\(given)) must not be provided in pod spec; priority admission controller computed \(policy) from the given PriorityClass name"
    }
    spec.priority = priority
    spec.preemptionPolicy = policy
    return nil
  }
}
