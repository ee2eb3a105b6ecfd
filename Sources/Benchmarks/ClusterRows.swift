internal import LocalCluster

/// How long it takes from nothing to a cluster, and back to nothing.
enum ClusterRows {
  static func measure(runs: Int) async throws {
    var answers: [Duration] = []
    var ready: [Duration] = []
    var stops: [Duration] = []
    for _ in 0..<runs {
      let launcher = try MeasuredCluster.launcher()
      let clock = ContinuousClock()
      let start = clock.now
      try await launcher.ensureRunning()
      answers.append(start.duration(to: clock.now))
      try await launcher.waitForReadyNode()
      ready.append(start.duration(to: clock.now))
      stops.append(try await clock.measure { _ = try await launcher.stop() })
      try await launcher.delete()
    }
    Row.print("cluster: start to API", answers)
    Row.print("cluster: start to node Ready", ready)
    Row.print("cluster: stop", stops)
  }
}
