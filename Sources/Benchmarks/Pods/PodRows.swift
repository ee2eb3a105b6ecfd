internal import ClusterClient
internal import KubernetesAPI
internal import LocalCluster

/// How long a pod takes from the POST to Running, as a watch sees it, and from its deletion to being gone.
enum PodRows {
  static func measure(runs: Int) async throws {
    let launcher = try MeasuredCluster.launcher()
    do {
      try await launcher.ensureRunning()
      try await launcher.waitForReadyNode()
      try await measure(runs: runs, ClusterClient(endpoint: launcher.client))
      try await launcher.delete()
    } catch {
      try? await launcher.delete()
      throw error
    }
  }

  private static func measure(runs: Int, _ client: ClusterClient) async throws {
    var running: [Duration] = []
    var gone: [Duration] = []
    let clock = ContinuousClock()
    for run in 0..<runs {
      let start = try await client.list(Pod.self, namespace: "default")
      let watch = try await client.watch(Pod.self, namespace: "default", after: start.resourceVersion)
      defer { watch.cancel() }
      var changes = watch.makeAsyncIterator()
      let posted = clock.now
      _ = try await client.create(pod(named: "bench-\(run)"))
      while let event = try await changes.next(), event.object.status.phase != "Running" {}
      running.append(posted.duration(to: clock.now))
      // The pod runs from its first moment on, its shell listens from its first line on.
      try await Task.sleep(for: .milliseconds(30))
      let deleted = clock.now
      try await client.delete(Pod.self, "bench-\(run)", namespace: "default")
      while let event = try await changes.next(), event.type != .deleted {}
      gone.append(deleted.duration(to: clock.now))
    }
    Row.print("pod: POST to Running", running)
    Row.print("pod: DELETE to gone", gone)
  }

  /// Its first process ends when it is told to, so that the time is the system's and not the grace period.
  private static func pod(named name: String) -> Pod {
    var pod = Pod()
    pod.metadata = ObjectMeta(name: name, namespace: "default")
    var container = Container()
    container.name = "main"
    container.image = "busybox"
    container.imagePullPolicy = "IfNotPresent"
    container.command = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.01; done"]
    pod.spec.containers = [container]
    return pod
  }
}
