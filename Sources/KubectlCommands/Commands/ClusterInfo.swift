/// `kubectl cluster-info`: where the cluster answers.
enum ClusterInfo {
  static let command = Command(
    name: "cluster-info", group: .cluster,
    summary: "Display cluster information",
    examples: [Example("Where the API server is", "kubectl cluster-info")],
    usage: "cluster-info [flags] [options]",
    run: { invocation in
      let hint = "\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n"
      do {
        // The address is worth something only when somebody answers there.
        _ = try await invocation.calls.send("GET", "/version")
      } catch {
        try await invocation.io.print(hint)
        throw error
      }
      try await invocation.io.print(
        "Kubernetes control plane is running at \(invocation.context.cluster.server)\n" + hint)
      return 0
    })
}
