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
      if pod.spec.serviceAccountName?.isEmpty ?? true { pod.spec.serviceAccountName = "default" }
      pod.spec.serviceAccount = pod.spec.serviceAccountName
      pod.spec.preemptionPolicy = pod.spec.preemptionPolicy ?? "PreemptLowerPriority"
      pod.spec.priority = pod.spec.priority ?? 0
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
    rules.check = { PodCheck.check($0) }
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
    for index in pod.spec.containers.indices { applyDefaults(&pod.spec.containers[index]) }
    for index in pod.spec.initContainers.indices { applyDefaults(&pod.spec.initContainers[index]) }
    for index in pod.spec.ephemeralContainers.indices where pod.spec.ephemeralContainers[index].imagePullPolicy == nil {
      pod.spec.ephemeralContainers[index].imagePullPolicy = pullPolicy(
        image: pod.spec.ephemeralContainers[index].image ?? "")
    }
    for index in pod.spec.volumes.indices where pod.spec.volumes[index].document().mapValue?.keys == ["name"] {
      pod.spec.volumes[index].emptyDir = EmptyDirVolumeSource()
    }
    if pod.spec.serviceAccountName == nil { pod.spec.serviceAccountName = pod.spec.serviceAccount }
    pod.spec.serviceAccount = pod.spec.serviceAccountName
    if pod.spec.hostNetwork == true {
      for index in pod.spec.containers.indices {
        for port in pod.spec.containers[index].ports.indices
        where pod.spec.containers[index].ports[port].hostPort == nil {
          pod.spec.containers[index].ports[port].hostPort = pod.spec.containers[index].ports[port].containerPort
        }
      }
    }
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

  private static func applyDefaults(_ container: inout Container) {
    for probe in [\Container.livenessProbe, \.readinessProbe, \.startupProbe] {
      container[keyPath: probe]?.replaceZeros()
    }
    if container.imagePullPolicy == nil { container.imagePullPolicy = pullPolicy(image: container.image ?? "") }
    // A limit without a request asks for as much.
    for (name, limit) in container.resources.limits where container.resources.requests[name] == nil {
      container.resources.requests[name] = limit
    }
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
