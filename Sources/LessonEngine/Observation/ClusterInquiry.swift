public import ClusterClient
internal import Documents
public import KubernetesAPI

/// Asks a cluster by what every Kubernetes offers: logs, exec and port forwarding; and, where the kubelet tells it,
/// files and namespaces without the help of programs inside the container.
public struct ClusterInquiry: Inquiry {
  private let client: ClusterClient
  private let patience: Duration

  /// - Parameter patience: How long an answer may take before it counts as not there yet.
  public init(client: ClusterClient, patience: Duration = .seconds(5)) {
    self.client = client
    self.patience = patience
  }

  // MARK: Logs and commands

  private static let logLimit = 4 << 20

  public func log(pod: Pod, container: String?, previous: Bool) async -> Observed<LogSight> {
    var query = [QueryItem("limitBytes", "\(Self.logLimit)")]
    if previous { query.append(QueryItem("previous", "true")) }
    if let container = container ?? PodExplanation.containers(pod).first {
      query.append(QueryItem("container", container))
    }
    let path = Pod.resource.path(namespace: pod.namespace, name: pod.name, subresource: "log")
    let asked = query
    return await answer(orSay: "the log of pod \(pod.name) cannot be read") {
      let bytes = try await client.send("GET", path, query: asked)
      return .seen(LogSight(String(decoding: bytes, as: UTF8.self), isWhole: bytes.count < Self.logLimit))
    }
  }

  public func run(_ command: [String], pod: Pod, container: String?) async -> Observed<CommandOutcome> {
    if let why = cannotBeAsked(pod, container) { return .notYet(why) }
    return await answer(orSay: "no command can be run in pod \(pod.name)") {
      try await execute(command, pod, container)
    }
  }

  private func execute(
    _ command: [String], _ pod: Pod, _ container: String?
  ) async throws -> Observed<CommandOutcome> {
    let container = container ?? PodExplanation.containers(pod).first ?? ""
    let streams = RemoteCommandStreams(input: false, output: true, error: true)
    let path = Pod.resource.path(namespace: pod.namespace, name: pod.name, subresource: "exec")
    let query = command.map { QueryItem("command", $0) } + [QueryItem("container", container)] + streams.query
    var request = APIRequest("GET", path, query: query, user: client.user)
    request.headers["User-Agent"] = client.userAgent
    let connection = try await RemoteCommandConnection.open(request, at: client.endpoint)
    return try await withTaskCancellationHandler {
      var output: [UInt8] = []
      var outcome: RemoteCommandOutcome?
      while let event = try await connection.next() {
        switch event {
        case .output(let bytes), .error(let bytes): if output.count < 1 << 20 { output += bytes }
        case .ended(let end): outcome = end
        }
      }
      await connection.close()
      switch outcome {
      case .exited(let code):
        return .seen(CommandOutcome(exitCode: code, output: String(decoding: output, as: UTF8.self)))
      case .failed(let error):
        // The whole way down to the reason is told, which stands at the end.
        let message = error.message
        guard let prefix = message.firstRange(of: "unable to start container process: ") else {
          return .notYet(message)
        }
        var outcome = CommandOutcome(exitCode: 126, output: message)
        outcome.startFailure = String(message[prefix.upperBound...]).replacing(#/: unknown$/#, with: "")
        return .seen(outcome)
      case nil: return .notYet("the connection to the container broke off")
      }
    } onCancel: {
      Task { await connection.close() }
    }
  }

  /// Why nothing can be asked inside the container now.
  private func cannotBeAsked(_ pod: Pod, _ container: String?) -> String? {
    let name = container ?? PodExplanation.containers(pod).first ?? ""
    guard pod.status(ofContainer: name)?.state.running != nil else {
      return "container \(name) of pod \(pod.name) is not running"
    }
    return nil
  }

  // MARK: Files

  public func file(_ path: String, pod: Pod, container: String?) async -> Observed<FileSight> {
    if let why = cannotBeAsked(pod, container) { return .notYet(why) }
    let container = container ?? PodExplanation.containers(pod).first ?? ""
    return await answer(orSay: "files of pod \(pod.name) cannot be read") {
      do throws(StatusError) {
        return .seen(try await read(path, pod, container))
      } catch {
        // Only our own kubelets read files by themselves; others have to run a program.
        return try await readByProgram(path, pod, container)
      }
    }
  }

  private func read(_ path: String, _ pod: Pod, _ container: String) async throws(StatusError) -> FileSight {
    let answer = try await client.send(
      "GET", kubelet(of: pod) + "/files/\(pod.namespace)/\(pod.name)/\(container)", query: [QueryItem("path", path)])
    guard let document = try? Document.parse(json: answer), let kind = document["kind"]?.stringValue else {
      throw StatusError.internalError("the kubelet did not answer with JSON")
    }
    switch kind {
    case "missing": return .missing
    case "directory": return .directory
    case "other": return .other
    default:
      let content = document["content"]?.stringValue ?? ""
      return .file(content: content, size: Int(document["size"]?.integerValue ?? 0))
    }
  }

  private func readByProgram(_ path: String, _ pod: Pod, _ container: String) async throws -> Observed<FileSight> {
    switch try await execute(["cat", path], pod, container) {
    case .seen(let outcome) where outcome.exitCode == 0:
      return .seen(.file(content: outcome.output, size: outcome.output.utf8.count))
    case .seen(let outcome) where outcome.output.contains("No such file"): return .seen(.missing)
    case .seen(let outcome) where outcome.output.contains("s a directory"): return .seen(.directory)
    case .seen(let outcome):
      return .unobservable(
        "file \(path) cannot be read in container \(container)",
        because: outcome.startFailure ?? outcome.output.trimmed())
    case .notYet(let why): return .notYet(why)
    case .unobservable(let why, let because): return .unobservable(why, because: because)
    }
  }

  private func kubelet(of pod: Pod) -> String {
    Node.resource.path(name: pod.spec.nodeName ?? "", subresource: "proxy")
  }

  // MARK: Network

  public func request(_ path: String, pod: Pod, port: UInt16) async -> Observed<WebAnswer> {
    guard pod.status.phase == "Running" else { return .notYet("pod \(pod.name) is not running") }
    return await answer(orSay: "port \(port) of pod \(pod.name) cannot be reached") {
      let connection = try await ForwardedConnection.open(client, pod, port)
      let request = "GET \(path) HTTP/1.0\r\nHost: \(pod.name)\r\nUser-Agent: podium\r\nConnection: close\r\n\r\n"
      let reply = try await connection.exchange(Array(request.utf8))
      switch reply {
      case .refused: return .notYet("connections to port \(port) are refused")
      case .failed(let why): return .notYet("port \(port) cannot be reached: \(why)")
      case .bytes(let bytes):
        guard let answer = WebAnswer(bytes) else { return .notYet("what answers at port \(port) is not HTTP") }
        return .seen(answer)
      }
    }
  }

  public func connect(pod: Pod, port: UInt16) async -> Observed<Bool> {
    guard pod.status.phase == "Running" else { return .notYet("pod \(pod.name) is not running") }
    return await answer(orSay: "port \(port) of pod \(pod.name) cannot be reached") {
      let connection = try await ForwardedConnection.open(client, pod, port)
      switch try await connection.firstReply() {
      case .bytes: return .seen(true)
      case .refused: return .seen(false)
      case .failed(let why): return .notYet("port \(port) cannot be reached: \(why)")
      }
    }
  }

  // MARK: Isolation

  public func anatomy(pod: Pod) async -> Observed<PodSight> {
    guard let node = pod.spec.nodeName, !node.isEmpty else { return .notYet("pod \(pod.name) is on no node yet") }
    return await answer(orSay: "what the containers of pod \(pod.name) share cannot be seen") {
      let path = kubelet(of: pod) + "/anatomy/\(pod.namespace)/\(pod.name)"
      // Only our own kubelets tell it; elsewhere a program has to look.
      guard let bytes = try? await client.send("GET", path), let report = try? Document.parse(json: bytes) else {
        return try await anatomyByProgram(pod)
      }
      return .seen(PodSight(report))
    }
  }

  /// Namespaces as a program inside each container sees its own; limits stay unknown.
  private func anatomyByProgram(_ pod: Pod) async throws -> Observed<PodSight> {
    var containers: [String: PodSight.Member] = [:]
    for name in pod.allContainerStatuses.filter({ $0.state.running != nil }).compactMap(\.name) {
      var member = PodSight.Member()
      for kind in ["net", "ipc", "uts", "pid", "mnt", "user"] {
        guard case .seen(let outcome) = try await execute(["readlink", "/proc/self/ns/\(kind)"], pod, name),
          outcome.exitCode == 0
        else { continue }
        member.namespaces[kind] = Int64(outcome.output.drop { $0 != "[" }.dropFirst().prefix { $0 != "]" })
      }
      containers[name] = member
    }
    return .seen(PodSight(containers: containers))
  }

  public func remains(of uid: String) async -> Observed<[String]> {
    await answer(orSay: "what is left on the nodes cannot be seen") {
      let nodes = try await client.list(Node.self).items
      var remains: [String] = []
      for node in nodes {
        let path = Node.resource.path(name: node.name, subresource: "proxy") + "/remains/\(uid)"
        do throws(StatusError) {
          let answer = try await client.send("GET", path)
          let document = try? Document.parse(json: answer)
          remains += (document?["remains"]?.listValue ?? []).compactMap(\.stringValue)
        } catch {
          return .unobservable("the kubelet of \(node.name) does not tell what is left of a pod")
        }
      }
      return .seen(remains)
    }
  }

  // MARK: Asking

  /// An error is an answer that may change; one that takes too long as well. A refusal is none.
  private func answer<Value: Sendable>(
    orSay refusal: String, _ ask: @escaping @Sendable () async throws -> Observed<Value>
  ) async -> Observed<Value> {
    let patience = patience
    return await withTaskGroup(of: Observed<Value>?.self) { group in
      group.addTask {
        do {
          return try await ask()
        } catch let error as StatusError {
          if error.isRefusal { return .unobservable(refusal, because: error.message) }
          return .notYet(error.message)
        } catch {
          return .notYet("\(error)")
        }
      }
      group.addTask {
        try? await Task.sleep(for: patience)
        return nil
      }
      defer { group.cancelAll() }
      return await group.next().flatMap { $0 } ?? .notYet("there was no answer for \(patience.components.seconds) s")
    }
  }
}

extension PodSight {
  /// As a kubelet tells it.
  init(_ report: Document) {
    containers = [:]
    for container in report["containers"]?.listValue ?? [] {
      var member = Member()
      for entry in container["namespaces"]?.mapValue?.entries ?? [] {
        member.namespaces[entry.key] = entry.value.integerValue
      }
      member.hasCgroup = container["cgroup"] != nil
      member.memoryLimit = container["memoryLimit"]?.integerValue
      member.cpuMillicores = container["cpuMillicores"]?.integerValue
      containers[container["name"]?.stringValue ?? ""] = member
    }
  }
}

extension WebAnswer {
  /// Nil for what is not an HTTP answer.
  init?(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.hasPrefix("HTTP/1."), let end = text.firstRange(of: "\r\n\r\n"),
      let status = text.split(separator: " ").dropFirst().first.flatMap({ Int($0.prefix(3)) })
    else { return nil }
    self.init(status: status, body: String(text[end.upperBound...]))
  }
}
