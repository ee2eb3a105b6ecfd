internal import KubernetesAPI

/// The states and restarts of one container.
struct ContainerStatement: Statement {
  enum Claim: Sendable, Equatable {
    case isRunning
    case isReady(Bool)
    case isWaiting(reason: String)
    case exited(code: Int)
    case ended(reason: String)
    case restarted(atLeast: Int)
    case neverRestarted
  }

  var container: String
  var pod: String?
  var claim: Claim

  static let forms: [Grammar.Form] = [
    Grammar.Form("container-running", "container {container} of pod {pod} is running") { holes in
      ContainerStatement(holes, .isRunning)
    },
    Grammar.Form("container-not-ready", "container {container} of pod {pod} is not ready") { holes in
      ContainerStatement(holes, .isReady(false))
    },
    Grammar.Form("container-ready", "container {container} of pod {pod} is ready") { holes in
      ContainerStatement(holes, .isReady(true))
    },
    Grammar.Form("container-waiting", "container {container} of pod {pod} is waiting for {reason}") { holes in
      ContainerStatement(holes, .isWaiting(reason: holes["reason"]))
    },
    Grammar.Form("container-exited", "container {container} of pod {pod} exited with code {code}") {
      holes throws(SentenceError) in
      ContainerStatement(holes, .exited(code: try holes.number("code")))
    },
    Grammar.Form("container-ended", "container {container} of pod {pod} ended because of {reason}") { holes in
      ContainerStatement(holes, .ended(reason: holes["reason"]))
    },
    Grammar.Form("container-restarted", "container {container} of pod {pod} restarted at least {count} times") {
      holes throws(SentenceError) in
      ContainerStatement(holes, .restarted(atLeast: try holes.number("count")))
    },
    Grammar.Form("container-never-restarted", "container {container} of pod {pod} never restarted") { holes in
      ContainerStatement(holes, .neverRestarted)
    },
  ]

  private init(_ holes: Grammar.Holes, _ claim: Claim) {
    container = holes["container"]
    pod = holes["pod"]
    self.claim = claim
  }

  func judge(_ observation: Observation) async -> Finding {
    let name = pod ?? ""
    let look = "kubectl describe pod \(name)"
    guard let found = observation.pod(name) else {
      return .missing(.pod, name, expected: expected, observation)
    }
    if let lack = PodExplanation.lack(of: container, found) {
      return Finding(.notYet, expected: expected, found: lack, look: look)
    }
    guard let status = found.status(ofContainer: container) else {
      return Finding(
        .notYet, expected: expected, found: "container \(container) has not been started yet",
        because: PodExplanation.cause(found), look: look)
    }
    return .of(
      holds(status), expected: expected, found: Self.describe(status), because: PodExplanation.cause(status, found),
      look: look)
  }

  var expected: String {
    let container = "container \(container)"
    return switch claim {
    case .isRunning: "\(container) is running"
    case .isReady(let isReady): "\(container) is \(isReady ? "" : "not ")ready"
    case .isWaiting(let reason): "\(container) is waiting for \(reason)"
    case .exited(let code): "\(container) has ended with exit code \(code)"
    case .ended(let reason): "\(container) has ended because of \(reason)"
    case .restarted(let count): "\(container) was restarted \(count == 1 ? "once" : "\(count) times") or more"
    case .neverRestarted: "\(container) has run without a restart"
    }
  }

  private func holds(_ status: ContainerStatus) -> Bool {
    let ends = [status.state.terminated, status.lastState.terminated]
    switch claim {
    case .isRunning: return status.state.running != nil
    case .isReady(let isReady): return status.state.running != nil && status.ready == isReady
    case .isWaiting(let reason): return status.state.waiting?.reason?.lowercased() == reason.lowercased()
    case .exited(let code): return ends.contains { $0?.exitCode == Int32(clamping: code) }
    case .ended(let reason): return ends.contains { $0?.reason?.lowercased() == reason.lowercased() }
    case .restarted(let count): return Int(status.restartCount ?? 0) >= count
    // A container that has not begun has proved nothing.
    case .neverRestarted: return status.state.waiting == nil && status.restartCount == 0
    }
  }

  private static func describe(_ status: ContainerStatus) -> String {
    let count = status.restartCount ?? 0
    let restarts = count == 0 ? "never restarted" : count == 1 ? "restarted once" : "restarted \(count) times"
    if status.state.running != nil { return "running, \(status.ready == true ? "ready" : "not ready"), \(restarts)" }
    if let ended = status.state.terminated {
      return "ended with exit code \(ended.exitCode ?? 0) (\(ended.reason ?? "Error")), \(restarts)"
    }
    return "waiting: \(status.state.waiting?.reason ?? "not begun"), \(restarts)"
  }
}
