internal import Glibc
internal import HTTPTransport

/// Watchers of one collection, and a writer who makes one change at a time: how long until a watcher has seen it.
final class FanOut {
  private let watchers: [DirectConnection]
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
  private let clock = ContinuousClock()

  /// Opens the watches; each is established when the server has begun to answer it.
  init(watch: [UInt8], count: Int, connect: () throws -> DirectConnection) throws {
    watchers = try (0..<count).map { _ in
      let connection = try connect()
      try connection.sendAll(watch)
      return connection
    }
    for watcher in watchers {
      var entry = pollfd(fd: watcher.descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&entry, 1, 10_000) > 0 else { throw BenchmarkProblem("a watch was not answered within 10 s") }
      _ = try events(of: watcher)
    }
  }

  deinit { buffer.deallocate() }

  /// Sends a change after the other, each when all watchers have seen the one before.
  func measure(_ changes: [[UInt8]], over writer: DirectConnection) throws -> [Duration] {
    var latencies: [Duration] = []
    for change in changes {
      let sent = clock.now
      try writer.sendAll(change)
      var unseen = watchers.count
      var isAnswered = false
      var reader = ResponseReader()
      var polled = (watchers + [writer]).map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
      while unseen > 0 || !isAnswered {
        guard poll(&polled, UInt(polled.count), 10_000) > 0 else {
          throw BenchmarkProblem("\(unseen) watchers have not seen a change within 10 s")
        }
        for index in polled.indices where polled[index].revents != 0 && polled[index].fd >= 0 {
          if index == watchers.count {
            guard case .bytes(let count) = try writer.receive(into: buffer) else { continue }
            isAnswered = reader.read(UnsafeRawBufferPointer(rebasing: buffer[..<count])) || isAnswered
          } else if try events(of: watchers[index]) > 0 {
            latencies.append(sent.duration(to: clock.now))
            polled[index].fd = -1
            unseen -= 1
          }
        }
      }
      guard reader.status == 200 else { throw BenchmarkProblem("a change was answered with status \(reader.status)") }
    }
    return latencies
  }

  /// Counts the events that have come: lines, whereas the line breaks of chunks begin with a carriage return.
  private func events(of watcher: DirectConnection) throws -> Int {
    var events = 0
    while true {
      switch try watcher.receive(into: buffer) {
      case .nothingYet: return events
      case .end: throw BenchmarkProblem("the server ended a watch")
      case .bytes(let count):
        var previous: UInt8 = 0
        for byte in buffer[..<count] {
          if byte == UInt8(ascii: "\n"), previous == UInt8(ascii: "}") { events += 1 }
          previous = byte
        }
      }
    }
  }
}
