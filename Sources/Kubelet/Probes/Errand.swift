internal import ContainerRuntime
internal import ControlLoop
internal import KubernetesAPI
internal import ObjectSchema

/// Something that is done in or to a running container on the pod's behalf: a hook or a probe.
struct Errand: Sendable {
  let context: KubeletContext
  let pod: Pod
  let container: Container
  let id: ContainerID
  let addresses: [String]

  /// What went wrong with the hook, or nil.
  func run(_ handler: LifecycleHandler, within limit: Duration) async -> String? {
    if let sleep = handler.sleep {
      try? await context.time.sleep(for: min(limit, .seconds(sleep.seconds ?? 0)))
      return nil
    }
    if let action = handler.exec {
      switch await execute(action.command, within: limit) {
      case .ended(code: 0, _): return nil
      case .ended(let code, let output):
        return "command '\(action.command.joined(separator: " "))' exited with \(code): \(output)"
      case .timedOut: return "command '\(action.command.joined(separator: " "))' timed out"
      case .failed(let message): return message
      }
    }
    if let action = handler.httpGet {
      // A hook has told somebody, whatever the answer is.
      switch await HTTPProbe(errand: self, action: action, userAgent: HTTPProbe.userAgentOfHooks).request(within: limit)
      {
      case .answered: return nil
      case .failed(let message), .unclear(let message): return message
      }
    }
    // Kubernetes takes a hook of another kind and then cannot run it.
    return "invalid handler"
  }

  func run(_ probe: Probe) async -> ProbeResult {
    let limit = Duration.seconds(Int64(probe.timeoutSeconds ?? 1))
    if let action = probe.exec {
      // Only what stands in the pod itself counts here, as it is written.
      let variables = Dictionary(
        container.env.map { ($0.name ?? "", $0.value ?? "") }, uniquingKeysWith: { $1 })
      let command = action.command.map { VariableExpansion.expand($0, variables) }
      switch await execute(command, within: limit) {
      case .ended(code: 0, _): return .success
      case .ended(_, let output): return .failure(output)
      case .timedOut: return .failure("command timed out: \(Self.quoted(command)) timed out after \(limit.text)")
      case .failed(let message): return .errored("rpc error: code = Unknown desc = \(message)")
      }
    }
    if let action = probe.httpGet { return await HTTPProbe(errand: self, action: action).run(within: limit) }
    if let action = probe.grpc { return await HealthProbe(errand: self, action: action).run(within: limit) }
    if let action = probe.tcpSocket { return await connect(action, within: limit) }
    return .success
  }

  enum Execution: Sendable {
    case ended(code: Int32, output: String)
    case timedOut
    case failed(String)
  }

  /// Runs a command in the container; at most 10 KiB of what it says are kept.
  private func execute(_ command: [String], within limit: Duration) async -> Execution {
    let runtime = context.runtime
    let spec = ExecSpec(containerID: id, command: command, streams: AttachSpec())
    return await within(limit) {
      do {
        let session = try await runtime.exec(spec)
        return await withTaskCancellationHandler {
          async let errors = Self.collect { try await session.readErrors() }
          let output = await Self.collect { try await session.readOutput() }
          let all = await output + errors
          do throws(RuntimeError) {
            let status = try await session.wait()
            return .ended(code: status.code, output: String(decoding: all.prefix(10_240), as: UTF8.self))
          } catch {
            return .failed(error.message)
          }
        } onCancel: {
          session.abandon()
        }
      } catch {
        return .failed("\(error)")
      }
    } orElse: {
      .timedOut
    }
  }

  private static func collect(_ read: () async throws -> [UInt8]) async -> [UInt8] {
    var all: [UInt8] = []
    while let chunk = try? await read(), !chunk.isEmpty {
      if all.count < 10_240 { all += chunk }
    }
    return all
  }

  private func connect(_ action: TCPSocketAction, within limit: Duration) async -> ProbeResult {
    guard let port = number(of: action.port) else {
      return .errored(Self.unknownPort(action.port))
    }
    let host = action.host.flatMap { $0.isEmpty ? nil : $0 } ?? addresses.first ?? ""
    let network = context.network
    return await within(limit) {
      do throws(NetworkFailure) {
        try await network.connect(to: host, port: port).close()
        return .success
      } catch {
        return .failure("dial tcp \(host):\(port): connect: \(error.reason)")
      }
    } orElse: {
      .failure("dial tcp \(host):\(port): i/o timeout")
    }
  }

  /// The number behind a port that may be named.
  func number(of port: IntOrString?) -> UInt16? {
    switch port {
    case .int(let number): return UInt16(exactly: number)
    case .string(let name):
      if let named = container.ports.first(where: { $0.name == name })?.containerPort {
        return UInt16(exactly: named)
      }
      return UInt16(name)
    case nil: return nil
    }
  }

  /// A name that no port of the container has is taken for a number, as Kubernetes does.
  static func unknownPort(_ port: IntOrString?) -> String {
    if case .string(let name) = port { return "strconv.Atoi: parsing \"\(name)\": invalid syntax" }
    return "invalid port number: \(port?.description ?? "0")"
  }

  /// Whichever comes first: the work's result, or the end of the time.
  func within<Result: Sendable>(
    _ limit: Duration, _ work: @escaping @Sendable () async -> Result, orElse late: @Sendable () -> Result
  ) async -> Result {
    let time = context.time
    return await withTaskGroup(of: Result?.self) { group in
      group.addTask { await work() }
      group.addTask {
        try? await time.sleep(for: limit)
        return nil
      }
      defer { group.cancelAll() }
      return await group.next().flatMap { $0 } ?? late()
    }
  }

  /// A command as Go prints a text with quotes.
  private static func quoted(_ command: [String]) -> String {
    var text = ""
    for scalar in command.joined(separator: " ").unicodeScalars {
      switch scalar {
      case "\"", "\\": text += "\\\(scalar)"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return "\"" + text + "\""
  }
}
