import KubernetesAPI
import ObjectSchema

@testable import LessonEngine

/// What the worlds of the form cases are made of.
extension Story {
  /// A pod of one container that nothing is known of but what it was asked to be.
  mutating func shaped(_ change: (inout Pod) -> Void = { _ in }) { pod("web", change) }

  /// Two pods with the label `app=web`.
  mutating func labelled(ready first: Bool, _ second: Bool) {
    for (name, isReady) in [("a", first), ("b", second)] {
      pod(name, uid: name) {
        $0.metadata.labels = ["app": "web"]
        $0.run(ready: isReady)
      }
    }
  }

  /// A running pod of two containers.
  mutating func pair() {
    pod("web") {
      $0.run()
      $0.spec.containers.append(.named("helper"))
    }
  }
}

extension Pod {
  /// An init container that has ended, and the container after it.
  mutating func fetch(endedAt end: Int64, startedAt start: Int64) {
    spec.initContainers = [.named("fetch")]
    var fetch = ContainerStatus()
    fetch.name = "fetch"
    fetch.state.terminated = .ended(code: 0, reason: "Completed")
    fetch.state.terminated?.finishedAt = Timestamp(seconds: end)
    var web = ContainerStatus()
    web.name = "web"
    web.state.running = ContainerStateRunning()
    web.state.running?.startedAt = Timestamp(seconds: start)
    status.initContainerStatuses = [fetch]
    status.containerStatuses = [web]
  }
}

extension Container {
  static func named(_ name: String) -> Container {
    var container = Container()
    container.name = name
    return container
  }
}

extension EnvVar {
  static func named(_ name: String, _ value: String) -> EnvVar {
    var variable = EnvVar()
    variable.name = name
    variable.value = value
    return variable
  }
}

extension VolumeMount {
  static func named(_ name: String, _ path: String) -> VolumeMount {
    var mount = VolumeMount()
    mount.name = name
    mount.mountPath = path
    return mount
  }
}

extension DeploymentCondition {
  static func available(_ isAvailable: Bool) -> DeploymentCondition {
    var condition = DeploymentCondition()
    condition.type = "Available"
    condition.status = isAvailable ? "True" : "False"
    condition.message =
      isAvailable ? "Deployment has minimum availability." : "Deployment does not have minimum availability."
    return condition
  }
}

extension FileSight {
  static let tick = FileSight.file(content: "tick\n", size: 5)
}

extension CommandOutcome {
  /// What a container without the program says.
  static func missing(_ program: String) -> CommandOutcome {
    var outcome = CommandOutcome(exitCode: 126, output: "")
    outcome.startFailure = "exec: \"\(program)\": executable file not found in $PATH"
    return outcome
  }
}

extension PodSight {
  static func pair(_ web: [String: Int64], _ helper: [String: Int64]) -> PodSight {
    var members = [Member(), Member()]
    members[0].namespaces = web
    members[1].namespaces = helper
    return PodSight(containers: ["web": members[0], "helper": members[1]])
  }

  static func limited(_ memory: Int64) -> PodSight {
    var member = Member()
    member.hasCgroup = true
    member.memoryLimit = memory
    return PodSight(containers: ["web": member])
  }
}
