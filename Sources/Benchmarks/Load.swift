internal import Glibc
internal import HTTPTransport

/// Requests over a number of connections, each sending its next one when it has its answer.
///
/// One thread that polls: what measures a server must leave it the machine.
enum Load {
  struct Outcome {
    var latencies: [Duration] = []
    var elapsed = Duration.zero

    var perSecond: Double { Double(latencies.count) / elapsed.inSeconds }
  }

  static func run(_ requests: [[UInt8]], over connections: [DirectConnection], expecting status: Int) throws -> Outcome
  {
    let clock = ContinuousClock()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { buffer.deallocate() }
    var outcome = Outcome()
    outcome.latencies.reserveCapacity(requests.count)
    var next = 0
    var readers = connections.map { _ in ResponseReader() }
    var sent = connections.map { _ in clock.now }
    var polled = connections.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }

    func sendNext(_ index: Int) throws {
      guard next < requests.count else {
        // Poll passes over negative numbers.
        polled[index].fd = -1
        return
      }
      sent[index] = clock.now
      try connections[index].sendAll(requests[next])
      next += 1
    }

    let start = clock.now
    for index in connections.indices { try sendNext(index) }
    while outcome.latencies.count < requests.count {
      guard poll(&polled, UInt(polled.count), 30_000) > 0 else { throw BenchmarkProblem("no answer within 30 s") }
      for index in polled.indices where polled[index].fd >= 0 && polled[index].revents != 0 {
        answer: while true {
          switch try connections[index].receive(into: buffer) {
          case .nothingYet: break answer
          case .end: throw BenchmarkProblem("the server closed a connection instead of answering")
          case .bytes(let count):
            guard readers[index].read(UnsafeRawBufferPointer(rebasing: buffer[..<count])) else { continue }
            outcome.latencies.append(sent[index].duration(to: clock.now))
            guard readers[index].status == status else {
              let text = String(decoding: buffer[..<min(count, 2_000)], as: UTF8.self)
              throw BenchmarkProblem("expected status \(status), got: \(text)")
            }
            try sendNext(index)
            break answer
          }
        }
      }
    }
    outcome.elapsed = start.duration(to: clock.now)
    return outcome
  }
}

struct BenchmarkProblem: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

extension DirectConnection {
  /// Sends a whole request, waiting while the other side is slow.
  func sendAll(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let count = try send(UnsafeRawBufferPointer(rebasing: rest))
        rest = rest.dropFirst(count)
        if count == 0 {
          var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          poll(&entry, 1, 1_000)
        }
      }
    }
  }
}

extension Duration {
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
  var inMilliseconds: Double { inSeconds * 1_000 }
}

extension [Duration] {
  /// The value that so great a part of all does not exceed.
  func percentile(_ part: Double) -> Duration {
    let sorted = self.sorted()
    return sorted.isEmpty ? .zero : sorted[Swift.min(sorted.count - 1, Int(Double(sorted.count) * part))]
  }
}
