internal import KubernetesAPI

/// The states and restarts of one container.
struct ContainerStatement: Statement {
  enum Claim: Sendable, Equatable {
    case isRunning
    case isWaiting(reason: String)
    case exited(code: Int)
    case restarted(atLeast: Int)
    case neverRestarted
  }

  var container: String
  var pod: String
  var claim: Claim

  static let forms: [Grammar.Form] = [
    Grammar.Form("container {container} of pod {pod} is running") { holes in
      ContainerStatement(holes, .isRunning)
    },
    Grammar.Form("container {container} of pod {pod} is waiting for {reason}") { holes in
      ContainerStatement(holes, .isWaiting(reason: holes["reason"]))
    },
    Grammar.Form("container {container} of pod {pod} exited with code {code}") { holes throws(SentenceError) in
      ContainerStatement(holes, .exited(code: try holes.number("code")))
    },
    Grammar.Form("container {container} of pod {pod} restarted at least {count} times") {
      holes throws(SentenceError) in
      ContainerStatement(holes, .restarted(atLeast: try holes.number("count")))
    },
    Grammar.Form("container {container} of pod {pod} never restarted") { holes in
      ContainerStatement(holes, .neverRestarted)
    },
  ]

  private init(_ holes: Grammar.Holes, _ claim: Claim) {
    container = holes["container"]
    pod = holes["pod"]
    self.claim = claim
  }

  func judge(_ observation: any Observation) async -> Finding {
    guard let found = observation.pod(pod) else {
      return Finding(.notYet, expected: expected, found: PodExplanation.missing(pod, observation))
    }
    let statuses = found.status.containerStatuses + found.status.initContainerStatuses
    guard let status = statuses.first(where: { $0.name == container }) else {
      return Finding(.notYet, expected: expected, found: "container \(container) has not been started yet")
    }
    return .of(
      holds(status), expected: expected, found: Self.describe(status), because: PodExplanation.cause(found),
      look: "kubectl describe pod \(pod)")
  }

  private var expected: String {
    switch claim {
    case .isRunning: "\(container) is running"
    case .isWaiting(let reason): "\(container) is waiting for \(reason)"
    case .exited(let code): "\(container) has ended with exit code \(code)"
    case .restarted(let count): "\(container) was restarted \(count) times or more"
    case .neverRestarted: "\(container) has run without a restart"
    }
  }

  private func holds(_ status: ContainerStatus) -> Bool {
    switch claim {
    case .isRunning: status.state.running != nil
    case .isWaiting(let reason): status.state.waiting?.reason?.lowercased() == reason.lowercased()
    case .exited(let code):
      [status.state.terminated, status.lastState.terminated].contains { $0?.exitCode == Int32(code) }
    case .restarted(let count): Int(status.restartCount ?? 0) >= count
    // A container that has not begun has proved nothing.
    case .neverRestarted: status.state.waiting == nil && status.restartCount == 0
    }
  }

  private static func describe(_ status: ContainerStatus) -> String {
    let restarts = "restarted \(status.restartCount ?? 0) times"
    if status.state.running != nil { return "running, \(restarts)" }
    if let ended = status.state.terminated { return "ended with exit code \(ended.exitCode ?? 0), \(restarts)" }
    return "waiting: \(status.state.waiting?.reason ?? "not begun"), \(restarts)"
  }
}
