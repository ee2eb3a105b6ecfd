internal import ClusterClient
internal import Documents
internal import KubernetesAPI

/// `kubectl run -i`: makes a pod, waits until it runs, and connects to it.
struct RunAttached {
  let invocation: Invocation
  let document: Document
  let namespace: String

  func run() async throws -> Int32 {
    let query = [QueryItem("fieldManager", invocation[Run.fieldManager])]
    let kind = ResourceKind(Pod.resource)
    let made = Pod.decode(
      try await invocation.calls.create(kind, namespace, document, query: query)
    ).value
    let code: Result<Int32, any Error>
    do {
      code = .success(try await attach(made))
    } catch {
      code = .failure(error)
    }
    // The pod of `--rm` must go however this ends, also when the task was cancelled.
    await Task { await removeIfWanted(made) }.value
    return try code.get()
  }

  private func attach(_ made: Pod) async throws -> Int32 {
    let limit = invocation[Run.podRunningTimeout]
    guard let pod = try await TimeLimit.run(limit, { try await waitUntilStarted(made) }) else {
      throw Failure("timed out waiting for the condition")
    }
    let container = pod.spec.containers.first?.name ?? ""
    if pod.status.phase == "Succeeded" || pod.status.phase == "Failed" {
      try await printLogs(pod, container)
    } else {
      let session = RemoteSession(
        invocation: invocation, pod: pod, container: container, wantsInput: invocation[Run.stdin],
        wantsTerminal: invocation[Run.tty], isQuiet: invocation[Run.quiet])
      if !invocation[Run.quiet] {
        await invocation.io.printError("If you don't see a command prompt, try pressing enter.\n")
      }
      do {
        if case .failed(let error)? = try await session.run(subresource: "attach") { throw error }
      } catch let error as StatusError where !error.isConnectionFailure {
        // The container was quicker than the connection: what it printed is in its log.
        await invocation.io.printError(
          "warning: couldn't attach to pod/\(pod.name), falling back to streaming logs: \(error.message)\n")
        try await printLogs(pod, container)
      }
    }
    if invocation[Run.restart] == "Always" { return 0 }
    return try await exitCode(of: made, container)
  }

  private func printLogs(_ pod: Pod, _ container: String) async throws {
    let path = Pod.resource.path(namespace: namespace, name: pod.name, subresource: "log")
    let stream = try await invocation.client.stream(
      "GET", path, query: [QueryItem("container", container), QueryItem("follow", "true")], accept: "*/*")
    defer { stream.cancel() }
    while let chunk = try await stream.next() { try await invocation.io.write(chunk) }
  }

  /// The pod once its container runs, or has already ended.
  private func waitUntilStarted(_ made: Pod) async throws -> Pod {
    try await follow(made) { pod in
      switch pod.status.phase {
      case "Running", "Succeeded", "Failed": true
      default: false
      }
    }
  }

  private func exitCode(of made: Pod, _ container: String) async throws -> Int32 {
    let ended = try await follow(made) { $0.status.phase == "Succeeded" || $0.status.phase == "Failed" }
    let state = ended.status.containerStatuses.first { $0.name == container }?.state.terminated
    let code = state?.exitCode ?? 0
    if code != 0 {
      await invocation.io.printError("pod \(namespace)/\(made.name) terminated (\(state?.reason ?? "Error"))\n")
    }
    return code
  }

  private func follow(_ made: Pod, until isReached: @Sendable (Pod) -> Bool) async throws -> Pod {
    let selection = Selection(fieldSelector: "metadata.name=\(made.name)")
    while true {
      try Task.checkCancellation()
      let list = try await invocation.client.list(Pod.self, namespace: namespace, selection)
      guard let pod = list.items.first else { throw StatusError.notFound("pods", made.name) }
      if isReached(pod) { return pod }
      if let pod = try await watch(after: list.resourceVersion, selection, until: isReached) { return pod }
    }
  }

  /// Nil when the watch ended first.
  private func watch(
    after resourceVersion: String, _ selection: Selection, until isReached: @Sendable (Pod) -> Bool
  ) async throws -> Pod? {
    let events = try await invocation.client.watch(
      Pod.self, namespace: namespace, after: resourceVersion, selection)
    defer { events.cancel() }
    for try await event in events {
      if event.type == .deleted { throw StatusError.notFound("pods", event.object.name) }
      if isReached(event.object) { return event.object }
    }
    return nil
  }

  private func removeIfWanted(_ made: Pod) async {
    guard invocation[Run.remove] else { return }
    var options = DeleteOptions()
    options.propagationPolicy = "Background"
    if invocation[SharedFlags.gracePeriod] >= 0 {
      options.gracePeriodSeconds = Int64(invocation[SharedFlags.gracePeriod])
    }
    do {
      try await invocation.client.delete(Pod.self, made.name, namespace: namespace, options)
      if !invocation[Run.quiet] { try await invocation.io.print("pod \"\(made.name)\" deleted\n") }
    } catch let error as StatusError where error.isNotFound {
      return
    } catch {
      await invocation.io.printError(Failure(error, server: invocation.context.cluster.server).text + "\n")
    }
  }
}
