internal import Console
internal import Insight
internal import KubernetesAPI
internal import Synchronization

/// Remembers whether `trace on` was said.
final class TraceSwitch: Sendable {
  private let state = Atomic(false)

  var isOn: Bool {
    get { state.load(ordering: .relaxed) }
    set { state.store(newValue, ordering: .relaxed) }
  }
}

/// `trace COMMAND`: runs it, and shows who did what after it.
enum TraceWord {
  static let name = "trace"
  static let summary = "show who did what after a command: trace run web --image=nginx"

  static func run(_ arguments: [String], _ commands: PromptCommands, _ streams: CommandStreams) async -> Outcome {
    var words = arguments
    var (reads, isJSON) = (false, false)
    while let flag = words.first, ["-v", "--json"].contains(flag) {
      if flag == "-v" { reads = true } else { isJSON = true }
      words.removeFirst()
    }
    switch words.first {
    case "on" where words.count == 1, "off" where words.count == 1:
      commands.tracing.isOn = words[0] == "on"
      return .continue
    case let first? where commands.owns(first) && first != name:
      return await trace(words, reads: reads, isJSON: isJSON, commands, streams)
    case let first?:
      await streams.writeError("trace follows commands of the prompt, and \"\(first)\" is none of them\n")
    case nil:
      await streams.writeError(
        "trace COMMAND shows who did what after it, trace -v COMMAND also who asked; trace on does it after each\n")
    }
    return .continue(exitCode: 2)
  }

  static func trace(
    _ words: [String], reads: Bool, isJSON: Bool = false, _ commands: PromptCommands, _ streams: CommandStreams
  ) async -> Outcome {
    let cluster = commands.chosenCluster(agent: "podium-trace")
    var outcome = Outcome.continue
    do {
      let trace = try await Trace.record(cluster.client, namespace: cluster.namespace, reads: reads) {
        outcome = await commands.perform(words, streams)
      }
      let view = SightView(streams)
      // Who reads a file or a pipe can scroll.
      let lines = trace.lines(width: view.isTerminal ? view.width : 200, draws: !view.isSpoken)
      try await streams.write(
        isJSON ? trace.document.jsonText(indentedBy: 2) + "\n" : ([""] + lines).joined(separator: "\n") + "\n")
    } catch let error as StatusError {
      await streams.writeError("The requests of this cluster cannot be followed: \(error.message)\n")
    } catch {
      return .continue(exitCode: 141)
    }
    return outcome
  }
}
