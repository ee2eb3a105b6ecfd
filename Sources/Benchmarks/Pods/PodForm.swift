internal import Documents

/// A pod that is made to be measured.
struct PodForm: Sendable {
  enum Behaviour: Sendable {
    /// Sleeps, and ends at once when it is told to: what is measured is the system's time and not the grace period.
    case rests
    /// Ends once, a second after it was started first.
    case endsOnce
    /// Is ready after every other probe; says in its log when it is probed.
    case wavers
  }

  static let endingWord = "ending"
  static let probedWord = "probed"

  let name: String
  let behaviour: Behaviour

  func document(image: String) -> Document {
    var container: Document = [
      "name": "main", "image": .string(image), "imagePullPolicy": "IfNotPresent",
      "command": ["sh", "-c", .string(script)],
    ]
    var spec: Document = ["terminationGracePeriodSeconds": 5]
    switch behaviour {
    case .rests: break
    case .endsOnce:
      container["volumeMounts"] = [["name": "memory", "mountPath": "/memory"]]
      spec["volumes"] = [["name": "memory", "emptyDir": [:]]]
    case .wavers:
      container["readinessProbe"] = [
        "exec": ["command": ["sh", "-c", .string(Self.probe)]], "periodSeconds": 1, "failureThreshold": 1,
        "successThreshold": 1,
      ]
    }
    spec["containers"] = [container]
    return ["apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name)], "spec": spec]
  }

  private var script: String {
    let rest = "trap 'exit 0' TERM; sleep 100000 & wait"
    return switch behaviour {
    case .rests, .wavers: rest
    case .endsOnce:
      "if [ -e /memory/once ]; then \(rest); else touch /memory/once; sleep 1; echo \(Self.endingWord); fi"
    }
  }

  /// Every other one succeeds, and each tells the container's log that it runs.
  private static let probe =
    "echo \(probedWord) > /proc/1/fd/1; if [ -e /tmp/ready ]; then rm /tmp/ready; exit 1; else touch /tmp/ready; fi"
}
