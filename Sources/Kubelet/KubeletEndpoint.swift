internal import ClusterClient
internal import ContainerRuntime
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema
internal import SPDYStreams
internal import SystemIO

/// The kubelet's own little API, spoken by the API server: paths and answers as a real kubelet's.
struct KubeletEndpoint: APIEndpoint {
  let context: KubeletContext

  func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    let parts = request.path.split(separator: "/").map(String.init)
    switch (parts.first, parts.count) {
    case ("healthz", 1): return APIResponse(headers: ["Content-Type": "text/plain"], body: .bytes(Array("ok".utf8)))
    case ("pods", 1): return APIResponse(json: podList)
    case ("stats", 2) where parts[1] == "summary":
      return APIResponse(json: await UsageReport(context: context).document().json())
    case ("runtimeJournal", 1): return APIResponse(json: context.journal.document.json())
    case ("anatomy", 3): return APIResponse(json: try await anatomy(try pod(parts)).json())
    case ("files", 4): return APIResponse(json: try await file(request, try pod(parts), parts[3]).json())
    case ("remains", 2): return APIResponse(json: try await remains(of: parts[1]).json())
    case ("containerLogs", 4): return try logs(request, try pod(parts), parts[3])
    case ("exec", 4), ("attach", 4): return try await command(request, try pod(parts), parts[3], parts[0])
    case ("portForward", 3): return try await forward(request, try pod(parts))
    default: throw StatusError.noSuchResource()
    }
  }

  private func pod(_ parts: [String]) throws(StatusError) -> Pod {
    guard let pod = context.board[ObjectKey(namespace: parts[1], name: parts[2])] else {
      throw StatusError.notFound("pods", parts[2])
    }
    return pod
  }

  private var podList: [UInt8] {
    let pods = context.board.pods.sorted { ObjectKey($0) < ObjectKey($1) }
    let list: Document = [
      "kind": "PodList", "apiVersion": "v1", "metadata": [:], "items": .list(pods.map { $0.typed().document() }),
    ]
    return list.json()
  }

  private func anatomy(_ pod: Pod) async throws(StatusError) -> Document {
    let sandbox = try await sandbox(of: pod)
    do throws(RuntimeError) {
      return try await context.runtime.anatomy(of: sandbox).document
    } catch {
      throw StatusError.internalError("looking into pod \(pod.name): \(error.message)")
    }
  }

  /// The beginning of a file is enough for those who look for something in it.
  private static let fileLimit = 1 << 20

  private func file(_ request: APIRequest, _ pod: Pod, _ container: String) async throws(StatusError) -> Document {
    guard let path = request.query("path"), path.hasPrefix("/") else {
      throw StatusError.badRequest("query parameter \"path\" must be a whole path")
    }
    let status = pod.containerStatus(container)
    guard status?.state.running != nil, let id = status?.containerID.map(ContainerName.id) else {
      throw StatusError.badRequest("container \(container) of pod \(pod.name) is not running")
    }
    do throws(RuntimeError) {
      switch try await context.runtime.file(path, in: id, upTo: Self.fileLimit) {
      case .missing: return ["kind": "missing"]
      case .directory: return ["kind": "directory"]
      case .other: return ["kind": "other"]
      case .file(let bytes, let size):
        return [
          "kind": "file", "size": .integer(Int64(size)), "content": .string(String(decoding: bytes, as: UTF8.self)),
        ]
      }
    } catch {
      throw StatusError.internalError(error.message)
    }
  }

  /// What the node still has of a pod that is gone.
  private func remains(of uid: String) async throws(StatusError) -> Document {
    var remains: [String]
    do throws(RuntimeError) {
      remains = try await context.runtime.remains(ofPod: uid)
    } catch {
      throw StatusError.internalError(error.message)
    }
    let directory = context.configuration.podDirectory(uid)
    if !uid.contains(".."), Files.exists(directory) { remains.append("directory \(directory)") }
    return ["remains": .list(remains.map(Document.string))]
  }

  // MARK: Logs

  private func logs(_ request: APIRequest, _ pod: Pod, _ container: String) throws(StatusError) -> APIResponse {
    let wanted = LogRequest(request, now: context.time.now())
    let (attempt, isRunning) = try wanted.attempt(of: container, in: pod)
    let path = context.configuration.logPath(
      namespace: pod.namespace, name: pod.name, uid: pod.uid, container: container, attempt: attempt)
    let board = context.board
    let key = ObjectKey(pod)
    let id = pod.containerStatus(container)?.containerID
    do throws(SystemCallError) {
      let stream = try LogStream(path, wanted) {
        guard isRunning, let now = board[key]?.containerStatus(container) else { return true }
        return now.containerID != id || now.state.running == nil
      } changes: {
        board.changes()
      }
      return APIResponse(headers: ["Content-Type": "text/plain"], body: .stream(stream))
    } catch {
      throw StatusError.badRequest("failed to open log file \"\(path)\": \(error.inGoWords)")
    }
  }

  // MARK: Streams

  private func command(
    _ request: APIRequest, _ pod: Pod, _ container: String, _ kind: String
  ) async throws(StatusError) -> APIResponse {
    let asked = request.withStreamsInAPIWords
    let (session, response) =
      SPDYUpgrade.isRequested(by: asked)
      ? try SPDYUpgrade.acceptCommand(asked) : try RemoteCommandSession.accept(asked)
    let status = pod.containerStatus(container)
    guard status?.state.running != nil, let id = status?.containerID.map(ContainerName.id) else {
      let why =
        kind == "exec"
        ? "container not found (\"\(container)\")"
        : "container \(container) not found in pod \(pod.name)_\(pod.namespace)"
      // Told over the connection, as where an API server has upgraded it before it asks the kubelet.
      context.sessions.start {
        await session.run { _ in .failed(.internalError("unable to upgrade connection: \(why)")) }
      }
      return response
    }
    let commands = RemoteCommands(runtime: context.runtime)
    let command = request.query.filter { $0.name == "command" }.map(\.value)
    context.sessions.start {
      await commands.run(kind == "exec" ? .exec(command: command) : .attach, in: id, session)
    }
    return response
  }

  private func forward(_ request: APIRequest, _ pod: Pod) async throws(StatusError) -> APIResponse {
    let sandbox = try await sandbox(of: pod)
    if SPDYUpgrade.isRequested(by: request) {
      let (connection, _, response) = try SPDYUpgrade.accept(request, protocols: ForwardedStreams.protocols)
      let forwarding = ForwardedStreams(runtime: context.runtime, sandbox: sandbox, connection: connection)
      context.sessions.start { await forwarding.run() }
      return response
    }
    let ports = request.query.filter { $0.name == "port" || $0.name == "ports" }
      .flatMap { $0.value.split(separator: ",") }.compactMap { UInt16($0) }
    if ports.isEmpty { throw StatusError.badRequest("query parameter \"port\" is required") }
    var (response, _) = try WebSocketHandshake.accept(request, protocols: ForwardedChannels.protocols)
    let (near, far) = PipeChannel.pair()
    response.body = .upgraded(far)
    let forwarding = ForwardedChannels(
      runtime: context.runtime, sandbox: sandbox, ports: ports, socket: WebSocket(over: near, role: .server))
    context.sessions.start { await forwarding.run() }
    return response
  }

  /// The pod's sandbox that runs now.
  private func sandbox(of pod: Pod) async throws(StatusError) -> String {
    let sandboxes: [Sandbox]
    do throws(RuntimeError) {
      sandboxes = try await context.runtime.inventory().sandboxes
    } catch {
      throw StatusError.internalError(error.message)
    }
    let newest = sandboxes.filter { $0.spec.podUID == pod.uid && $0.isRunning }.max {
      $0.spec.attempt < $1.spec.attempt
    }
    guard let newest else {
      throw StatusError.internalError("unable to upgrade connection: pod not found (\"\(pod.name)_\(pod.namespace)\")")
    }
    return newest.spec.id
  }
}

extension APIRequest {
  /// A kubelet's clients say `input`, `output`, `error` for what the API calls `stdin`, `stdout`, `stderr`.
  fileprivate var withStreamsInAPIWords: APIRequest {
    let words = ["input": "stdin", "output": "stdout", "error": "stderr"]
    var request = self
    for index in request.query.indices {
      if let word = words[request.query[index].name] { request.query[index].name = word }
    }
    return request
  }
}
