internal import ClusterClient
internal import Glibc

/// `podium-bench`: measures what people wait for, on a cluster of its own, and prints a row each.
@main
enum Benchmarks {
  static func main() async {
    signal(SIGPIPE, SIG_IGN)
    do {
      let arguments = try Arguments(Array(CommandLine.arguments.dropFirst()))
      if arguments.asksForHelp { return print(Arguments.usage) }
      try await Interruption.ending { try await run(arguments) }
    } catch {
      let text = "podium-bench: \(error)\n"
      _ = text.withCString { write(2, $0, strlen($0)) }
      exit(1)
    }
  }

  private static func run(_ arguments: Arguments) async throws {
    if arguments.groups.contains(.runtime) { PrivateMounts.enter() }
    Row.begin(asJSON: arguments.asJSON)
    for group in arguments.groups {
      if let kubeconfig = arguments.kubeconfig {
        try await measure(group, against: kubeconfig, arguments)
      } else {
        try await measureOwn(group, arguments)
      }
    }
    Row.finish()
  }

  private static func measure(_ group: Arguments.Group, against kubeconfig: String, _ arguments: Arguments) async throws
  {
    let client = try await AnyCluster.client(kubeconfigFile: kubeconfig)
    switch group {
    case .api: try await APIRows.measure(client, runs: arguments.runs ?? 3)
    case .pods:
      try await PodRows.measure(
        ClusterClient(endpoint: client), namespace: "podium-bench-\(getpid())", arguments.pods)
    case .cluster, .repl, .lessons, .runtime: break
    }
  }

  private static func measureOwn(_ group: Arguments.Group, _ arguments: Arguments) async throws {
    switch group {
    case .api: try await APIRows.measureOwn(runs: arguments.runs ?? 3, overTLS: arguments.overTLS)
    case .cluster: try await ClusterRows.measure(runs: arguments.runs ?? 10)
    case .repl:
      try await FreshData.with { try await PromptRows.measure(runs: arguments.runs ?? 15, pods: arguments.knownPods) }
    case .lessons: try await FreshData.with { try await LessonRows.measure(arguments.lessons) }
    case .runtime: try await RuntimeRows.measure(runs: arguments.runs ?? 21)
    case .pods:
      try await MeasuredCluster.with { launcher in
        try await launcher.ensureRunning()
        try await launcher.waitForReadyNode()
        try await PodRows.measure(
          ClusterClient(endpoint: launcher.client), namespace: "podium-bench", arguments.pods)
      }
      try await OwnPodRows.measure(arguments.own, image: arguments.pods.image)
    }
  }
}
