internal import CNodeInit
internal import Glibc
internal import Synchronization
internal import SystemIO

/// A process as node init knows it.
struct InitProcess: Sendable {
  enum State: Sendable, Equatable {
    case starting
    case running
    case ended(code: Int32, signal: Int32?, finishedAt: Int64)
  }

  var name: String
  var pid: Int32
  var state: State
  var startedAt: Int64
  /// Our ends of its streams; a terminal is `output` alone.
  var input: Descriptor?
  var output: Descriptor?
  var errors: Descriptor?
  var isTerminal: Bool
}

/// Why node init did not do what it was asked.
enum InitError: Error, Sendable, Equatable {
  /// The step of the plan with this index.
  case step(Int32, errno: Int32)
  /// Node init is gone, or the connection to it.
  case disconnected
}

/// The conversation with node init: requests with answers, and the news of processes that ended.
///
/// One thread reads the socket; it owns nothing but the reading, so that an answer never waits for the task pool.
final class ControlConnection: Sendable {
  private struct State {
    var nextID: UInt32 = 1
    var waiting: [UInt32: Waiter] = [:]
    var listed: [UInt32: [InitProcess]] = [:]
    /// Processes whose end will be told, or has been.
    var known: Set<String> = []
    var ended: [String: InitProcess] = [:]
    var awaitingEnd: [String: [CheckedContinuation<InitProcess?, Never>]] = [:]
    var isConnected = true

    mutating func forget(_ name: String) {
      known.remove(name)
      ended[name] = nil
    }
  }

  private struct Waiter {
    var continuation: CheckedContinuation<Answer, Never>
    var whenStarted: (@Sendable (InitProcess) -> Void)?
  }

  private struct Answer: Sendable {
    var failure: InitError?
    var process: InitProcess?
    var listed: [InitProcess] = []
    var descriptor: Int32 = -1
  }

  private let socket: Int32
  private let state = Mutex(State())
  private let exits: AsyncStream<InitProcess>.Continuation
  /// The ends of processes, in their order; finishes when node init is gone.
  let exited: AsyncStream<InitProcess>

  /// Takes ownership of the socket.
  init(socket: Int32) {
    self.socket = socket
    (exited, exits) = AsyncStream.makeStream()
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    let failure = pthread_create(&thread, nil, controlThread, context)
    precondition(failure == 0, "pthread_create failed: \(failure)")
    pthread_detach(thread)
  }

  /// Ends the conversation; the reading thread closes the socket.
  func disconnect() { shutdown(socket, Int32(SHUT_RDWR)) }

  // MARK: Requests

  /// Starts a process by a plan and returns when it has been executed.
  ///
  /// `whenStarted` runs on the reading thread, before anything can be heard of the process' end.
  func start(
    _ name: String, _ plan: Plan, whenStarted: (@Sendable (InitProcess) -> Void)? = nil
  ) async throws(InitError) -> InitProcess {
    let answer = try await ask(CNODE_START, name, plan: plan, whenStarted: whenStarted)
    guard let process = answer.process else { throw .disconnected }
    return process
  }

  /// Node init itself does the parent's steps of the plan.
  func perform(_ plan: Plan) async throws(InitError) {
    if plan.parent.isEmpty { return }
    _ = try await ask(CNODE_PERFORM, plan: plan)
  }

  func signal(_ name: String, _ signal: Int32, wholeGroup: Bool = false) async throws(InitError) {
    _ = try await ask(wholeGroup ? CNODE_SIGNAL_GROUP : CNODE_SIGNAL, name, number: signal)
  }

  /// Kills the process if it runs; nothing is heard of it any more.
  func forget(_ name: String) async throws(InitError) {
    state.withLock { $0.forget(name) }
    _ = try await ask(CNODE_FORGET, name)
  }

  /// Forgets a process that has ended, without waiting for that.
  func forgetSoon(_ name: String) {
    state.withLock { $0.forget(name) }
    post(CNODE_FORGET, name)
  }

  /// Kills the process, waits until it is gone, and forgets it. One that was never started is fine.
  func end(_ name: String) async throws(InitError) {
    do {
      try await signal(name, SIGKILL)
    } catch .step(_, ESRCH) {
      return
    }
    if await waitForEnd(name) == nil { throw .disconnected }
    try await forget(name)
  }

  /// Kills the process with its group and forgets it, without waiting for any of that.
  func dismiss(_ name: String) {
    post(CNODE_SIGNAL_GROUP, name, number: SIGKILL)
    post(CNODE_FORGET, name)
    let waiting = state.withLock { state in
      state.forget(name)
      return state.awaitingEnd.removeValue(forKey: name) ?? []
    }
    for continuation in waiting { continuation.resume(returning: nil) }
  }

  /// The process sees the end of its input once nobody else holds it open.
  func closeInput(_ name: String) { post(CNODE_CLOSE_INPUT, name) }

  /// Returns when the process has ended, at once if it has already; nil when nothing will be heard of it.
  func waitForEnd(_ name: String) async -> InitProcess? {
    await withCheckedContinuation { continuation in
      let known = state.withLock { state -> InitProcess?? in
        if let process = state.ended[name] { return .some(process) }
        if !state.isConnected || !state.known.contains(name) { return .some(nil) }
        state.awaitingEnd[name, default: []].append(continuation)
        return nil
      }
      if let known { continuation.resume(returning: known) }
    }
  }

  /// All processes; those that are just being started are waited for.
  func list() async throws(InitError) -> [InitProcess] {
    while true {
      let processes = try await ask(CNODE_LIST).listed
      state.withLock { $0.known = Set(processes.map(\.name)) }
      if !processes.contains(where: { $0.state == .starting }) { return processes }
      try? await Task.sleep(for: .milliseconds(2))
    }
  }

  /// A socket, not connected yet, in the network of a process.
  func socket(in name: String, family: Int32) async throws(InitError) -> Int32 {
    try await ask(CNODE_SOCKET, name, number: family).descriptor
  }

  func claim() async throws(InitError) { _ = try await ask(CNODE_CLAIM) }

  /// The whole node ends; there is no answer.
  func endNode() async { _ = try? await ask(CNODE_END) }

  private func ask(
    _ verb: cnode_request_verb, _ name: String = "", number: Int32 = 0, plan: Plan? = nil,
    whenStarted: (@Sendable (InitProcess) -> Void)? = nil
  ) async throws(InitError) -> Answer {
    var file: Int32 = -1
    if let plan {
      let bytes = try plan.encoded()
      file = cnode_memory_file("plan", bytes, bytes.count)
      if file < 0 { throw .step(Int32(CNODE_CLONING), errno: errno) }
    }
    defer { if file >= 0 { close(file) } }
    let attached = file
    let answer = await withCheckedContinuation { continuation in
      // Sent under the lock: the answer cannot overtake the entry that waits for it.
      let isSent = state.withLock { state in
        let id = state.nextID
        state.nextID &+= 1
        state.waiting[id] = Waiter(continuation: continuation, whenStarted: whenStarted)
        if send(verb, name, number, id: id, attached: attached, state) { return true }
        state.waiting[id] = nil
        return false
      }
      if !isSent { continuation.resume(returning: Answer(failure: .disconnected)) }
    }
    if let failure = answer.failure { throw failure }
    return answer
  }

  /// Asks without waiting for the answer.
  private func post(_ verb: cnode_request_verb, _ name: String, number: Int32 = 0) {
    state.withLock { state in
      let id = state.nextID
      state.nextID &+= 1
      _ = send(verb, name, number, id: id, attached: -1, state)
    }
  }

  private func send(
    _ verb: cnode_request_verb, _ name: String, _ number: Int32, id: UInt32, attached: Int32, _ state: borrowing State
  ) -> Bool {
    if !state.isConnected { return false }
    var request = cnode_request()
    request.verb = UInt32(verb.rawValue)
    request.id = id
    request.number = number
    precondition(name.utf8.count < Int(CNODE_NAME_SIZE), "the process name \(name) is too long for node init")
    withUnsafeMutableBytes(of: &request.name) { $0.copyBytes(from: name.utf8) }
    var descriptor = attached
    return cnode_send(socket, &request, MemoryLayout<cnode_request>.size, &descriptor, attached < 0 ? 0 : 1) >= 0
  }

  // MARK: The reading thread

  fileprivate func read() {
    var message = cnode_message()
    var descriptors: [Int32] = [-1, -1, -1]
    while true {
      var count: Int32 = 3
      let size = cnode_receive(socket, &message, MemoryLayout<cnode_message>.size, &descriptors, &count)
      guard size == MemoryLayout<cnode_message>.size else { break }
      receive(message, Array(descriptors.prefix(Int(count))))
    }
    let (waiting, awaitingEnd) = state.withLock { state in
      state.isConnected = false
      defer { (state.waiting, state.awaitingEnd) = ([:], [:]) }
      return (state.waiting, state.awaitingEnd)
    }
    close(socket)
    for waiter in waiting.values { waiter.continuation.resume(returning: Answer(failure: .disconnected)) }
    for continuation in awaitingEnd.values.joined() { continuation.resume(returning: nil) }
    exits.finish()
  }

  private func receive(_ message: cnode_message, _ descriptors: [Int32]) {
    switch message.kind {
    case UInt32(CNODE_EXITED.rawValue):
      let process = Self.process(message, descriptors)
      let waiting = state.withLock { state in
        state.ended[process.name] = process
        return state.awaitingEnd.removeValue(forKey: process.name) ?? []
      }
      exits.yield(process)
      for continuation in waiting { continuation.resume(returning: process) }
    case UInt32(CNODE_ENTRY.rawValue):
      let process = Self.process(message, descriptors)
      state.withLock { $0.listed[message.id, default: []].append(process) }
    default:
      var answer = Answer()
      if message.step >= 0 {
        answer.failure = .step(message.step, errno: message.error)
      } else if message.pid > 0 {
        answer.process = Self.process(message, descriptors)
      } else {
        answer.descriptor = descriptors.first ?? -1
      }
      let waiter = state.withLock { state in
        answer.listed = state.listed.removeValue(forKey: message.id) ?? []
        if let process = answer.process { state.known.insert(process.name) }
        return state.waiting.removeValue(forKey: message.id)
      }
      if let process = answer.process { waiter?.whenStarted?(process) }
      waiter?.continuation.resume(returning: answer)
    }
  }

  private static func process(_ message: cnode_message, _ descriptors: [Int32]) -> InitProcess {
    let name = withUnsafeBytes(of: message.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    var process = InitProcess(
      name: name, pid: message.pid, state: .running, startedAt: message.started,
      isTerminal: message.streams & UInt32(CNODE_STREAM_TERMINAL) != 0)
    if message.state == UInt32(CNODE_STARTING.rawValue) {
      process.state = .starting
    } else if message.state == UInt32(CNODE_ENDED.rawValue) {
      process.state = .ended(
        code: message.signal == 0 ? message.code : 128 + message.signal,
        signal: message.signal == 0 ? nil : message.signal, finishedAt: message.finished)
    }
    var rest = descriptors[...]
    func next(_ stream: String) -> Descriptor? {
      rest.popFirst().map { Descriptor(adopting: $0, name: "\(stream) of \(name)") }
    }
    if process.isTerminal {
      process.output = next("terminal")
    } else {
      if message.streams & UInt32(CNODE_STREAM_INPUT) != 0 { process.input = next("input") }
      if message.streams & UInt32(CNODE_STREAM_OUTPUT) != 0 { process.output = next("output") }
      if message.streams & UInt32(CNODE_STREAM_ERRORS) != 0 { process.errors = next("errors") }
    }
    return process
  }
}

private func controlThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  var all = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_BLOCK, &all, nil)
  Unmanaged<ControlConnection>.fromOpaque(context!).takeRetainedValue().read()
  return nil
}
