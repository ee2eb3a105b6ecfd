internal import CLinux
internal import ContainerRuntime
internal import Glibc
internal import Synchronization
internal import SystemIO

/// Carries what containers write into their log files, and to whoever is attached.
///
/// Bytes are copied out of a pipe first and taken out of it only when they are in the file; the beginning of a line
/// stays in the pipe until its end comes. So a kubelet that dies at any moment loses none: node init keeps the pipe
/// open and the next kubelet reads on.
final class LogPump: Sendable {
  static let shared = LogPump()

  private struct State {
    var logs: [ContainerID: ContainerLog] = [:]
    var owners: [Int32: ContainerID] = [:]

    /// Moves what is there; a descriptor that came to its end has no owner any more.
    mutating func pump(_ id: ContainerID) {
      let closed = logs[id]?.pump() ?? []
      for descriptor in closed { owners[descriptor] = nil }
    }

    mutating func remove(_ id: ContainerID) {
      let closed = logs[id]?.close() ?? []
      logs[id] = nil
      for descriptor in closed { owners[descriptor] = nil }
    }
  }

  /// Every use of a log's descriptors happens under the lock, by the pump's own thread or by whoever drains.
  private let state = Mutex(State())
  private let epoll: Int32

  private init() {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    precondition(epoll >= 0, "epoll_create1 failed: \(errno)")
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    let failure = pthread_create(&thread, nil, pumpThread, context)
    precondition(failure == 0, "pthread_create failed: \(failure)")
    pthread_detach(thread)
  }

  /// Writes to the log from here on. A terminal's only stream is `output`.
  func follow(
    _ id: ContainerID, output: Descriptor?, errors: Descriptor?, isTerminal: Bool, path: String,
    _ rotation: LogRotation
  ) throws(SystemCallError) {
    try Files.makeDirectories(path.parentDirectory, mode: 0o755)
    let file = try LogFile(path, rotation)
    var streams: [LogStream] = []
    for (descriptor, kind) in [(output, LogLine.Stream.output), (errors, .errors)] {
      guard let descriptor else { continue }
      streams.append(LogStream(descriptor: descriptor.release(), kind: kind, isTerminal: isTerminal))
    }
    let watched = streams.map(\.descriptor)
    state.withLock { state in
      state.remove(id)
      state.logs[id] = ContainerLog(file: file, streams: streams)
      for descriptor in watched {
        state.owners[descriptor] = id
        let events = EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
        _ = clinux_epoll_control(epoll, EPOLL_CTL_ADD, descriptor, events, UInt(descriptor))
      }
    }
  }

  /// Writes down everything that has been written to the pipes by now.
  func drain(_ id: ContainerID) { state.withLock { $0.pump(id) } }

  /// Writes down the rest and closes the log.
  func finish(_ id: ContainerID) {
    state.withLock { state in
      state.pump(id)
      state.remove(id)
    }
  }

  /// Closes the log as a dying kubelet does: what is in the pipe stays there.
  func abandon(_ id: ContainerID) { state.withLock { $0.remove(id) } }

  /// What the container writes to one of its streams from here on; ends with the stream.
  func subscribe(_ id: ContainerID, to stream: LogLine.Stream) -> LogSubscription {
    // Who does not read for long misses the oldest.
    let (bytes, continuation) = AsyncStream<[UInt8]>.makeStream(bufferingPolicy: .bufferingNewest(4096))
    let isOpen = state.withLock { $0.logs[id]?.subscribe(continuation, to: stream) ?? false }
    if !isOpen { continuation.finish() }
    return LogSubscription(bytes: bytes, continuation: continuation)
  }

  fileprivate func run() {
    var events = [epoll_event](repeating: epoll_event(), count: 64)
    while true {
      let count = epoll_wait(epoll, &events, Int32(events.count), -1)
      for index in 0..<max(0, Int(count)) {
        let descriptor = withUnsafePointer(to: events[index]) { Int32(clinux_epoll_key($0)) }
        state.withLock { state in
          if let id = state.owners[descriptor] { state.pump(id) }
        }
      }
    }
  }
}

/// The bytes of a container's stream, for somebody who is attached to it.
struct LogSubscription: Sendable {
  fileprivate let bytes: AsyncStream<[UInt8]>
  fileprivate let continuation: AsyncStream<[UInt8]>.Continuation

  /// Empty at the end of the stream.
  func read() async -> [UInt8] {
    var iterator = bytes.makeAsyncIterator()
    return await iterator.next() ?? []
  }

  func cancel() { continuation.finish() }
}

/// The open log of one container.
private struct ContainerLog {
  private var file: LogFile
  private var streams: [LogStream]

  init(file: LogFile, streams: [LogStream]) {
    self.file = file
    self.streams = streams
  }

  /// False when nothing will come any more.
  mutating func subscribe(_ continuation: AsyncStream<[UInt8]>.Continuation, to kind: LogLine.Stream) -> Bool {
    guard let index = streams.firstIndex(where: { $0.kind == kind && !$0.isClosed }) else { return false }
    streams[index].subscribers.append(continuation)
    return true
  }

  /// Gives the descriptors that came to their end.
  mutating func pump() -> [Int32] {
    var closed: [Int32] = []
    for index in streams.indices where !streams[index].isClosed {
      let descriptor = streams[index].descriptor
      while let bytes = streams[index].next(writingTo: &file) { streams[index].show(bytes) }
      if streams[index].isClosed { closed.append(descriptor) }
    }
    return closed
  }

  mutating func close() -> [Int32] {
    let descriptors = streams.map(\.descriptor)
    for index in streams.indices { streams[index].close() }
    file.close()
    return descriptors
  }
}

/// One pipe, or the terminal, of a container.
private struct LogStream {
  private(set) var descriptor: Int32
  let kind: LogLine.Stream
  private let isTerminal: Bool
  /// The beginning of a line: of a terminal, which gives its bytes only once.
  private var held: [UInt8] = []
  /// How much of the beginning of a line, still in the pipe, subscribers have seen.
  private var shown = 0
  var subscribers: [AsyncStream<[UInt8]>.Continuation] = []
  private var scratch: (Int32, Int32) = (-1, -1)

  init(descriptor: Int32, kind: LogLine.Stream, isTerminal: Bool) {
    self.descriptor = descriptor
    self.kind = kind
    self.isTerminal = isTerminal
  }

  var isClosed: Bool { descriptor < 0 }

  /// Moves what is there into the file; nil when nothing is there now.
  mutating func next(writingTo file: inout LogFile) -> [UInt8]? {
    if descriptor < 0 { return nil }
    return isTerminal ? nextOfTerminal(&file) : nextOfPipe(&file)
  }

  private mutating func nextOfPipe(_ file: inout LogFile) -> [UInt8]? {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    if poll(&entry, 1, 0) <= 0 { return nil }
    // Asked before looking: what was written before the end is then surely seen.
    let isAtEnd = entry.revents & Int16(POLLHUP) != 0
    guard let (bytes, isFull) = peek() else {
      if isAtEnd { close() }
      return nil
    }
    var available: Int32 = 0
    _ = clinux_ioctl_pointer(descriptor, UInt(FIONREAD), &available)
    var count = LogLine.writableCount(bytes, isAtEnd: isAtEnd && Int(available) == bytes.count)
    // The end of a line cannot come any more.
    if count == 0 && isFull { count = bytes.count }
    let fresh = Array(bytes.dropFirst(shown))
    if count > 0 {
      file.write(LogLine.format(bytes[..<count], kind, at: Clock.now))
      _ = Self.readFully(descriptor, count)
    }
    shown = bytes.count - count
    // Nothing new, and nothing that can be written yet.
    if count == 0 && fresh.isEmpty { return nil }
    return fresh
  }

  private static let largest = 65_536

  /// A copy of what is in the pipe, nil when it is empty. A pipe takes only a number of pieces, however small they are: it
  /// may be full with little in it.
  private mutating func peek() -> (bytes: [UInt8], isFull: Bool)? {
    if scratch.0 < 0 {
      var pair: [Int32] = [-1, -1]
      if pipe(&pair) != 0 { return nil }
      scratch = (pair[0], pair[1])
      for end in pair { _ = clinux_fcntl_set_close_on_exec(end, 1) }
    }
    let copied = clinux_tee(descriptor, scratch.1, Self.largest)
    if copied <= 0 { return nil }
    // The copy has as many pieces.
    var entry = pollfd(fd: scratch.1, events: Int16(POLLOUT), revents: 0)
    let isFull = poll(&entry, 1, 0) == 0
    return (Self.readFully(scratch.0, copied), isFull)
  }

  private static func readFully(_ descriptor: Int32, _ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let more = read(descriptor, buffer.baseAddress! + filled, count - filled)
        if more > 0 { filled += more } else if more == 0 || errno != EINTR { return }
      }
    }
  }

  private mutating func nextOfTerminal(_ file: inout LogFile) -> [UInt8]? {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: Self.largest) { buffer, count in
      let result = read(descriptor, buffer.baseAddress, Self.largest)
      failure = result < 0 ? errno : 0
      count = max(0, result)
    }
    if failure == EAGAIN || failure == EINTR { return nil }
    held += bytes
    let count = LogLine.writableCount(held, isAtEnd: bytes.isEmpty)
    if count > 0 {
      file.write(LogLine.format(held[..<count], kind, at: Clock.now))
      held.removeFirst(count)
    }
    // A terminal without its other side fails with EIO.
    if bytes.isEmpty {
      close()
      return nil
    }
    return bytes
  }

  mutating func show(_ bytes: [UInt8]) {
    subscribers.removeAll { subscriber in
      if case .terminated = subscriber.yield(bytes) { true } else { false }
    }
  }

  mutating func close() {
    for subscriber in subscribers { subscriber.finish() }
    subscribers = []
    for number in [descriptor, scratch.0, scratch.1] where number >= 0 { Glibc.close(number) }
    descriptor = -1
    scratch = (-1, -1)
  }
}

/// The time of day.
enum Clock {
  /// Nanoseconds since 1970.
  static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

private func pumpThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  var all = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_BLOCK, &all, nil)
  Unmanaged<LogPump>.fromOpaque(context!).takeRetainedValue().run()
  return nil
}
