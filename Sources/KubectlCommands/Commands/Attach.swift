internal import KubernetesAPI

/// `kubectl attach`: the input and output of a container's own first process.
enum Attach {
  static let command = Command(
    name: "attach", group: .debugging,
    summary: "Attach to a running container",
    details: ["Shows what the container prints from now on; with -i it also reads what is typed."],
    examples: [
      Example("Look on", "kubectl attach web"),
      Example("Take over the terminal of a container that has one", "kubectl attach try -it"),
    ],
    usage: "attach (POD | TYPE/NAME) -c CONTAINER [options]",
    flags: [
      Exec.container.row, Exec.podRunningTimeout.row, Exec.quiet.row, Exec.stdin.row, Exec.tty.row,
    ],
    arguments: .pods,
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    if invocation.arguments.isEmpty {
      throw Failure("at least 1 argument is required for attach")
    }
    if invocation.arguments.count > 2 {
      throw Failure(
        "expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw \(invocation.arguments.count): \(invocation.arguments)"
      )
    }
    let pod = try await PodArgument.find(invocation.arguments.joined(separator: "/"), invocation)
    if pod.status.phase == "Succeeded" || pod.status.phase == "Failed" {
      throw Failure(
        "cannot attach a container in a completed pod; current phase is \(pod.status.phase ?? "")")
    }
    let wanted = invocation[Exec.container]
    let known = pod.spec.containers.map(\.name) + pod.spec.initContainers.map(\.name)
    if !wanted.isEmpty, !(known + pod.spec.ephemeralContainers.map(\.name)).contains(wanted) {
      throw Failure("cannot attach to the container: container \(wanted) not found in pod \(pod.name)")
    }
    let name = try await PodContainers.choose(
      invocation[Exec.container], in: pod, invocation, isQuiet: invocation[Exec.quiet])
    let own = (pod.spec.containers + pod.spec.initContainers).first { $0.name == name }?.tty
    let hasTerminal = own ?? pod.spec.ephemeralContainers.first { $0.name == name }?.tty ?? false
    if invocation[Exec.tty], !hasTerminal {
      await invocation.io.printError(
        "error: Unable to use a TTY - container \(name) did not allocate one\n")
    }
    let session = RemoteSession(
      invocation: invocation, pod: pod, container: name, wantsInput: invocation[Exec.stdin],
      // A terminal is spoken to as one, whether that was asked for or not.
      wantsTerminal: hasTerminal, isQuiet: invocation[Exec.quiet])
    if !invocation[Exec.quiet] {
      await invocation.io.printError("If you don't see a command prompt, try pressing enter.\n")
    }
    if case .failed(let error)? = try await session.run(subresource: "attach") {
      throw RemoteSession.failure(error)
    }
    return 0
  }
}
