internal import Glibc
internal import Synchronization

/// The one thread that reads what the user types: lines for the console, or plain bytes for the command that runs.
actor InputThread {
  private let executor = ThreadExecutor()
  private let attention: Attention
  private let input: Int32
  private var source: (any LineSource)?

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(input: Int32, attention: Attention) {
    self.input = input
    self.attention = attention
  }

  /// Ends the thread; what reads lines has given the terminal back then.
  func finish() {
    source = nil
    stop()
  }

  /// Ends the thread where nothing was opened, without waiting for it.
  nonisolated func stop() { executor.stop() }

  deinit { executor.stop() }

  /// Makes what reads lines; on this thread, because that is where it belongs.
  func open(_ makeSource: @Sendable () -> any LineSource) { source = makeSource() }

  func readLine(prompt: StyledText) -> LineRead { source?.readLine(prompt: prompt) ?? .endOfInput }

  func remember(_ command: String) { source?.remember(command) }

  /// Bytes for a command, as they come; empty at the end. The terminal says when there are some: after each line, or each key.
  nonisolated func readBytes(upTo limit: Int) async throws -> [UInt8] {
    let isCancelled = CancellationMark()
    let bytes = await withTaskCancellationHandler {
      await waitForBytes(limit, isCancelled)
    } onCancel: {
      isCancelled.set()
      attention.doorbell.ring()
    }
    try Task.checkCancellation()
    return bytes
  }

  private final class CancellationMark: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() { value.store(true, ordering: .releasing) }
  }

  private func waitForBytes(_ limit: Int, _ isCancelled: CancellationMark) -> [UInt8] {
    while !isCancelled.isSet {
      var entries = [
        pollfd(fd: input, events: Int16(POLLIN), revents: 0),
        pollfd(fd: attention.doorbell.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      if attention.look().hasEnded { return [] }
      poll(&entries, 2, -1)
      if isCancelled.isSet || entries[0].revents == 0 { continue }
      var buffer = [UInt8](repeating: 0, count: limit)
      let count = read(input, &buffer, limit)
      if count >= 0 { return Array(buffer.prefix(count)) }
      if errno != EINTR && errno != EAGAIN { return [] }
    }
    return []
  }
}
