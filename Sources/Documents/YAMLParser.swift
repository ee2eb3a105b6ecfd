internal import CYAML

extension Document {
  /// All documents of a YAML stream. An empty document between two `---` is null.
  public static func parse(yaml bytes: [UInt8]) throws(ParseError) -> [Document] {
    let parser = YAMLParser(bytes)
    defer { parser.end() }
    return try parser.parseStream()
  }

  public static func parse(yaml text: String) throws(ParseError) -> [Document] {
    try parse(yaml: Array(text.utf8))
  }
}

/// Builds documents from libyaml's events; aliases are copied, within a bound that stops alias bombs.
private final class YAMLParser {
  /// An expansion may hold so many nodes; the largest objects that Kubernetes stores stay far below.
  static let maximumNodes = 1_000_000

  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>
  private let size: Int
  private var event = yaml_event_t()
  private var anchors: [String: (document: Document, nodes: Int)] = [:]
  private var nodes = 0

  init(_ bytes: [UInt8]) {
    parser = .allocate(capacity: 1)
    parser.initialize(to: yaml_parser_t())
    size = bytes.count
    // libyaml keeps pointing at its input, so it gets a copy of its own.
    input = .allocate(capacity: max(1, bytes.count))
    _ = input.initialize(from: bytes)
    yaml_parser_initialize(parser)
    yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
  }

  func end() {
    yaml_event_delete(&event)
    yaml_parser_delete(parser)
    parser.deallocate()
    input.deallocate()
  }

  func parseStream() throws(ParseError) -> [Document] {
    var documents: [Document] = []
    try next()
    while true {
      try next()
      switch event.type {
      case YAML_DOCUMENT_START_EVENT:
        anchors = [:]
        try next()
        documents.append(try parseNode(depth: 0))
        try next()
      default:
        return documents
      }
    }
  }

  private func parseNode(depth: Int) throws(ParseError) -> Document {
    let line = Int(event.start_mark.line) + 1
    if depth > Document.maximumDepth { throw ParseError(line: line, message: "exceeded max depth") }
    nodes += 1
    let nodesBefore = nodes
    let anchor: String?
    let document: Document
    switch event.type {
    case YAML_ALIAS_EVENT:
      let name = String(cString: event.data.alias.anchor)
      guard let known = anchors[name] else {
        throw ParseError(line: line, message: "unknown anchor '\(name)' referenced")
      }
      nodes += known.nodes
      if nodes > Self.maximumNodes { throw ParseError(line: line, message: "document contains excessive aliasing") }
      return known.document
    case YAML_SCALAR_EVENT:
      anchor = text(event.data.scalar.anchor)
      document = Document(try scalar(line), line: line)
    case YAML_SEQUENCE_START_EVENT:
      anchor = text(event.data.sequence_start.anchor)
      document = Document(.list(try parseList(depth)), line: line)
    case YAML_MAPPING_START_EVENT:
      anchor = text(event.data.mapping_start.anchor)
      document = Document(.map(try parseMap(depth)), line: line)
    default:
      throw ParseError(line: line, message: "unexpected end of document")
    }
    if let anchor { anchors[anchor] = (document, nodes - nodesBefore + 1) }
    return document
  }

  private func parseList(_ depth: Int) throws(ParseError) -> [Document] {
    var list: [Document] = []
    while true {
      try next()
      if event.type == YAML_SEQUENCE_END_EVENT { return list }
      list.append(try parseNode(depth: depth + 1))
    }
  }

  private func parseMap(_ depth: Int) throws(ParseError) -> DocumentMap {
    var map = DocumentMap()
    var merged: [DocumentMap] = []
    while true {
      try next()
      if event.type == YAML_MAPPING_END_EVENT { break }
      let line = Int(event.start_mark.line) + 1
      let isPlain = event.type == YAML_SCALAR_EVENT && event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE
      let key = try keyText(parseNode(depth: depth + 1), line)
      try next()
      let value = try parseNode(depth: depth + 1)
      if key == "<<" && isPlain {
        merged += try maps(value, line)
      } else {
        map.read(key, value)
      }
    }
    for entry in merged.flatMap(\.entries) where map[entry.key] == nil { map.append(entry.key, entry.value) }
    return map
  }

  /// The right side of a merge key: a map, or a list of maps.
  private func maps(_ value: Document, _ line: Int) throws(ParseError) -> [DocumentMap] {
    if let map = value.mapValue { return [map] }
    let maps = (value.listValue ?? []).compactMap(\.mapValue)
    if maps.isEmpty || maps.count != value.listValue?.count {
      throw ParseError(line: line, message: "map merge requires map or sequence of maps as the value")
    }
    return maps
  }

  private func keyText(_ key: Document, _ line: Int) throws(ParseError) -> String {
    switch key.content {
    case .string(let text): return text
    case .integer(let number): return String(number)
    case .decimal(let number): return Document.text(of: number)
    case .bool(let value): return value ? "true" : "false"
    case .null: return "null"
    case .list, .map: throw ParseError(line: line, message: "a map key must be a plain value")
    }
  }

  private func scalar(_ line: Int) throws(ParseError) -> Document.Content {
    let scalar = event.data.scalar
    let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
    guard let word = String(validating: bytes, as: UTF8.self) else {
      throw ParseError(line: line, message: "invalid UTF-8")
    }
    if let tag = text(scalar.tag), tag != "!" {
      switch tag {
      case "tag:yaml.org,2002:str", "tag:yaml.org,2002:binary": return .string(word)
      case "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:null":
        return YAMLScalar.resolve(word)
      default: return .string(word)
      }
    }
    return scalar.style == YAML_PLAIN_SCALAR_STYLE ? YAMLScalar.resolve(word) : .string(word)
  }

  private func next() throws(ParseError) {
    yaml_event_delete(&event)
    if yaml_parser_parse(parser, &event) != 0 { return }
    let problem = parser.pointee
    let message = problem.problem.map { String(cString: $0) } ?? "not a YAML text"
    // The reader counts bytes only. A scanner's place is where it stopped, and that may be behind the last line.
    let place = problem.error == YAML_READER_ERROR ? 0 : Int(problem.problem_mark.line)
    let lines = input.prefix(size).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).count
    let line = min(place + 1, lines)
    throw ParseError(line: line, message: message)
  }

  private func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    pointer.map { String(cString: $0) }
  }
}
