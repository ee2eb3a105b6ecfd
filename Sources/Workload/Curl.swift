import Glibc

/// `curl` for plain HTTP, with the options that people use to look at a pod.
enum Curl {
  static func main(_ arguments: [String]) -> Int32 {
    var options = Options()
    if let failure = options.read(arguments.dropFirst()) { return options.report(failure) }
    if options.wantsVersion {
      write("curl: Podium's stand-in\nProtocols: http\n", to: STDOUT_FILENO)
      return 0
    }
    guard !options.urls.isEmpty else { return options.report(Failure(2, "no URL specified")) }
    var code: Int32 = 0
    for url in options.urls {
      switch fetch(url, options) {
      case .success(let response): code = options.show(response)
      case .failure(let failure): code = options.report(failure)
      }
    }
    return code
  }

  struct Failure: Error {
    var code: Int32
    var message: String

    init(_ code: Int32, _ message: String) {
      self.code = code
      self.message = message
    }
  }

  fileprivate struct Response {
    var head: [UInt8]
    var status: Int
    var body: [UInt8]
    var url: String

    func header(_ name: String) -> String? {
      for line in String(decoding: head, as: UTF8.self).split(whereSeparator: \.isNewline).dropFirst() {
        let parts = line.split(separator: ":", maxSplits: 1)
        if parts.count == 2, parts[0].lowercased() == name { return String(parts[1].drop { $0 == " " }) }
      }
      return nil
    }
  }

  /// Where a request goes.
  private struct Target {
    var host: String
    var port: String
    var path: String

    init(_ url: String) throws(Failure) {
      var rest = url[...]
      if let scheme = url.firstIndex(of: ":"), url[scheme...].hasPrefix("://") {
        guard url[..<scheme].lowercased() == "http" else {
          throw Failure(1, "Protocol \"\(url[..<scheme])\" not supported")
        }
        rest = url[scheme...].dropFirst(3)
      }
      let authority = rest.prefix { $0 != "/" && $0 != "?" }
      let tail = rest.dropFirst(authority.count).prefix { $0 != "#" }
      path = tail.hasPrefix("/") ? String(tail) : "/" + tail
      host = String(authority)
      port = "80"
      if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
        host = String(authority[..<colon])
        port = String(authority[authority.index(after: colon)...])
      }
      guard !host.isEmpty, UInt16(port) != nil, path.utf8.allSatisfy({ $0 > 32 && $0 != 127 }) else {
        throw Failure(3, "URL using bad/illegal format or missing URL")
      }
    }

    var authority: String { port == "80" ? host : host + ":" + port }

    /// Without the brackets of an IPv6 address.
    var address: String { host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host }
  }

  private static func fetch(_ url: String, _ options: Options) -> Result<Response, Failure> {
    var url = url
    var hops = 0
    do throws(Failure) {
      while true {
        let target = try Target(url)
        let response = try exchange(target, url, options)
        guard options.followsRedirects, [301, 302, 303, 307, 308].contains(response.status),
          let location = response.header("location")
        else { return .success(response) }
        hops += 1
        if hops > 50 { throw Failure(47, "Maximum (50) redirects followed") }
        url = location.contains("://") ? location : "http://\(target.authority)\(location)"
      }
    } catch {
      return .failure(error)
    }
  }

  private static func exchange(_ target: Target, _ url: String, _ options: Options) throws(Failure) -> Response {
    let connection: TCPConnection
    switch TCPConnection.open(target.address, target.port, seconds: options.seconds) {
    case .success(let opened): connection = opened
    case .failure(.unknownHost): throw Failure(6, "Could not resolve host: \(target.host)")
    case .failure(.refused(ETIMEDOUT)):
      throw Failure(28, "Failed to connect to \(target.host) port \(target.port): Connection timed out")
    case .failure(.refused):
      throw Failure(7, "Failed to connect to \(target.host) port \(target.port): Couldn't connect to server")
    }
    defer { connection.close() }
    let method = options.method ?? (options.wantsHeadOnly ? "HEAD" : options.data == nil ? "GET" : "POST")
    var head = "\(method) \(target.path) HTTP/1.1\r\n"
    func add(_ name: String, _ value: String) {
      if !options.headers.contains(where: { $0.lowercased().hasPrefix(name.lowercased() + ":") }) {
        head += "\(name): \(value)\r\n"
      }
    }
    add("Host", target.authority)
    add("User-Agent", "curl/8 (Podium)")
    add("Accept", "*/*")
    for header in options.headers { head += header + "\r\n" }
    if let data = options.data {
      add("Content-Length", "\(data.utf8.count)")
      add("Content-Type", "application/x-www-form-urlencoded")
    }
    head += "Connection: close\r\n\r\n"
    if options.isVerbose {
      for line in head.split(whereSeparator: \.isNewline) { write("> \(line)\n", to: STDERR_FILENO) }
    }
    guard connection.send(Array((head + (options.data ?? "")).utf8)) else {
      throw Failure(55, "Send failure: Broken pipe")
    }

    var input: [UInt8] = []
    while true {
      guard let more = connection.receive() else {
        if errno == EAGAIN { throw Failure(28, "Operation timed out with \(input.count) bytes received") }
        throw Failure(56, "Recv failure: \(String(cString: strerror(errno)))")
      }
      if more.isEmpty { break }
      input += more
      if input.count > 64 << 20 { throw Failure(63, "Maximum file size exceeded") }
    }
    guard !input.isEmpty else { throw Failure(52, "Empty reply from server") }
    let mark: [UInt8] = [13, 10, 13, 10]
    guard input.starts(with: "HTTP/1.".utf8),
      let end = input.indices.first(where: { input[$0] == 13 && input[$0...].starts(with: mark) }),
      let status = Int(String(decoding: input.dropFirst(9).prefix(3), as: UTF8.self))
    else { throw Failure(1, "Received HTTP/0.9 when not allowed") }
    var response = Response(
      head: Array(input[..<(end + 4)]), status: status, body: Array(input[(end + 4)...]), url: url)
    if response.header("transfer-encoding")?.lowercased() == "chunked" {
      guard let whole = unchunked(response.body) else {
        throw Failure(18, "transfer closed with outstanding read data remaining")
      }
      response.body = whole
    } else if method != "HEAD", let length = response.header("content-length").flatMap({ Int($0) }),
      response.body.count < length
    {
      throw Failure(18, "transfer closed with \(length - response.body.count) bytes remaining to read")
    }
    return response
  }

  /// Nil when the last piece is missing.
  private static func unchunked(_ bytes: [UInt8]) -> [UInt8]? {
    var result: [UInt8] = []
    var rest = bytes[...]
    while let end = rest.firstIndex(of: 10) {
      let digits = rest[..<end].prefix { $0 != 13 && $0 != UInt8(ascii: ";") }
      guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), size >= 0 else { return nil }
      rest = rest[(end + 1)...]
      if size == 0 { return result }
      guard rest.count >= size + 2 else { return nil }
      result += rest.prefix(size)
      rest = rest.dropFirst(size + 2)
    }
    return nil
  }

  fileprivate struct Options {
    var urls: [String] = []
    var method: String?
    var headers: [String] = []
    var data: String?
    var output: String?
    var format: String?
    var seconds = 120
    var isSilent = false
    var showsErrors = false
    var showsHead = false
    var wantsHeadOnly = false
    var followsRedirects = false
    var failsOnErrors = false
    var isVerbose = false
    var wantsVersion = false

    private static let long: [String: Character] = [
      "request": "X", "header": "H", "data": "d", "output": "o", "write-out": "w", "max-time": "m", "silent": "s",
      "show-error": "S", "include": "i", "head": "I", "location": "L", "fail": "f", "verbose": "v", "version": "V",
      "connect-timeout": "m", "insecure": "k", "user-agent": "A",
    ]

    mutating func read(_ arguments: ArraySlice<String>) -> Failure? {
      var rest = arguments
      while let word = rest.popFirst() {
        var letters: Substring
        if word.hasPrefix("--") {
          guard let letter = Self.long[String(word.dropFirst(2))] else {
            return Failure(2, "option \(word): is unknown")
          }
          letters = Substring(String(letter))
        } else if word.hasPrefix("-"), word.count > 1 {
          letters = word.dropFirst()
        } else {
          urls.append(word)
          continue
        }
        while let letter = letters.popFirst() {
          switch letter {
          case "s": isSilent = true
          case "S": showsErrors = true
          case "i": showsHead = true
          case "I": wantsHeadOnly = true
          case "L": followsRedirects = true
          case "f": failsOnErrors = true
          case "v": isVerbose = true
          case "V": wantsVersion = true
          // There is no TLS here that could be insecure, and no progress meter that could be turned off.
          case "k", "#", "N", "g", "4", "6": break
          case "X", "H", "d", "o", "w", "m", "A":
            let attached = String(letters)
            letters = ""
            guard let value = attached.isEmpty ? rest.popFirst() : attached else {
              return Failure(2, "option \(word): requires parameter")
            }
            if let failure = set(letter, value) { return failure }
          default: return Failure(2, "option -\(letter): is unknown")
          }
        }
      }
      return nil
    }

    private mutating func set(_ letter: Character, _ value: String) -> Failure? {
      switch letter {
      case "X": method = value
      case "H": headers.append(value)
      case "A": headers.append("User-Agent: " + value)
      case "d": data = data.map { $0 + "&" + value } ?? value
      case "o": output = value
      case "w": format = value
      default:
        guard let number = Double(value), number > 0 else { return Failure(2, "option -m: expected a number") }
        seconds = max(1, Int(number.rounded(.up)))
      }
      return nil
    }

    func show(_ response: Response) -> Int32 {
      if isVerbose {
        for line in String(decoding: response.head, as: UTF8.self).split(whereSeparator: \.isNewline) {
          write("< \(line)\n", to: STDERR_FILENO)
        }
      }
      if failsOnErrors && response.status >= 400 {
        return report(Failure(22, "The requested URL returned error: \(response.status)"))
      }
      let content = (showsHead || wantsHeadOnly ? response.head : []) + (wantsHeadOnly ? [] : response.body)
      if let output {
        let descriptor = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        if descriptor < 0 { return report(Failure(23, "Failure writing output to destination")) }
        write(content, to: descriptor)
        close(descriptor)
      } else {
        write(content, to: STDOUT_FILENO)
      }
      if let format { write(expanded(format, response), to: STDOUT_FILENO) }
      return 0
    }

    func report(_ failure: Failure) -> Int32 {
      if !isSilent || showsErrors { write("curl: (\(failure.code)) \(failure.message)\n", to: STDERR_FILENO) }
      return failure.code
    }

    /// `%{http_code}` and the like.
    private func expanded(_ format: String, _ response: Response) -> String {
      var result = ""
      var rest = format[...]
      while let character = rest.popFirst() {
        if character == "%", rest.hasPrefix("{"), let end = rest.firstIndex(of: "}") {
          switch rest[..<end].dropFirst() {
          case "http_code", "response_code": result += "\(response.status)"
          case "size_download": result += "\(response.body.count)"
          case "url", "url_effective": result += response.url
          case "content_type": result += response.header("content-type") ?? ""
          default: break
          }
          rest = rest[rest.index(after: end)...]
        } else if character == "\\", let next = rest.popFirst() {
          result += next == "n" ? "\n" : next == "t" ? "\t" : String(next)
        } else {
          result.append(character)
        }
      }
      return result
    }
  }
}
