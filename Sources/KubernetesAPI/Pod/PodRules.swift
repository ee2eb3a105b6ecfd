internal import Documents
internal import ObjectSchema

/// What a pod asks beyond its rows.
enum PodRules {
  static var all: Rules<Pod> {
    var rules = Rules<Pod>()
    rules.applyDefaults = applyDefaults
    rules.prepareForCreation = { pod in
      pod.status = PodStatus()
      pod.status.phase = "Pending"
      pod.status.qosClass = pod.spec.qualityOfService
      if !pod.spec.schedulingGates.isEmpty {
        var gated = PodCondition()
        gated.type = "PodScheduled"
        gated.status = "False"
        gated.reason = "SchedulingGated"
        gated.message = "Scheduling is blocked due to non-empty scheduling gates"
        pod.status.conditions = [gated]
      }
    }
    rules.prepareForUpdate = { pod, old, scope in
      switch scope {
      case .main:
        pod.status = old.status
        // Filled in when the pod came; who does not speak of them does not mean to change them.
        pod.spec.priority = pod.spec.priority ?? old.spec.priority
        pod.spec.preemptionPolicy = pod.spec.preemptionPolicy ?? old.spec.preemptionPolicy
      case .status: pod.spec = old.spec
      }
      pod.status.qosClass = old.status.qosClass
    }
    rules.check = { PodCheck.check($0.spec, at: FieldPath("spec")) }
    rules.warnings = { UnsupportedFields.warnings($0.spec, at: FieldPath("spec")) }
    rules.checkUpdate = { PodUpdateCheck.check($0, from: $1) }
    rules.selectableFields = { pod in
      [
        "spec.nodeName": pod.spec.nodeName ?? "", "spec.restartPolicy": pod.spec.restartPolicy ?? "",
        "spec.schedulerName": pod.spec.schedulerName ?? "",
        "spec.serviceAccountName": pod.spec.serviceAccountName ?? "",
        "spec.hostNetwork": pod.spec.hostNetwork == true ? "true" : "false",
        "status.phase": pod.status.phase ?? "", "status.podIP": pod.status.podIP ?? "",
        "status.nominatedNodeName": pod.status.nominatedNodeName ?? "",
      ]
    }
    rules.gracePeriod = { pod, requested in
      // Nobody runs a pod without a node, and one that has ended needs no time.
      if pod.spec.nodeName?.isEmpty ?? true || pod.status.phase == "Failed" || pod.status.phase == "Succeeded" {
        return 0
      }
      let period = requested ?? pod.spec.terminationGracePeriodSeconds ?? 0
      return period < 0 ? 1 : period
    }
    return rules
  }

  private static func applyDefaults(_ pod: inout Pod) {
    pod.spec.applyComputedDefaults()
    if pod.spec.enableServiceLinks == nil { pod.spec.enableServiceLinks = true }
    for index in pod.spec.containers.indices { pod.spec.containers[index].requestWhatIsLimited() }
    for index in pod.spec.initContainers.indices { pod.spec.initContainers[index].requestWhatIsLimited() }
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
      let isTolerated = pod.spec.tolerations.contains {
        ($0.key == key || $0.key == nil && $0.operator == "Exists") && ($0.effect == nil || $0.effect == "NoExecute")
      }
      if isTolerated { continue }
      var toleration = Toleration()
      toleration.key = key
      toleration.operator = "Exists"
      toleration.effect = "NoExecute"
      toleration.tolerationSeconds = 300
      pod.spec.tolerations.append(toleration)
    }
  }
}

extension PodSpec {
  /// The defaults that depend on other fields: the same for a pod and for the template of one.
  mutating func applyComputedDefaults() {
    for index in containers.indices { containers[index].applyComputedDefaults() }
    for index in initContainers.indices { initContainers[index].applyComputedDefaults() }
    for index in ephemeralContainers.indices where ephemeralContainers[index].imagePullPolicy == nil {
      ephemeralContainers[index].imagePullPolicy = Container.pullPolicy(image: ephemeralContainers[index].image ?? "")
    }
    for index in volumes.indices where volumes[index].document().mapValue?.keys == ["name"] {
      volumes[index].emptyDir = EmptyDirVolumeSource()
    }
    if serviceAccountName == nil { serviceAccountName = serviceAccount }
    serviceAccount = serviceAccountName
    if hostNetwork == true {
      for index in containers.indices {
        for port in containers[index].ports.indices where containers[index].ports[port].hostPort == nil {
          containers[index].ports[port].hostPort = containers[index].ports[port].containerPort
        }
      }
    }
  }
}

extension Container {
  fileprivate mutating func applyComputedDefaults() {
    for probe in [\Container.livenessProbe, \.readinessProbe, \.startupProbe] {
      self[keyPath: probe]?.replaceZeros()
    }
    if imagePullPolicy == nil { imagePullPolicy = Self.pullPolicy(image: image ?? "") }
  }

  /// A limit without a request asks for as much.
  fileprivate mutating func requestWhatIsLimited() {
    for (name, limit) in resources.limits where resources.requests[name] == nil { resources.requests[name] = limit }
  }

  /// An image that may change under its name is looked up each time.
  static func pullPolicy(image: String) -> String {
    if image.contains("@") { return "IfNotPresent" }
    let lastPart = image.split(separator: "/").last ?? ""
    let tag = lastPart.split(separator: ":").dropFirst().first ?? "latest"
    return tag == "latest" ? "Always" : "IfNotPresent"
  }
}

extension Probe {
  /// A number that is 0 asks for the usual one.
  fileprivate mutating func replaceZeros() {
    if timeoutSeconds == 0 { timeoutSeconds = 1 }
    if periodSeconds == 0 { periodSeconds = 10 }
    if successThreshold == 0 { successThreshold = 1 }
    if failureThreshold == 0 { failureThreshold = 3 }
  }
}

extension PodSpec {
  /// Guaranteed, Burstable or BestEffort, from the resources that the containers name.
  public var qualityOfService: String {
    let containers = initContainers + self.containers
    let names = ["cpu", "memory"]
    let namesAny = containers.contains { container in
      names.contains { name in
        let amounts: [Quantity?] = [container.resources.requests[name], container.resources.limits[name]]
        return amounts.contains { ($0?.milliValue ?? 0) > 0 }
      }
    }
    if !namesAny { return "BestEffort" }
    let isGuaranteed = containers.allSatisfy { container in
      names.allSatisfy { name in
        guard let limit = container.resources.limits[name], limit.milliValue > 0 else { return false }
        return container.resources.requests[name].map { $0.milliValue == limit.milliValue } ?? true
      }
    }
    return isGuaranteed ? "Guaranteed" : "Burstable"
  }
}
