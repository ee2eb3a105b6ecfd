internal import CLinux
public import ContainerRuntime
internal import Glibc
internal import SystemIO

extension NodeRuntime {
  public func exec(_ spec: ExecSpec) async throws(RuntimeError) -> any ExecSession {
    let (container, sandbox) = try find(spec.containerID)
    guard case .running = container.record.state else {
      throw RuntimeError(.notRunning, "container not running (\(spec.containerID))")
    }
    let number = state.withLock { state in
      state.nextExec += 1
      return state.nextExec
    }
    let name = "\(ProcessName.Kind.exec.rawValue)/\(getpid())-\(number)"
    var process = container.process.running(spec.command, terminal: spec.streams.terminal)
    if let size = spec.size { process.terminalSize = TerminalSize(columns: size.columns, rows: size.rows) }
    let plan = ExecPlan(
      containerID: spec.containerID, cgroups: node.cgroups,
      cgroup: ContainerPlan.cgroup(of: spec.containerID, in: sandbox),
      process: process, streams: spec.streams
    ).plan()
    do {
      let process = try await connection.start(name, plan)
      return StartedSession(process: process, connection: connection)
    } catch {
      throw StartFailure.ofExec(error, plan)
    }
  }

  public func attach(_ id: ContainerID, _ streams: AttachSpec) async throws(RuntimeError) -> any ExecSession {
    let (container, _) = try find(id)
    guard case .running = container.record.state else {
      throw RuntimeError(.notRunning, "container not running (\(id))")
    }
    return JoinedSession(
      connection: connection, process: ContainerPlan.processName(id), container: container.record.spec,
      streams: streams, input: container.input)
  }

  public func dial(sandbox id: String, port: UInt16) async throws(RuntimeError) -> any ByteConnection {
    guard let sandbox = state.withLock({ $0.sandboxes[id] }), sandbox.isRunning else {
      throw RuntimeError(.notRunning, "sandbox \(id) is not running")
    }
    do {
      let socket = try await connection.socket(in: SandboxPlan.processName(id), family: AF_INET)
      return try await SandboxConnection.connect(socket, port: port)
    } catch let error as SystemCallError {
      throw RuntimeError(
        .failed,
        "failed to connect to localhost:\(port) inside namespace of sandbox \(id): \(error.reason.lowercased())")
    } catch {
      throw RuntimeError(.failed, "dial port \(port) of sandbox \(id): \(error)")
    }
  }
}
