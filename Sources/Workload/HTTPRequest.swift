/// One request as it came over the wire.
struct HTTPRequest {
  var method: String
  /// As sent: path and query, still encoded.
  var target: String
  /// Decoded, without `.`, `..` and empty components, so that it cannot point outside a root.
  var path: String
  var query: String
  var isHTTP11: Bool
  /// Names in lower case, in the order sent.
  var headers: [(name: String, value: String)]
  var body: [UInt8]
  var peer: Peer

  func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

  var requestLine: String { "\(method) \(target) HTTP/1.\(isHTTP11 ? 1 : 0)" }

  var wantsToStayConnected: Bool {
    let connection = header("connection")?.lowercased() ?? ""
    return isHTTP11 ? connection != "close" : connection == "keep-alive"
  }

  /// The value of `name=` in the query or in a form.
  static func field(_ name: String, in encoded: String) -> String? {
    for pair in encoded.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0] == name else { continue }
      let spaced = Array(parts[1].utf8).map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
      return percentDecoded(spaced[...]).map { String(decoding: $0, as: UTF8.self) }
    }
    return nil
  }
}

/// Why a request is refused before anybody looks at its meaning.
struct BadRequest: Error {
  var status: Int
  /// The first line, as far as it came, for the access log.
  var requestLine: String
}

/// Cuts requests off the front of the bytes received.
struct HTTPRequestParser {
  static let headLimit = 16_384
  static let bodyLimit = 1 << 20
  private static let lineLimit = 8192
  private static let headerLimit = 100

  /// A whole request, or nil when more bytes are needed.
  static func parse(_ input: inout [UInt8], from peer: Peer) throws(BadRequest) -> HTTPRequest? {
    // Empty lines before a request are allowed.
    let start = input.firstIndex { $0 != 13 && $0 != 10 } ?? input.count
    if start > 0 { input.removeFirst(start) }
    // Whoever greets in another protocol, such as TLS, would wait for an answer for ever.
    guard isToken(input.prefix(1)) || input.isEmpty else {
      throw BadRequest(status: 400, requestLine: firstLine(input))
    }
    guard let headEnd = endOfHead(input) else {
      if input.count > headLimit { throw BadRequest(status: 400, requestLine: firstLine(input)) }
      if !input.contains(10) && input.count > lineLimit {
        throw BadRequest(status: 414, requestLine: firstLine(input))
      }
      return nil
    }
    let shown = firstLine(input)
    func refuse(_ status: Int) -> BadRequest { BadRequest(status: status, requestLine: shown) }

    let lines = input[..<headEnd].split(separator: 10, omittingEmptySubsequences: true).map { line in
      line.last == 13 ? line.dropLast() : line
    }.filter { !$0.isEmpty }
    guard let requestLine = lines.first, requestLine.count <= lineLimit else { throw refuse(414) }
    let words = requestLine.split(separator: 32, omittingEmptySubsequences: false)
    guard words.count == 3, isToken(words[0]), !words[1].isEmpty else { throw refuse(400) }
    guard words[1].allSatisfy({ $0 > 32 && $0 != 127 }) else { throw refuse(400) }
    let version = String(decoding: words[2], as: UTF8.self)
    guard version == "HTTP/1.1" || version == "HTTP/1.0" else {
      throw refuse(version.hasPrefix("HTTP/") ? 505 : 400)
    }

    var headers: [(name: String, value: String)] = []
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: 58), isToken(line[..<colon]), headers.count < headerLimit else {
        throw refuse(400)
      }
      let value = trimmed(line[line.index(after: colon)...])
      guard value.allSatisfy({ $0 >= 32 || $0 == 9 }) else { throw refuse(400) }
      headers.append(
        (String(decoding: line[..<colon], as: UTF8.self).lowercased(), String(decoding: value, as: UTF8.self)))
    }
    let isHTTP11 = version == "HTTP/1.1"
    let hosts = headers.count { $0.name == "host" }
    if hosts > 1 || (isHTTP11 && hosts == 0) { throw refuse(400) }
    // Only bodies of a known length are taken: what follows a misread body would pass for a request.
    if headers.contains(where: { $0.name == "transfer-encoding" }) { throw refuse(501) }
    let lengths = headers.filter { $0.name == "content-length" }.map(\.value)
    guard Set(lengths).count <= 1 else { throw refuse(400) }
    var length = 0
    if let text = lengths.first {
      guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { throw refuse(400) }
      guard let number = Int(text), number <= bodyLimit else { throw refuse(413) }
      length = number
    }
    guard input.count - headEnd >= length else { return nil }

    var target = words[1]
    // The absolute form, which proxies use, means the same path.
    if target.starts(with: "http://".utf8), let slash = target.dropFirst(7).firstIndex(of: 47) {
      target = target[slash...]
    }
    let question = target.firstIndex(of: 63)
    let rawPath = target[..<(question ?? target.endIndex)]
    let path: String
    if rawPath.first == 47 {
      guard let decoded = percentDecoded(rawPath), let normal = normalised(decoded) else { throw refuse(400) }
      path = normal
    } else if rawPath.elementsEqual("*".utf8), words[0].elementsEqual("OPTIONS".utf8) {
      path = "*"
    } else {
      throw refuse(400)
    }
    let request = HTTPRequest(
      method: String(decoding: words[0], as: UTF8.self),
      target: String(decoding: target, as: UTF8.self),
      path: path,
      query: question.map { String(decoding: target[target.index(after: $0)...], as: UTF8.self) } ?? "",
      isHTTP11: isHTTP11, headers: headers, body: Array(input[headEnd..<(headEnd + length)]), peer: peer)
    input.removeFirst(headEnd + length)
    return request
  }

  /// The index after the empty line that ends the head; bare line feeds are understood too.
  private static func endOfHead(_ input: [UInt8]) -> Int? {
    var lineStart = 0
    for index in input.indices.prefix(headLimit + 1) where input[index] == 10 {
      let line = input[lineStart..<index]
      if line.isEmpty || (line.count == 1 && line.first == 13) { return index + 1 }
      lineStart = index + 1
    }
    return nil
  }

  private static func firstLine(_ input: [UInt8]) -> String {
    String(decoding: input.prefix(256).prefix { $0 != 10 && $0 != 13 }, as: UTF8.self)
  }

  private static func isToken(_ bytes: ArraySlice<UInt8>) -> Bool {
    let marks = Array("!#$%&'*+-.^_`|~".utf8)
    return !bytes.isEmpty
      && bytes.allSatisfy { byte in
        switch byte {
        case 48...57, 65...90, 97...122: true
        default: marks.contains(byte)
        }
      }
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes.drop { $0 == 32 || $0 == 9 }
    while let last = bytes.last, last == 32 || last == 9 { bytes.removeLast() }
    return bytes
  }

  /// Resolves `.` and `..`; nil when the path climbs above the root or hides a zero byte.
  private static func normalised(_ path: [UInt8]) -> String? {
    if path.contains(0) { return nil }
    var components: [ArraySlice<UInt8>] = []
    let parts = path.split(separator: 47)
    for part in parts {
      if part.elementsEqual("..".utf8) {
        if components.popLast() == nil { return nil }
      } else if !part.elementsEqual(".".utf8) {
        components.append(part)
      }
    }
    let last = parts.last ?? []
    let isDirectory = path.last == 47 || last.elementsEqual("..".utf8) || last.elementsEqual(".".utf8)
    let joined = components.map { "/" + String(decoding: $0, as: UTF8.self) }.joined()
    return isDirectory || joined.isEmpty ? joined + "/" : joined
  }
}

/// Resolves `%41`; nil when an escape is broken.
func percentDecoded(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
  func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 65...70: byte - 55
    case 97...102: byte - 87
    default: nil
    }
  }
  var result: [UInt8] = []
  var index = bytes.startIndex
  while index < bytes.endIndex {
    if bytes[index] == 37 {
      guard index + 2 < bytes.endIndex, let high = digit(bytes[index + 1]), let low = digit(bytes[index + 2]) else {
        return nil
      }
      result.append(high << 4 | low)
      index += 3
    } else {
      result.append(bytes[index])
      index += 1
    }
  }
  return result
}
