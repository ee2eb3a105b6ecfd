internal import KubernetesAPI
internal import Synchronization

/// Carries bytes both ways between a client's channel and a server's until both directions have ended; each end is passed
/// on as such, so that one side can be closed while the other goes on.
enum Splice {
  private enum Ended { case inward, outward, connection, patience }

  /// - Parameters:
  ///   - outwardHasEnded: Called when everything that the server had to say has been handed over.
  ///   - clientIsGone: Returns when the client has closed both directions, where that can be known.
  static func run(
    client: any ByteChannel, server: any ByteChannel, outwardHasEnded: (@Sendable () -> Void)? = nil,
    clientIsGone: (@Sendable () async -> Void)? = nil
  ) async {
    let arrivals = Arrivals()
    await withTaskGroup(of: Ended.self) { group in
      group.addTask {
        await forward(from: client, to: server) { arrivals.add() }
        return .inward
      }
      group.addTask {
        await forward(from: server, to: client) {}
        outwardHasEnded?()
        return .outward
      }
      if let clientIsGone {
        group.addTask {
          await clientIsGone()
          return .connection
        }
      }
      switch await group.next() {
      case .inward:
        // The client may have closed its half only: what the server has to say still goes out.
        _ = await group.next()
      case .outward, .connection:
        // What the client has sent before it left, or goes on sending, still comes in, as long as something comes.
        group.addTask {
          await arrivals.waitUntilNoneComes()
          return .patience
        }
        while let ended = await group.next(), ended != .inward, ended != .patience {}
      case .patience, nil: break
      }
      group.cancelAll()
    }
    client.close()
    server.close()
  }

  private static func forward(from: any ByteChannel, to: any ByteChannel, onBytes: () -> Void) async {
    do {
      while let bytes = try await from.read() {
        onBytes()
        try await to.write(bytes)
      }
    } catch {
      // A connection that breaks ends like one that is closed, and who has stopped listening gets no more.
    }
    to.closeWriting()
  }

  private final class Arrivals: Sendable {
    private let count = Mutex(0)

    func add() { count.withLock { $0 += 1 } }

    func waitUntilNoneComes() async {
      var before = -1
      while !Task.isCancelled {
        let now = count.withLock { $0 }
        if now == before { return }
        before = now
        try? await Task.sleep(for: .seconds(5))
      }
    }
  }
}
