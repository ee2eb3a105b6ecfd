internal import Glibc

/// `podium-bench`: measures what people wait for, on a cluster of its own, and prints a row each.
@main
enum Benchmarks {
  private static let usage = """
    Usage: podium-bench [--runs N] [--tls] [api] [cluster] [runtime] [pods]
           podium-bench [--runs N] --against KUBECONFIG

      api      requests through the socket (or TLS with --tls), watches, start and memory of the control plane
      cluster  from nothing to a cluster, and back
      runtime  containers, pods and exec of a node without Kubernetes, beside crun, runc, bwrap and podman
      pods     from POST to Running, and from DELETE to gone

    --against measures the requests of another cluster, in a namespace that is made for it and removed.
    """

  private static let groups = ["api", "cluster", "runtime", "pods"]

  static func main() async {
    signal(SIGPIPE, SIG_IGN)
    do {
      try await run(Array(CommandLine.arguments.dropFirst()))
    } catch {
      let text = "podium-bench: \(error)\n"
      _ = text.withCString { write(2, $0, strlen($0)) }
      exit(1)
    }
  }

  private static func run(_ arguments: [String]) async throws {
    var runs: Int?
    var kubeconfig: String?
    var overTLS = false
    var chosen: [String] = []
    var words = arguments[...]
    while let word = words.popFirst() {
      switch word {
      case "--runs":
        guard let number = words.popFirst().flatMap({ Int($0) }), number > 0 else {
          throw BenchmarkProblem("--runs needs a number\n\(usage)")
        }
        runs = number
      case "--against":
        guard let path = words.popFirst() else { throw BenchmarkProblem("--against needs a file\n\(usage)") }
        kubeconfig = path
      case "--tls": overTLS = true
      case "--help": return print(usage)
      case _ where groups.contains(word): chosen.append(word)
      default: throw BenchmarkProblem("unknown word \"\(word)\"\n\(usage)")
      }
    }
    if chosen.isEmpty { chosen = groups }
    if kubeconfig == nil, chosen.contains("runtime") { PrivateMounts.enter() }
    Row.printHeader()
    if let kubeconfig { return try await APIRows.measure(against: kubeconfig, runs: runs ?? 3) }
    if chosen.contains("api") { try await APIRows.measureOwn(runs: runs ?? 3, overTLS: overTLS) }
    if chosen.contains("cluster") { try await ClusterRows.measure(runs: runs ?? 10) }
    if chosen.contains("runtime") { try await RuntimeRows.measure(runs: runs ?? 21) }
    if chosen.contains("pods") { try await PodRows.measure(runs: runs ?? 10) }
  }
}
