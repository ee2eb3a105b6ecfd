internal import KubernetesAPI

/// `kubectl exec`: one more process in a running container.
enum Exec {
  static let container = Flag.text("container", short: "c", values: .container, "The container to run it in.")
  static let podRunningTimeout = Flag.duration(
    "pod-running-timeout", default: "1m0s", "How long to wait for a pod to run.")
  static let quiet = Flag.boolean("quiet", short: "q", "Print only what the command prints.")
  static let stdin = Flag.boolean("stdin", short: "i", "Pass what is typed on to the command.")
  static let tty = Flag.boolean("tty", short: "t", "Give the command a terminal.")

  static let command = Command(
    name: "exec", group: .debugging,
    summary: "Execute a command in a container",
    details: [
      "The command follows behind --, so that its flags are not taken for kubectl's. "
        + "Its exit code becomes that of kubectl."
    ],
    examples: [
      Example("One command", "kubectl exec web -- date"),
      Example("In a container of its own", "kubectl exec web -c sidecar -- ps"),
      Example("A shell", "kubectl exec -it web -- sh"),
    ],
    usage: "exec (POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...] [options]",
    flags: [
      container.row, SharedFlags.filename.row, podRunningTimeout.row, quiet.row, stdin.row, tty.row,
    ],
    arguments: .pods,
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    guard let target = invocation.arguments.first, invocation.argumentsBeforeDashes != 0 else {
      throw Failure("pod, type/name or --filename must be specified")
    }
    let words = Array(invocation.arguments.dropFirst())
    if invocation.argumentsBeforeDashes == nil, !words.isEmpty {
      guard invocation.context.understandsOldForms else {
        throw Failure(
          "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead", helpFor: invocation.path
        )
      }
      await invocation.io.printError(
        "kubectl of today wants -- before the command: exec \(target) -- \(words.joined(separator: " "))\n")
    }
    if words.isEmpty { throw Failure("you must specify at least one command for the container") }
    let pod = try await PodArgument.find(target, invocation)
    if pod.status.phase == "Succeeded" || pod.status.phase == "Failed" {
      throw Failure(
        "cannot exec into a container in a completed pod; current phase is \(pod.status.phase ?? "")")
    }
    let container = try await PodContainers.choose(
      invocation[container], in: pod, invocation, isChecked: false, isQuiet: invocation[quiet])
    let session = RemoteSession(
      invocation: invocation, pod: pod, container: container, wantsInput: invocation[stdin],
      wantsTerminal: invocation[tty], isQuiet: invocation[quiet])
    switch try await session.run(subresource: "exec", query: words.map { QueryItem("command", $0) }) {
    case .exited(0), nil: return 0
    case .exited(let code):
      throw Failure(whole: "command terminated with exit code \(code)", exitCode: code)
    case .failed(let error): throw RemoteSession.failure(error)
    }
  }
}
