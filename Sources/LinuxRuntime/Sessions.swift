internal import CLinux
internal import ContainerRuntime
internal import Glibc
internal import Synchronization
internal import SystemIO

/// A program that was started beside a container's own. It ends with its caller.
final class StartedSession: ExecSession {
  private let process: InitProcess
  private let connection: ControlConnection
  /// True once node init knows nothing of it any more.
  private let isForgotten = Mutex(false)

  init(process: InitProcess, connection: ControlConnection) {
    self.process = process
    self.connection = connection
  }

  deinit { abandon() }

  func readOutput() async throws -> [UInt8] { try await process.output?.read() ?? [] }

  func readErrors() async throws -> [UInt8] { try await process.errors?.read() ?? [] }

  func writeInput(_ bytes: [UInt8]) async throws {
    try await (process.isTerminal ? process.output : process.input)?.write(bytes)
  }

  func closeInput() { process.input?.close() }

  func resize(columns: UInt16, rows: UInt16) {
    guard process.isTerminal, let terminal = process.output else { return }
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = clinux_ioctl_pointer(terminal.number, UInt(TIOCSWINSZ), &size)
  }

  func wait() async throws(RuntimeError) -> ExitStatus {
    guard let ended = await connection.waitForEnd(process.name), let status = ended.exitStatus else {
      throw RuntimeError(.notRunning, "the node has ended, or the program was abandoned")
    }
    if claimForgetting() { connection.forgetSoon(process.name) }
    return status
  }

  func abandon() {
    if claimForgetting() { connection.dismiss(process.name) }
    for stream in [process.input, process.output, process.errors] { stream?.close() }
  }

  private func claimForgetting() -> Bool {
    isForgotten.withLock { isForgotten in
      defer { isForgotten = true }
      return !isForgotten
    }
  }
}

/// The streams of a container's own first process. It goes on when its caller leaves.
final class JoinedSession: ExecSession {
  private let connection: ControlConnection
  private let process: String
  private let container: ContainerID
  private let output: LogSubscription?
  private let errors: LogSubscription?
  private let input: Descriptor?
  private let closesInput: Bool
  private let isTerminal: Bool
  /// True once the caller has said all that it had to say to a container that goes on listening.
  private let isOver = Mutex(false)

  init(
    connection: ControlConnection, process: String, container: ContainerSpec, streams: AttachSpec, input: Descriptor?
  ) {
    self.connection = connection
    self.process = process
    self.container = container.id
    self.input = streams.input ? input : nil
    closesInput = container.closesInputAfterFirstAttach
    isTerminal = container.hasTerminal
    output = streams.output || isTerminal ? LogPump.shared.subscribe(container.id, to: .output) : nil
    errors = streams.errors && !isTerminal ? LogPump.shared.subscribe(container.id, to: .errors) : nil
  }

  func readOutput() async throws -> [UInt8] { await output?.read() ?? [] }

  func readErrors() async throws -> [UInt8] { await errors?.read() ?? [] }

  func writeInput(_ bytes: [UInt8]) async throws { try await input?.write(bytes) }

  func closeInput() {
    guard let input else { return }
    if closesInput, !isTerminal {
      input.close()
      connection.closeInput(process)
    } else {
      // The container hears others who come later. Who has left its input leaves its output as well.
      isOver.withLock { $0 = true }
      LogPump.shared.drain(container)
      abandon()
    }
  }

  func resize(columns: UInt16, rows: UInt16) {
    guard isTerminal, let input else { return }
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = clinux_ioctl_pointer(input.number, UInt(TIOCSWINSZ), &size)
  }

  func wait() async throws(RuntimeError) -> ExitStatus {
    if isOver.withLock({ $0 }) { return ExitStatus(code: 0, finishedAt: Clock.now) }
    guard let status = await connection.waitForEnd(process)?.exitStatus else {
      throw RuntimeError(.notRunning, "the node has ended")
    }
    LogPump.shared.drain(container)
    return status
  }

  func abandon() {
    output?.cancel()
    errors?.cancel()
  }
}

extension InitProcess {
  /// Where those who are attached may write. The log owns a terminal itself, so this is a second door to it.
  var inputForAttached: Descriptor? {
    guard isTerminal, let output else { return input }
    let number = clinux_duplicate(output.number)
    return number < 0 ? nil : Descriptor(adopting: number, name: output.name)
  }

  /// Nil while it runs.
  var exitStatus: ExitStatus? {
    guard case .ended(let code, let signal, let finishedAt) = state else { return nil }
    return ExitStatus(code: code, signal: signal, finishedAt: finishedAt)
  }
}

/// A connection to a port of a pod, from inside the pod's own network.
final class SandboxConnection: ByteConnection {
  private let socket: Descriptor

  private init(socket: Descriptor) { self.socket = socket }

  /// The socket was made in the pod's network; its localhost is the pod's.
  static func connect(_ number: Int32, port: UInt16) async throws -> SandboxConnection {
    let socket = Descriptor(adopting: number, name: "port \(port)")
    if clinux_connect_to_loopback(socket.number, port) != 0 {
      if errno != EINPROGRESS { throw SystemCallError("connect", on: socket.name) }
      try await socket.waitUntilWritable()
      var failure: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      getsockopt(socket.number, SOL_SOCKET, SO_ERROR, &failure, &size)
      if failure != 0 { throw SystemCallError("connect", on: socket.name, errno: failure) }
    }
    return SandboxConnection(socket: socket)
  }

  func read() async throws -> [UInt8] { try await socket.read() }
  func write(_ bytes: [UInt8]) async throws { try await socket.write(bytes) }
  func closeWriting() { socket.closeWriting() }
  func close() { socket.close() }
}
