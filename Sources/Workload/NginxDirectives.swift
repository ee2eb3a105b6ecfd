import Glibc

/// One statement of an nginx configuration: `name argument… ;` or `name argument… { … }`.
struct NginxDirective {
  var name: String
  var arguments: [String]
  var block: [NginxDirective]?
  var file: String
  var line: Int

  var place: String { "\(file):\(line)" }
}

/// What is wrong with a configuration, in nginx's own words.
struct NginxConfigurationError: Error {
  var message: String

  init(_ message: String) { self.message = message }

  init(_ message: String, at directive: NginxDirective) {
    self.message = "\(message) in \(directive.place)"
  }
}

/// Reads the statements of a configuration file, with the files that it includes.
struct NginxDirectiveReader {
  private enum Token {
    case word(String)
    case end, open, close
  }

  private let file: String
  private let depth: Int
  private var bytes: ArraySlice<UInt8>
  private var line = 1

  /// The statements of a file.
  static func read(_ file: String, depth: Int = 0) throws(NginxConfigurationError) -> [NginxDirective] {
    guard let bytes = readFile(file) else {
      let reason = String(cString: strerror(errno))
      throw NginxConfigurationError("open() \"\(file)\" failed (\(errno): \(reason))")
    }
    return try read(bytes, named: file, depth: depth)
  }

  static func read(
    _ bytes: [UInt8], named file: String, depth: Int = 0
  ) throws(NginxConfigurationError) -> [NginxDirective] {
    var reader = NginxDirectiveReader(file: file, depth: depth, bytes: bytes[...])
    return try reader.statements(nested: false)
  }

  private init(file: String, depth: Int, bytes: ArraySlice<UInt8>) {
    self.file = file
    self.depth = depth
    self.bytes = bytes
  }

  private mutating func statements(nested: Bool) throws(NginxConfigurationError) -> [NginxDirective] {
    var result: [NginxDirective] = []
    while true {
      var words: [String] = []
      var start = line
      reading: while true {
        let token = try nextToken()
        switch token {
        case .word(let word)?:
          if words.isEmpty { start = line }
          words.append(word)
        case .end?, .open?:
          guard let name = words.first else { throw unexpected(token) }
          var directive = NginxDirective(
            name: name, arguments: Array(words.dropFirst()), block: nil, file: file, line: start)
          if case .open? = token { directive.block = try statements(nested: true) }
          if name == "include" {
            result += try included(directive)
          } else {
            result.append(directive)
          }
          break reading
        case .close?:
          guard nested, words.isEmpty else { throw unexpected(token) }
          return result
        case nil:
          if nested || !words.isEmpty {
            let wanted = words.isEmpty ? "\"}\"" : "\";\" or \"}\""
            throw NginxConfigurationError("unexpected end of file, expecting \(wanted) in \(file):\(line)")
          }
          return result
        }
      }
    }
  }

  private func unexpected(_ token: Token?) -> NginxConfigurationError {
    let shown =
      switch token {
      case .end?: ";"
      case .open?: "{"
      default: "}"
      }
    return NginxConfigurationError("unexpected \"\(shown)\" in \(file):\(line)")
  }

  private func included(_ directive: NginxDirective) throws(NginxConfigurationError) -> [NginxDirective] {
    guard directive.arguments.count == 1 else {
      throw NginxConfigurationError("invalid number of arguments in \"include\" directive", at: directive)
    }
    // A file that includes itself would never end.
    guard depth < 16 else { throw NginxConfigurationError("too many levels of \"include\"", at: directive) }
    var pattern = directive.arguments[0]
    if !pattern.hasPrefix("/") { pattern = "/etc/nginx/" + pattern }
    guard pattern.contains("*") || pattern.contains("?") else { return try Self.read(pattern, depth: depth + 1) }
    var found = glob_t()
    defer { globfree(&found) }
    var result: [NginxDirective] = []
    if glob(pattern, 0, nil, &found) == 0 {
      for index in 0..<Int(found.gl_pathc) {
        if let path = found.gl_pathv[index] { result += try Self.read(String(cString: path), depth: depth + 1) }
      }
    }
    return result
  }

  private mutating func nextToken() throws(NginxConfigurationError) -> Token? {
    while let byte = bytes.first {
      switch byte {
      case 10:
        line += 1
        bytes = bytes.dropFirst()
      case 9, 13, 32: bytes = bytes.dropFirst()
      case UInt8(ascii: "#"): bytes = bytes.drop { $0 != 10 }
      case UInt8(ascii: ";"):
        bytes = bytes.dropFirst()
        return .end
      case UInt8(ascii: "{"):
        bytes = bytes.dropFirst()
        return .open
      case UInt8(ascii: "}"):
        bytes = bytes.dropFirst()
        return .close
      case UInt8(ascii: "\""), UInt8(ascii: "'"): return .word(try quotedWord(byte))
      default: return .word(plainWord())
      }
    }
    return nil
  }

  private mutating func quotedWord(_ quote: UInt8) throws(NginxConfigurationError) -> String {
    let start = line
    bytes = bytes.dropFirst()
    var word: [UInt8] = []
    while let byte = bytes.popFirst() {
      if byte == quote { return String(decoding: word, as: UTF8.self) }
      if byte == 10 { line += 1 }
      if byte == UInt8(ascii: "\\"), let next = bytes.popFirst() {
        word += escaped(next)
      } else {
        word.append(byte)
      }
    }
    throw NginxConfigurationError("unexpected end of file, expecting closing quote in \(file):\(start)")
  }

  /// A word without quotes may hold `${name}`, whose brace does not open a block.
  private mutating func plainWord() -> String {
    var word: [UInt8] = []
    while let byte = bytes.first {
      if byte == UInt8(ascii: "{"), word.last == UInt8(ascii: "$") {
        while let inner = bytes.popFirst() {
          word.append(inner)
          if inner == UInt8(ascii: "}") { break }
        }
        continue
      }
      if [9, 10, 13, 32, UInt8(ascii: ";"), UInt8(ascii: "{"), UInt8(ascii: "}")].contains(byte) { break }
      bytes = bytes.dropFirst()
      if byte == UInt8(ascii: "\\"), let next = bytes.popFirst() {
        word += escaped(next)
      } else {
        word.append(byte)
      }
    }
    return String(decoding: word, as: UTF8.self)
  }

  private func escaped(_ byte: UInt8) -> [UInt8] {
    switch byte {
    case UInt8(ascii: "n"): [10]
    case UInt8(ascii: "t"): [9]
    case UInt8(ascii: "r"): [13]
    case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\\"): [byte]
    // Any other backslash belongs to the text, as in regular expressions.
    default: [UInt8(ascii: "\\"), byte]
    }
  }
}
