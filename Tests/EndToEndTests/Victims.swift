import Glibc
import TestSupport

/// What can be killed of a learner's cluster, as it is at this moment.
struct Victims {
  let processes: [ProcessTable.Identity]

  static func all(of learner: Learner) -> [Victims] {
    let marked = marked(learner)
    let nodes = marked.filter { $0.command == "podium-init" }
    let kubelets = nodes.flatMap { ProcessTable.children(of: $0.pid) }.compactMap(ProcessTable.identity).filter {
      $0.command.hasPrefix("podium kubelet ")
    }
    let others = marked.filter { $0.command == "podium-packets" || $0.command == "/pause" }
    // Once each, but the machine as a whole, which is what a power cut is.
    let single =
      (marked.filter { $0.command.contains(" cluster serve ") || $0.command.hasPrefix("podium-node") })
      + nodes + kubelets + others
    return single.map { Victims(processes: [$0]) } + (single.isEmpty ? [] : [Victims(processes: single)])
  }

  /// The processes of pods.
  static func containers(of learner: Learner) -> [ProcessTable.Identity] {
    marked(learner).filter { $0.command == "podium-init" }.flatMap { ProcessTable.family(of: $0.pid) }
  }

  /// Those of the single ones whose command says so.
  static func named(_ command: String, of learner: Learner) -> Victims {
    let single = all(of: learner).filter { $0.processes.count == 1 }.flatMap(\.processes)
    return Victims(processes: Array(Set(single.filter { $0.command.contains(command) })))
  }

  func kill() {
    for process in processes { Glibc.kill(process.pid, SIGKILL) }
  }

  private static func marked(_ learner: Learner) -> [ProcessTable.Identity] {
    ProcessTable.withVariable("\(LeakCensus.marker)=\(learner.cluster)").compactMap(ProcessTable.identity)
  }
}
