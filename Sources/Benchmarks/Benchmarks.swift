internal import Glibc
internal import LocalCluster
internal import SystemIO

/// `podium-bench`: measures what people wait for, on a cluster of its own, and prints a row each.
@main
enum Benchmarks {
  static func main() async {
    signal(SIGPIPE, SIG_IGN)
    do {
      var runs = 10
      var words = CommandLine.arguments.dropFirst()
      if words.first == "--runs" {
        guard words.count > 1, let number = Int(words[words.startIndex + 1]), number > 0 else {
          throw ClusterProblem("--runs needs a number")
        }
        runs = number
        words = words.dropFirst(2)
      }
      let known = ["cluster", "pods"]
      for word in words where !known.contains(word) {
        throw ClusterProblem("unknown row \"\(word)\": expected \(known.joined(separator: " or "))")
      }
      let chosen = words.isEmpty ? known : Array(words)
      Row.printHeader()
      if chosen.contains("cluster") { try await ClusterRows.measure(runs: runs) }
      if chosen.contains("pods") { try await PodRows.measure(runs: runs) }
    } catch {
      let text = "podium-bench: \(error)\n"
      _ = text.withCString { write(2, $0, strlen($0)) }
      exit(1)
    }
  }
}
