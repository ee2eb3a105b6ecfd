internal import CMicroHTTPD
internal import KubernetesAPI
internal import Synchronization
internal import SystemIO

/// A connection on which both sides have left HTTP.
// @unchecked: the only thing that is not Sendable is `handle`, whose one use is guarded by `isClosed`.
final class UpgradedSocket: @unchecked Sendable {
  private let socket: Descriptor
  private let handle: OpaquePointer
  /// What the client has sent right after its request.
  private let extra: [UInt8]
  private let isClosed = Mutex(false)
  private let arrived = Mutex(0)
  private let hangUps: AsyncStream<HTTPConnection.HangUp>
  private let hungUp: AsyncStream<HTTPConnection.HangUp>.Continuation

  init(descriptor: Int32, handle: OpaquePointer, extra: [UInt8]) {
    socket = Descriptor(adopting: descriptor, name: "upgraded connection")
    self.handle = handle
    self.extra = extra
    (hangUps, hungUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  deinit { close() }

  func clientHungUp(_ hangUp: HTTPConnection.HangUp) { hungUp.yield(hangUp) }

  private enum Ended { case inward, outward, connection, patience }

  /// Carries bytes both ways until both sides have ended.
  func splice(with channel: any ByteChannel) async {
    await withTaskGroup(of: Ended.self) { group in
      group.addTask {
        await self.forward(to: channel)
        return .inward
      }
      group.addTask {
        await self.forward(from: channel)
        return .outward
      }
      group.addTask {
        await self.noticeHangUp()
        return .connection
      }
      switch await group.next() {
      case .inward:
        // The client may have closed its half only: what the endpoint has to say still goes out.
        _ = await group.next()
      case .outward, .connection:
        // What the client has sent before it left, or goes on sending, still comes in, as long as something comes.
        group.addTask {
          await self.waitUntilSilent()
          return .patience
        }
        while let ended = await group.next(), ended != .inward, ended != .patience {}
      case .patience, nil: break
      }
      group.cancelAll()
    }
    channel.close()
    close()
  }

  private func forward(to channel: any ByteChannel) async {
    do {
      if !extra.isEmpty { try await channel.write(extra) }
      while true {
        let bytes = try await socket.read()
        if bytes.isEmpty { break }
        arrived.withLock { $0 += bytes.count }
        try await channel.write(bytes)
      }
    } catch {
      // A connection that breaks ends like one that is closed; an endpoint that has stopped listening gets no more.
    }
    channel.closeWriting()
  }

  private func forward(from channel: any ByteChannel) async {
    do {
      while let bytes = try await channel.read() { try await socket.write(bytes) }
    } catch {
      // As above, the other way.
    }
    socket.closeWriting()
  }

  /// Returns when nothing has come from the client for a while.
  private func waitUntilSilent() async {
    var before = -1
    while !Task.isCancelled {
      let now = arrived.withLock { $0 }
      if now == before { return }
      before = now
      try? await Task.sleep(for: .seconds(5))
    }
  }

  /// Returns when the client has closed both directions.
  private func noticeHangUp() async {
    for await hangUp in hangUps where hangUp == .complete { return }
  }

  private func close() {
    let wasClosed = isClosed.withLock { isClosed in
      defer { isClosed = true }
      return isClosed
    }
    if wasClosed { return }
    hungUp.finish()
    // The number is libmicrohttpd's; it closes it.
    _ = socket.release()
    cmicrohttpd_close_upgraded(handle)
  }
}
