import Glibc
import Simulation

// Runs courses of a simulated cluster: `ClusterSimulation 1-3000`, or `ClusterSimulation 17 --history` to see one of them.
// Each has a line of its own: the seed, and the digest of all that happened or what was wrong.

var fault: Fault?
var prints = false
var seeds: ClosedRange<UInt64> = 1...1
for argument in CommandLine.arguments.dropFirst() {
  if argument == "--history" {
    prints = true
  } else if let known = Fault(rawValue: argument) {
    fault = known
  } else {
    let ends = argument.split(separator: "-").compactMap { UInt64($0) }
    guard let first = ends.first, let last = ends.last, first <= last else {
      print(
        "usage: ClusterSimulation SEED[-SEED] [--history] [\(Fault.allCases.map(\.rawValue).joined(separator: "|"))]")
      exit(2)
    }
    seeds = first...last
  }
}
let template = try StoreFiles.ofNewCluster()
for seed in seeds {
  do {
    let report = try Course(seed: seed, fault: fault, prints: prints, template: template).run()
    print(
      "seed \(seed) \(report.digest)",
      report.problems.isEmpty ? "" : "PROBLEM " + report.problems.joined(separator: "; "))
  } catch {
    print("seed \(seed) - PROBLEM \(error)")
  }
  fflush(nil)
}
