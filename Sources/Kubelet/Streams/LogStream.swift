internal import KubernetesAPI
internal import ObjectSchema
internal import SystemIO

/// A container's log as its reader asked for it, read as fast as it is taken.
struct LogStream: ByteStream {
  private let reader: LogReader
  private let log: FollowedLog

  /// - Parameter hasEnded: Whether the container writes no more; `changes` rings when that may have changed.
  init(
    _ path: String, _ request: LogRequest, hasEnded: @escaping @Sendable () -> Bool,
    changes: @escaping @Sendable () -> AsyncStream<Void>
  ) throws(SystemCallError) {
    log = try FollowedLog(path)
    var start = 0
    if let tail = request.tail { start = try Self.offset(ofLast: tail, in: log.file) }
    reader = LogReader(log: log, start: start, request: request, hasEnded: hasEnded, changes: changes)
  }

  func next() async throws -> [UInt8]? { try await reader.next() }

  func cancel() { log.close() }

  /// Where the last lines begin, found from the end.
  private static func offset(ofLast count: Int, in file: GrowingFile) throws(SystemCallError) -> Int {
    var end = try file.size()
    if count == 0 { return end }
    var found = 0
    var isLast = true
    while end > 0 {
      let begin = max(0, end - 65_536)
      // With the whole of the line that ends where the piece begins.
      let before = min(begin, longestLine)
      let chunk = try file.read(at: begin - before, upTo: end - begin + before)
      for index in chunk.indices.dropFirst(before).reversed() where chunk[index] == 0x0A {
        // The very last line end closes the last line; every other one stands before a line.
        if isLast {
          isLast = false
          continue
        }
        // A cut line goes on in the next one: both are one line to the reader.
        if isCut(lineEndingAt: index, in: chunk) { continue }
        found += 1
        if found == count { return begin - before + index + 1 }
      }
      end = begin
    }
    return 0
  }

  /// A part of a line with what stands before it, and more.
  private static let longestLine = 20_000

  private static func isCut(lineEndingAt end: Int, in chunk: [UInt8]) -> Bool {
    let begin = chunk[..<end].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let words = chunk[begin..<end].split(separator: 0x20, maxSplits: 3)
    return words.count >= 3 && words[2].elementsEqual([UInt8(ascii: "P")])
  }
}

/// Where the reading stands.
private actor LogReader {
  private let log: FollowedLog
  private let request: LogRequest
  private let hasEnded: @Sendable () -> Bool
  private let changes: @Sendable () -> AsyncStream<Void>
  private var offset: Int
  private var pending: [UInt8] = []
  private var remaining: Int
  private var isLineBegin = true
  private var isPastSince = false

  init(
    log: FollowedLog, start: Int, request: LogRequest, hasEnded: @escaping @Sendable () -> Bool,
    changes: @escaping @Sendable () -> AsyncStream<Void>
  ) {
    self.log = log
    self.request = request
    self.hasEnded = hasEnded
    self.changes = changes
    offset = start
    remaining = request.limitBytes ?? .max
  }

  func next() async throws -> [UInt8]? {
    while remaining > 0 {
      // Asked before reading: what is written before the end is told is read after it.
      let isOver = !request.follows || hasEnded()
      let chunk = try log.file.read(at: offset)
      if !chunk.isEmpty {
        offset += chunk.count
        let text = take(chunk)
        if !text.isEmpty { return text }
        continue
      }
      if try goesOn() { continue }
      if isOver { break }
      try await waitForMore()
    }
    log.close()
    return nil
  }

  /// Whether the log goes on in another file; only who follows it is led there.
  private func goesOn() throws(SystemCallError) -> Bool {
    guard request.follows, try log.isFull() else { return false }
    // It may have been written to between the last look and the moment when it was full.
    if try log.file.size() > offset { return true }
    guard try log.advance() else { return false }
    offset = 0
    return true
  }

  private func take(_ chunk: [UInt8]) -> [UInt8] {
    pending += chunk
    guard let end = pending.lastIndex(of: 0x0A) else { return [] }
    var text: [UInt8] = []
    for line in LogLine.parse(Array(pending[...end])) {
      if let since = request.since, !isPastSince {
        guard let time = line.timestamp, time >= since else { continue }
        isPastSince = true
      }
      if request.hasTimestamps && isLineBegin { text += Array(line.time.utf8) + [0x20] }
      text += line.content
      isLineBegin = line.content.last == 0x0A
    }
    pending.removeFirst(end + 1)
    if text.count > remaining { text = Array(text[..<remaining]) }
    remaining -= text.count
    return text
  }

  private func waitForMore() async throws {
    let file = log.file
    let changes = changes()
    // The end may have come just before the bell was hung up.
    if hasEnded() { return }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await file.changed() }
      group.addTask { for await _ in changes { return } }
      try await group.next()
      group.cancelAll()
    }
  }
}
