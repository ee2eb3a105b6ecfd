internal import Documents
internal import KubernetesAPI
internal import SystemIO

/// `kubectl port-forward`: ports of this machine that lead into a pod.
enum PortForward {
  static let address = Flag.list(
    "address", default: ["localhost"], "Addresses of this machine at which to listen, or localhost.")
  static let podRunningTimeout = Flag.duration(
    "pod-running-timeout", default: "1m0s", "How long to wait for a pod to run.")

  static let command = Command(
    name: "port-forward", group: .debugging,
    summary: "Forward one or more local ports to a pod",
    details: ["Goes on until it is ended with ^C, or the pod ends."],
    examples: [
      Example("The same port on both sides", "kubectl port-forward pod/web 8080"),
      Example("Another one here", "kubectl port-forward pod/web 8080:80"),
      Example("Any free one here", "kubectl port-forward pod/web :80"),
      Example("A pod of a service", "kubectl port-forward service/web 8080:80"),
    ],
    usage: "port-forward TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]",
    flags: [address.row, podRunningTimeout.row],
    arguments: .pods,
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    guard invocation.arguments.count >= 2 else {
      throw Failure("TYPE/NAME and list of ports are required for port-forward", helpFor: invocation.path)
    }
    let pod = try await PodArgument.find(invocation.arguments[0], invocation)
    let service = try await service(invocation)
    let words = try invocation.arguments.dropFirst().map { try translated($0, pod, service) }
    guard pod.status.phase == "Running" else {
      throw Failure("unable to forward port because pod is not running. Current status=\(pod.status.phase ?? "")")
    }
    let ports = try words.map(ForwardedPort.init)
    let forwarding = Forwarding(invocation: invocation, pod: pod)
    try await forwarding.run(ports, addresses: try addresses(invocation[address]))
    return 0
  }

  /// The service whose ports are meant, when one is named.
  private static func service(_ invocation: Invocation) async throws -> Document? {
    let parts = invocation.arguments[0].split(separator: "/").map(String.init)
    guard parts.count == 2 else { return nil }
    let kind = try await invocation.discovery.find(parts[0])
    return kind.kind == "Service" ? try await invocation.calls.get(kind, invocation.namespace, parts[1]) : nil
  }

  private static func addresses(_ given: [String]) throws -> [(text: String, mayFail: Bool)] {
    try given.flatMap { address -> [(text: String, mayFail: Bool)] in
      if address == "localhost" { return [("127.0.0.1", false), ("::1", true)] }
      guard address.contains(".") || address.contains(":"), !address.contains(where: \.isWhitespace) else {
        throw Failure("\(address) is not a valid IP")
      }
      return [(address, false)]
    }
  }

  /// The same pair of ports with numbers of the pod: names are looked up, ports of a service become those behind it.
  private static func translated(_ word: String, _ pod: Pod, _ service: Document?) throws -> String {
    let parts = word.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    var local = parts[0]
    let remote = parts.count == 2 ? parts[1] : local
    guard let service else {
      if Int(remote) != nil { return word }
      let number = try number(named: remote, of: pod, "Pod '\(pod.name)' does not have a named port '\(remote)'")
      return local == remote ? String(number) : "\(local):\(number)"
    }
    let name = service["metadata"]?["name"]?.stringValue ?? ""
    let ports = service["spec"]?["ports"]?.listValue ?? []
    let found = ports.first {
      Int64(remote) == nil ? $0["name"]?.stringValue == remote : $0["port"]?.integerValue == Int64(remote)
    }
    guard let found else {
      throw Failure(
        Int(remote) == nil
          ? "Service '\(name)' does not have a named port '\(remote)'"
          : "Service \(name) does not have a service port \(remote)")
    }
    let ownPort = found["port"]?.integerValue ?? 0
    if local == remote { local = String(ownPort) }
    var target = String(ownPort)
    if service["spec"]?["clusterIP"]?.stringValue != "None", let given = found["targetPort"] {
      let complaint = "Pod '\(pod.name)' does not have a named port '\(given.plainText)'"
      target = try given.integerValue.map { String($0) } ?? String(number(named: given.plainText, of: pod, complaint))
    }
    return local == target ? target : "\(local):\(target)"
  }

  private static func number(named name: String, of pod: Pod, _ complaint: String) throws -> Int64 {
    for container in pod.spec.containers {
      if let port = container.ports.first(where: { $0.name == name })?.containerPort { return Int64(port) }
    }
    throw Failure(complaint)
  }
}

/// A port here and the one in the pod that it leads to.
struct ForwardedPort {
  /// 0 takes any that is free.
  var local: UInt16
  var remote: UInt16

  init(_ text: String) throws {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    if parts.count > 2 { throw Failure("invalid port format '\(text)'") }
    let here = parts[0].isEmpty ? "0" : parts[0]
    guard let local = UInt16(here) else {
      throw Failure("error parsing local port '\(here)': \(Self.problem(here))")
    }
    let there = parts.count == 2 ? parts[1] : parts[0]
    guard let remote = UInt16(there) else {
      throw Failure("error parsing remote port '\(there)': \(Self.problem(there))")
    }
    if remote == 0 { throw Failure("remote port must be > 0") }
    (self.local, self.remote) = (local, remote)
  }

  private static func problem(_ text: String) -> String {
    let isNumber = !text.isEmpty && text.allSatisfy { $0.isASCII && $0.isNumber }
    return "strconv.ParseUint: parsing \"\(text)\": " + (isNumber ? "value out of range" : "invalid syntax")
  }
}

/// Listens, and carries each connection to the pod over a WebSocket of its own.
private struct Forwarding {
  let invocation: Invocation
  let pod: Pod

  func run(_ ports: [ForwardedPort], addresses: [(text: String, mayFail: Bool)]) async throws {
    var listeners: [(TCPListener, ForwardedPort)] = []
    defer { for (listener, _) in listeners { listener.close() } }
    for port in ports {
      // Both addresses of this machine lead to the pod by the same number.
      var port = port
      var problems: [String] = []
      var isOpen = false
      for address in addresses {
        do throws(SystemCallError) {
          let listener = try TCPListener(address: address.text, port: port.local)
          port.local = listener.port
          isOpen = true
          listeners.append((listener, port))
          let place = address.text.contains(":") ? "[\(address.text)]" : address.text
          try? await invocation.io.print("Forwarding from \(place):\(port.local) -> \(port.remote)\n")
        } catch {
          let version = address.text.contains(":") ? "tcp6 [\(address.text)]" : "tcp4 \(address.text)"
          problems.append(
            "unable to create listener: Error listen \(version):\(port.local): \(error.call): \(error.reason.lowercased())"
          )
          if !address.mayFail, addresses.count == 1 { break }
        }
      }
      if isOpen { continue }
      await invocation.io.printError(
        "Unable to listen on port \(port.local): Listeners failed to create with the following errors: [\(problems.joined(separator: " "))]\n"
      )
    }
    if listeners.isEmpty {
      let wanted = ports.map { "{\($0.local) \($0.remote)}" }.joined(separator: " ")
      throw Failure("unable to listen on any of the requested ports: [\(wanted)]")
    }
    let open = listeners
    await withThrowingTaskGroup(of: Void.self) { group in
      for (listener, port) in open { group.addTask { try await accept(listener, port) } }
      group.addTask { try await watchPod() }
      defer { group.cancelAll() }
      // However the first of them ended, it is the end of all.
      _ = try? await group.next()
    }
    throw Failure("lost connection to pod")
  }

  private func accept(_ listener: TCPListener, _ port: ForwardedPort) async throws {
    try await withThrowingDiscardingTaskGroup { group in
      while true {
        let connection = try await withTaskCancellationHandler(
          operation: { try await listener.accept() }, onCancel: listener.close)
        try await invocation.io.print("Handling connection for \(port.local)\n")
        group.addTask {
          do {
            try await carry(connection, port)
          } catch {
            // Nobody is let in any more, which ends the loop as well.
            listener.close()
            throw error
          }
        }
      }
    }
  }

  /// Returns when the pod has gone: there is nothing left to forward to.
  private func watchPod() async throws {
    let calls = invocation.calls
    let kind = ResourceKind(Pod.resource)
    let query = [QueryItem("fieldSelector", "metadata.name=\(pod.name)")]
    while true {
      let list = try await calls.list(kind, pod.namespace, query: query)
      guard list["items"]?.listValue?.first?["metadata"]?["uid"]?.stringValue == pod.uid else { return }
      let version = list["metadata"]?["resourceVersion"]?.stringValue ?? ""
      let events = try await calls.watch(kind, pod.namespace, after: version, query: query)
      defer { events.cancel() }
      for try await event in events {
        guard let (type, object) = try GetWatch.read(event) else { continue }
        let phase = object["status"]?["phase"]?.stringValue
        if type == .deleted || phase == "Succeeded" || phase == "Failed" { return }
      }
    }
  }

  /// A connection that cannot be carried ends the whole command.
  private func carry(_ connection: Descriptor, _ port: ForwardedPort) async throws {
    defer { connection.close() }
    let socket = try await open(port.remote)
    guard let complaint = await exchange(connection, socket) else { return }
    let message =
      "\"Unhandled Error\" err=\"an error occurred forwarding \(port.local) -> \(port.remote): \(complaint)\""
    await invocation.io.printError(LogLine.text("E", "portforward.go:424", message, invocation.context.now()))
    throw Failure("lost connection to pod")
  }

  private func open(_ port: UInt16) async throws -> WebSocket {
    let path = Pod.resource.path(namespace: pod.namespace, name: pod.name, subresource: "portforward")
    var request = APIRequest("GET", path, query: [QueryItem("ports", String(port))])
    request.headers["User-Agent"] = invocation.client.userAgent
    request.user = invocation.client.user
    let handshake = WebSocketHandshake(protocols: ["v4.channel.k8s.io"])
    handshake.addRequestHeaders(to: &request.headers)
    return try await handshake.open(try await invocation.client.endpoint.send(request)).socket
  }

  /// Channel 0 carries the data and channel 1 a complaint; both begin with the number of the port.
  private func exchange(_ connection: Descriptor, _ socket: WebSocket) async -> String? {
    let sender = Task {
      while let bytes = try? await connection.read(), !bytes.isEmpty {
        guard (try? await socket.send(.binary([0] + bytes))) != nil else { return }
      }
    }
    defer { sender.cancel() }
    var begun: Set<UInt8> = []
    var complaint: String?
    while let message = try? await socket.receive() {
      guard case .binary(let bytes) = message, let channel = bytes.first else { continue }
      if begun.insert(channel).inserted { continue }
      if channel == 1 {
        complaint = (complaint ?? "") + String(decoding: bytes.dropFirst(), as: UTF8.self)
      } else if (try? await connection.write(bytes.dropFirst())) == nil {
        break
      }
    }
    await socket.close()
    return complaint
  }
}
