internal import Insight
internal import KubectlCommands
internal import KubernetesAPI
internal import LocalCluster

/// The words of the prompt that lessons' commands may use besides kubectl's: what they see is the lesson's namespace.
enum LessonPlugins {
  static func all(_ paths: ClusterPaths) -> [String: KubectlContext.Plugin] {
    var plugins: [String: KubectlContext.Plugin] = [TraceWord.name: trace(paths)]
    for word in SightWord.all {
      plugins[word.name] = { arguments, context, io in
        // Whoever asks for another namespace is refused by the client.
        await SightWord.run(word, arguments, (context.cluster.client, context.cluster.namespace), nil, .written, io)
      }
    }
    return plugins
  }

  private static func trace(_ paths: ClusterPaths) -> KubectlContext.Plugin {
    { arguments, context, io in
      let flags = arguments.prefix { ["-v", "--json"].contains($0) }
      let words = arguments.dropFirst(flags.count).drop { $0 == "kubectl" || $0 == "k" }
      // The log of requests is the cluster's: from it, only those of the lesson's namespace are told.
      let cluster = LocalConnection.context(paths, agent: "podium-trace").cluster
      var code: Int32 = 0
      do {
        let trace = try await Trace.record(
          cluster.client, namespace: context.cluster.namespace, reads: flags.contains("-v"), isConfined: true
        ) {
          code = await Kubectl.run(Array(words), context: context, io: io)
        }
        let lines = trace.lines(width: 100, draws: true)
        try await io.print(
          flags.contains("--json")
            ? trace.document.jsonText(indentedBy: 2) + "\n" : ([""] + lines).joined(separator: "\n") + "\n")
        return code
      } catch {
        await io.printError("error: \((error as? StatusError)?.message ?? "\(error)")\n")
        return 1
      }
    }
  }
}
