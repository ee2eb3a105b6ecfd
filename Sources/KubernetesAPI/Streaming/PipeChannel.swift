/// One end of a two-way stream of bytes in memory.
public final class PipeChannel: ByteChannel {
  private let incoming: BytePipe
  private let outgoing: BytePipe

  private init(incoming: BytePipe, outgoing: BytePipe) {
    self.incoming = incoming
    self.outgoing = outgoing
  }

  /// An end that is forgotten must not leave the other one waiting.
  deinit { close() }

  /// Two ends: what one writes the other reads, waiting while more than `capacity` bytes are unread.
  public static func pair(capacity: Int = 65_536) -> (PipeChannel, PipeChannel) {
    let there = BytePipe(capacity: capacity)
    let back = BytePipe(capacity: capacity)
    return (PipeChannel(incoming: back, outgoing: there), PipeChannel(incoming: there, outgoing: back))
  }

  public func read() async throws -> [UInt8]? { try await incoming.next() }

  public func write(_ bytes: [UInt8]) async throws { try await outgoing.write(bytes) }

  public func closeWriting() { outgoing.finish() }

  public func close() {
    outgoing.finish()
    incoming.cancel()
  }
}
