internal import KubernetesAPI
internal import Synchronization

/// Whether a process still lives, and the connections that break when it dies.
final class Life: Sendable {
  private struct State {
    var isAlive = true
    var connections: [Int: BreakableStream] = [:]
    var next = 0
  }

  private let state = Mutex(State())

  var isAlive: Bool { state.withLock(\.isAlive) }

  func end() {
    let connections = state.withLock { state in
      state.isAlive = false
      defer { state.connections = [:] }
      return state.connections.sorted { $0.key < $1.key }.map(\.value)
    }
    for connection in connections { connection.breakOff() }
  }

  func add(_ connection: BreakableStream) {
    let isAlive = state.withLock { state in
      state.next += 1
      if state.isAlive { state.connections[state.next] = connection }
      return state.isAlive
    }
    if !isAlive { connection.breakOff() }
  }

  /// Breaks those connections that the caller picks.
  func breakConnections(_ picks: () -> Bool) {
    let broken = state.withLock { state in
      let numbers = state.connections.keys.sorted().filter { _ in picks() }
      return numbers.compactMap { state.connections.removeValue(forKey: $0) }
    }
    for connection in broken { connection.breakOff() }
  }
}

/// A stream that may break at any time.
final class BreakableStream: ByteStream {
  private let source: any ByteStream
  private let isBroken = Mutex(false)

  init(_ source: any ByteStream) { self.source = source }

  func breakOff() {
    isBroken.withLock { $0 = true }
    source.cancel()
  }

  func next() async throws -> [UInt8]? {
    let chunk = isBroken.withLock { $0 } ? nil : try await source.next()
    if isBroken.withLock({ $0 }) { throw StatusError.unreachable("the connection broke") }
    return chunk
  }

  func cancel() { source.cancel() }
}

/// A stream that sometimes says a thing twice.
final class RepeatingStream: ByteStream {
  private let source: any ByteStream
  private let repeats: @Sendable () -> Bool
  private let last = Mutex<[UInt8]?>(nil)

  init(_ source: any ByteStream, repeats: @escaping @Sendable () -> Bool) {
    self.source = source
    self.repeats = repeats
  }

  func next() async throws -> [UInt8]? {
    if let last = last.withLock({ $0 }), repeats() { return last }
    let chunk = try await source.next()
    last.withLock { $0 = chunk }
    return chunk
  }

  func cancel() { source.cancel() }
}
