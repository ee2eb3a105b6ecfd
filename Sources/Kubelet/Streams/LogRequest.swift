internal import KubernetesAPI
internal import ObjectSchema

/// Which part of which log is asked for.
struct LogRequest: Sendable, Equatable {
  var follows = false
  var isPrevious = false
  var hasTimestamps = false
  var since: Timestamp?
  var tail: Int?
  var limitBytes: Int?

  init(_ request: APIRequest, now: Timestamp) {
    follows = request.isSet("follow")
    isPrevious = request.isSet("previous")
    hasTimestamps = request.isSet("timestamps")
    since = request.query("sinceTime").flatMap { Timestamp($0) }
    if let seconds = request.query("sinceSeconds").flatMap({ Int64($0) }) { since = now + .seconds(-seconds) }
    tail = request.query("tailLines").flatMap { Int($0) }.flatMap { $0 < 0 ? nil : $0 }
    limitBytes = request.query("limitBytes").flatMap { Int($0) }
  }

  /// Which attempt of the container wrote the log, and whether more may come.
  func attempt(of container: String, in pod: Pod) throws(StatusError) -> (number: Int, isRunning: Bool) {
    guard let status = pod.containerStatus(container) else {
      throw .badRequest("container \"\(container)\" in pod \"\(pod.name)\" is not available")
    }
    let restarts = Int(status.restartCount ?? 0)
    // A waiting container's last end is that of its newest attempt.
    let lastAttempt = status.state.waiting == nil ? restarts - 1 : restarts
    if isPrevious {
      guard status.lastState.terminated != nil, lastAttempt >= 0 else {
        throw .badRequest("previous terminated container \"\(container)\" in pod \"\(pod.name)\" not found")
      }
      return (lastAttempt, false)
    }
    if status.state.running != nil { return (restarts, true) }
    if let terminated = status.state.terminated {
      if terminated.containerID != nil { return (restarts, false) }
      throw .badRequest("container \"\(container)\" in pod \"\(pod.name)\" is terminated")
    }
    if status.lastState.terminated != nil { return (lastAttempt, false) }
    let why =
      switch status.state.waiting?.reason {
      case "ErrImagePull": "image can't be pulled"
      case "ImagePullBackOff": "trying and failing to pull image"
      case let reason: reason ?? "no logs yet"
      }
    throw .badRequest("container \"\(container)\" in pod \"\(pod.name)\" is waiting to start: \(why)")
  }
}
