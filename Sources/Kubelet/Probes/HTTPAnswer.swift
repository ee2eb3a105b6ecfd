internal import ContainerRuntime

/// What a server in a pod answers to a probe, as far as a probe looks at it.
struct HTTPAnswer: Sendable, Equatable {
  private static let headLimit = 16_384
  private static let bodyLimit = 10_240

  var status: Int
  /// Names in small letters.
  var headers: [(name: String, value: String)]
  var body: String

  var isRedirect: Bool { [301, 302, 303, 307, 308].contains(status) }

  func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

  /// Reads to the end of the answer, or as much of it as is told to anybody.
  static func read(from connection: any ByteConnection) async throws -> HTTPAnswer {
    var bytes: [UInt8] = []
    var end: Int?
    while end == nil, bytes.count < headLimit {
      let chunk = try await connection.read()
      if chunk.isEmpty { break }
      bytes += chunk
      end = endOfHead(bytes)
    }
    if bytes.isEmpty { throw NetworkFailure("EOF") }
    var answer = try HTTPAnswer(head: String(decoding: bytes[..<(end ?? bytes.count)], as: UTF8.self))
    // Only those that end a chase are shown with their body.
    guard let end, (300..<400).contains(answer.status) else { return answer }
    var body = Array(bytes[end...])
    let length = answer.header("content-length").flatMap { Int($0) } ?? bodyLimit
    while body.count < min(length, bodyLimit) {
      guard let chunk = try? await connection.read(), !chunk.isEmpty else { break }
      body += chunk
    }
    answer.body = String(decoding: body.prefix(min(length, bodyLimit)), as: UTF8.self)
    return answer
  }

  private init(head: String) throws(NetworkFailure) {
    var lines = head.split(omittingEmptySubsequences: true, whereSeparator: \.isNewline)[...]
    let first = lines.popFirst() ?? ""
    let words = first.split(separator: " ")
    guard words.count >= 2, words[0].hasPrefix("HTTP/"), let code = Int(words[1]) else {
      throw NetworkFailure("net/http: HTTP/1.x transport connection broken: malformed HTTP response \"\(first)\"")
    }
    status = code
    headers = lines.compactMap { line in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
      return (line[..<colon].lowercased(), String(value))
    }
    body = ""
  }

  static func == (left: HTTPAnswer, right: HTTPAnswer) -> Bool {
    left.status == right.status && left.body == right.body && left.headers.elementsEqual(right.headers, by: ==)
  }

  /// Where the empty line ends, if it has come.
  private static func endOfHead(_ bytes: [UInt8]) -> Int? {
    for index in bytes.indices.dropFirst() where bytes[index] == 0x0A {
      if bytes[index - 1] == 0x0A { return index + 1 }
      if index >= 3, bytes[index - 1] == 0x0D, bytes[index - 2] == 0x0A { return index + 1 }
    }
    return nil
  }
}
