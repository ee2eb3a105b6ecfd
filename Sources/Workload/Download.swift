import Glibc

/// One file that `wget` fetches, from the first word to the server to the last byte on the disk.
struct Download {
  private static let redirectLimit = 5

  let options: Wget.Options
  var target: Wget.Target

  /// What went wrong, or nil.
  func run() -> String? {
    let first = target
    var download = self
    for _ in 0...Self.redirectLimit {
      switch download.attempt(firstTarget: first) {
      case .done: return nil
      case .failed(let complaint): return complaint
      case .elsewhere(let next): download.target = next
      }
    }
    return "too many redirections"
  }

  private enum Outcome {
    case done
    case failed(String)
    case elsewhere(Wget.Target)
  }

  private func say(_ text: String) {
    if !options.isQuiet { write(text, to: STDERR_FILENO) }
  }

  private func attempt(firstTarget: Wget.Target) -> Outcome {
    let connection: TCPConnection
    switch TCPConnection.open(target.address, target.port, seconds: options.seconds) {
    case .success(let opened): connection = opened
    case .failure(.unknownHost): return .failed("bad address '\(target.authority)'")
    case .failure(.refused(ETIMEDOUT)): return .failed("download timed out")
    case .failure(.refused(let reason)):
      say("Connecting to \(target.authority) (\(target.address):\(target.port))\n")
      return .failed("can't connect to remote host (\(target.address)): \(String(cString: strerror(reason)))")
    }
    defer { connection.close() }
    say("Connecting to \(target.authority) (\(connection.peer ?? target.address):\(target.port))\n")
    guard connection.send(request) else { return .failed("error getting response: Broken pipe") }
    var reader = AnswerReader(connection: connection)
    guard let head = reader.head() else { return .failed(reader.complaint) }
    if options.showsAnswer {
      for line in head.lines { write("  \(line)\n", to: STDERR_FILENO) }
    }
    switch head.status {
    case 200, 204, 206: break
    case 300..<400:
      guard let location = head.value("location") else { return .failed("server returned error: \(head.lines[0])") }
      guard let next = target.following(location) else { return .failed("not an http or ftp url: \(location)") }
      return .elsewhere(next)
    default: return .failed("server returned error: \(head.lines[0])")
    }
    if options.checksOnly {
      say("remote file exists\n")
      return .done
    }
    return save(&reader, head, as: firstTarget.fileName)
  }

  private var request: [UInt8] {
    var lines = ["\(options.body == nil ? "GET" : "POST") \(target.path) HTTP/1.1"]
    func add(_ name: String, _ value: String) {
      let isGiven = options.headers.contains { $0.lowercased().hasPrefix(name.lowercased() + ":") }
      if !isGiven { lines.append("\(name): \(value)") }
    }
    add("Host", target.authority)
    add("User-Agent", options.agent)
    lines += options.headers
    if let body = options.body {
      add("Content-Type", "application/x-www-form-urlencoded")
      add("Content-Length", "\(body.count)")
    }
    lines.append("Connection: close")
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + (options.body ?? [])
  }

  private func save(_ reader: inout AnswerReader, _ head: AnswerReader.Head, as fileName: String) -> Outcome {
    let isStandardOutput = options.output == "-"
    let path = options.output ?? options.folder.map { $0 + "/" + fileName } ?? fileName
    var descriptor = STDOUT_FILENO
    if !isStandardOutput {
      // A file that nobody named is not written over.
      let mode = options.output == nil ? O_EXCL : O_TRUNC
      descriptor = open(path, O_WRONLY | O_CREAT | mode | O_CLOEXEC, 0o644)
      if descriptor < 0 { return .failed("can't open '\(path)': \(String(cString: strerror(errno)))") }
    }
    defer { if !isStandardOutput { close(descriptor) } }
    say(isStandardOutput ? "writing to stdout\n" : "saving to '\(path)'\n")
    var size = 0
    while let bytes = reader.body(head) {
      size += bytes.count
      write(bytes, to: descriptor)
    }
    if !reader.complaint.isEmpty { return .failed(reader.complaint) }
    say(progress(isStandardOutput ? "-" : path.split(separator: "/").last.map(String.init) ?? path, size))
    say(isStandardOutput ? "written to stdout\n" : "'\(path)' saved\n")
    return .done
  }

  /// The meter as it stands at the end.
  private func progress(_ name: String, _ size: Int) -> String {
    func padded(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    let amount = size < 100_000 ? "\(size)" : size < 100 << 20 ? "\(size >> 10)k" : "\(size >> 20)M"
    let label = String(name.prefix(20)) + String(repeating: " ", count: max(0, 20 - name.count))
    return "\(label) 100% |\(String(repeating: "*", count: 32))|\(padded(amount, 6))  0:00:00 ETA\n"
  }
}

/// Takes a server's answer apart as it comes in.
struct AnswerReader {
  struct Head {
    var lines: [String]
    var status: Int

    func value(_ name: String) -> String? {
      for line in lines.dropFirst() {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2, parts[0].lowercased() == name { return String(parts[1].drop { $0 == " " }) }
      }
      return nil
    }

    var isChunked: Bool { value("transfer-encoding")?.lowercased() == "chunked" }
  }

  let connection: TCPConnection
  private(set) var complaint = ""
  private var buffer: [UInt8] = []
  private var isAtEnd = false
  /// How much of the body, or of its chunk, is still to come; nil before that is known.
  private var remaining: Int?

  init(connection: TCPConnection) { self.connection = connection }

  mutating func head() -> Head? {
    var lines: [String] = []
    while let line = line() {
      if line.isEmpty { break }
      lines.append(line)
    }
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count >= 2, words[0].hasPrefix("HTTP/"), let status = Int(words[1]) else {
      if complaint.isEmpty { complaint = "error getting response" }
      return nil
    }
    return Head(lines: lines, status: status)
  }

  /// The next piece; nil at the end, and when there is something to complain of.
  mutating func body(_ head: Head) -> [UInt8]? {
    if remaining == nil {
      remaining = head.isChunked ? 0 : head.value("content-length").flatMap { Int($0) } ?? Int.max
    }
    if head.isChunked, remaining == 0 {
      var size = line()
      // The end of the chunk before.
      if size?.isEmpty == true { size = line() }
      guard let digits = size?.prefix(while: { $0 != ";" && $0 != " " }), let count = Int(digits, radix: 16) else {
        return cutOff()
      }
      if count == 0 { return nil }
      remaining = count
    }
    guard let wanted = remaining, wanted > 0 else { return nil }
    if buffer.isEmpty, !fill() {
      return wanted == Int.max && complaint.isEmpty ? nil : cutOff()
    }
    let piece = Array(buffer.prefix(wanted))
    buffer.removeFirst(piece.count)
    if wanted != Int.max { remaining = wanted - piece.count }
    return piece
  }

  private mutating func cutOff() -> [UInt8]? {
    if complaint.isEmpty { complaint = "connection closed prematurely" }
    return nil
  }

  private mutating func line() -> String? {
    while true {
      if let end = buffer.firstIndex(of: 10) {
        var bytes = buffer[..<end]
        if bytes.last == 13 { bytes = bytes.dropLast() }
        let line = String(decoding: bytes, as: UTF8.self)
        buffer.removeFirst(end + 1)
        return line
      }
      if !fill() { return nil }
    }
  }

  private mutating func fill() -> Bool {
    if isAtEnd { return false }
    guard let more = connection.receive() else {
      complaint = errno == EAGAIN ? "download timed out" : "read error: \(String(cString: strerror(errno)))"
      isAtEnd = true
      return false
    }
    isAtEnd = more.isEmpty
    buffer += more
    return !more.isEmpty
  }
}
