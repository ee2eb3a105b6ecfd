import SystemIO
import TestSupport
import Testing

/// The processes of a learner's running cluster, found from what `podium cluster status` tells.
struct RunningCluster: Sendable {
  let controlPlane: ProcessTable.Identity
  /// Pid 1 of the node.
  let nodeInit: ProcessTable.Identity
  /// Waits outside of the node for its end.
  let launcher: ProcessTable.Identity

  init(_ learner: Learner) async throws {
    let status = try await learner.podium("cluster", "status")
    func process(_ name: String) throws -> ProcessTable.Identity {
      let number = status.lineWith(name + ":").split(separator: " ").last.flatMap { Int32($0) }
      let pid = try #require(number, "no process in the line of \(name):\n\(status.output)")
      return try #require(ProcessTable.identity(of: pid))
    }
    controlPlane = try process("control plane")
    nodeInit = try process("node")
    let parent = try #require(ProcessTable.parent(of: nodeInit.pid))
    launcher = try #require(ProcessTable.identity(of: parent))
  }

  /// Starts the learner's cluster, if need be, and looks at it.
  static func start(_ learner: Learner) async throws -> RunningCluster {
    let answer = try await learner.podium("cluster", "start")
    #expect(answer.end == .exited(0), "\(answer.error)")
    return try await RunningCluster(learner)
  }

  var kubelet: ProcessTable.Identity? {
    ProcessTable.children(of: nodeInit.pid).compactMap(ProcessTable.identity).first {
      $0.command.hasPrefix("podium kubelet ")
    }
  }

  /// Everything that runs for the cluster.
  var processes: [ProcessTable.Identity] { [controlPlane] + ProcessTable.family(of: launcher.pid) }
}

/// The kernel shows a process for a moment longer than what it held, which is what others wait for.
func expectEnd(
  of processes: [ProcessTable.Identity], sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  try? await Deadline.wait("the end", within: .seconds(2)) { !processes.contains(where: \.isAlive) }
  #expect(processes.filter(\.isAlive) == [], sourceLocation: sourceLocation)
}

/// What tells whether a pod is the one that it was, and whether its container has run on.
struct PodTrace: Equatable {
  let uid: String
  let container: String
  let restarts: String

  /// Looks at the pod as soon as it is ready and has a container.
  init(_ pod: String, _ learner: Learner) async throws {
    var trace: PodTrace?
    try await Deadline.wait("pod \(pod) is ready", within: .seconds(30)) {
      trace = try await PodTrace(ready: pod, learner)
      return trace != nil
    }
    self = try #require(trace)
  }

  /// Nil while the pod is not ready, or is between two containers.
  init?(ready pod: String, _ learner: Learner) async throws {
    let container = "{.status.containerStatuses[0].ready} {.status.containerStatuses[0].restartCount}"
    let path = "jsonpath={.metadata.uid} \(container) {.status.containerStatuses[0].containerID}"
    let words = try await learner.kubectl("get", "pod", pod, "-o", path).split(separator: " ").map(String.init)
    guard words.count == 4, words[1] == "true" else { return nil }
    (uid, restarts, self.container) = (words[0], words[2], words[3])
  }
}
