/// A list of operations on a document (RFC 6902).
public struct JSONPatch: Sendable {
  /// Why a patch cannot be read or applied.
  public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
    public let message: String
    public var description: String { message }
  }

  enum Operation: Sendable {
    case add(JSONPointer, Document)
    case remove(JSONPointer)
    case replace(JSONPointer, Document)
    case move(from: JSONPointer, JSONPointer)
    case copy(from: JSONPointer, JSONPointer)
    case test(JSONPointer, Document)
  }

  let operations: [Operation]

  public var count: Int { operations.count }

  public init(_ document: Document) throws(Failure) {
    guard let list = document.listValue else {
      throw Failure(message: "json: cannot unmarshal \(document.kindName) into Go value of type jsonpatch.Patch")
    }
    var operations: [Operation] = []
    for entry in list { operations.append(try Self.operation(entry)) }
    self.operations = operations
  }

  private static func operation(_ document: Document) throws(Failure) -> Operation {
    func pointer(_ key: String) throws(Failure) -> JSONPointer {
      guard let text = document[key]?.stringValue, let pointer = JSONPointer(text) else {
        throw Failure(message: "a JSON patch operation needs \"\(key)\", a path such as /metadata/labels")
      }
      return pointer
    }
    func value() throws(Failure) -> Document {
      guard let value = document["value"] else {
        throw Failure(message: "a JSON patch operation of this kind needs a \"value\"")
      }
      return value
    }
    let name = document["op"]?.stringValue ?? ""
    switch name {
    case "add": return .add(try pointer("path"), try value())
    case "remove": return .remove(try pointer("path"))
    case "replace": return .replace(try pointer("path"), try value())
    case "move": return .move(from: try pointer("from"), try pointer("path"))
    case "copy": return .copy(from: try pointer("from"), try pointer("path"))
    case "test": return .test(try pointer("path"), try value())
    default: throw Failure(message: "Unexpected kind: \(name)")
    }
  }

  /// The document with all operations done; the first that cannot be done stops it.
  public func applied(to document: Document) throws(Failure) -> Document {
    var result = document
    for operation in operations {
      switch operation {
      case .add(let path, let value): try result.add(value, at: path, "add operation")
      case .remove(let path): try result.remove(at: path, "remove operation")
      case .replace(let path, let value):
        try result.remove(at: path, "replace operation")
        try result.add(value, at: path, "replace operation")
      case .move(let from, let path):
        let value = try result.value(at: from, "move operation")
        try result.remove(at: from, "move operation")
        try result.add(value, at: path, "move operation")
      case .copy(let from, let path):
        try result.add(try result.value(at: from, "copy operation"), at: path, "copy operation")
      case .test(let path, let expected):
        let found = result.value(at: path.steps[...])
        // A field that is absent passes for null.
        if found ?? .null != expected { throw Failure(message: "testing value \(path.text) failed: test failed") }
      }
    }
    return result
  }
}

/// A path into a document (RFC 6901): `/spec/containers/0/image`.
struct JSONPointer: Sendable {
  let text: String
  let steps: [String]

  init?(_ text: String) {
    self.text = text
    if text.isEmpty {
      steps = []
      return
    }
    guard text.hasPrefix("/") else { return nil }
    steps = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(Self.unescaped)
  }

  private static func unescaped(_ step: Substring) -> String {
    var result = ""
    var isEscape = false
    for character in step {
      switch (isEscape, character) {
      case (false, "~"): isEscape = true
      case (true, "0"):
        result.append("~")
        isEscape = false
      case (true, "1"):
        result.append("/")
        isEscape = false
      default:
        result.append(character)
        isEscape = false
      }
    }
    return result
  }
}

extension Document {
  fileprivate func value(at steps: ArraySlice<String>) -> Document? {
    guard let step = steps.first else { return self }
    switch content {
    case .map(let map): return map[step]?.value(at: steps.dropFirst())
    case .list(let list):
      guard let index = Int(step), list.indices.contains(index) else { return nil }
      return list[index].value(at: steps.dropFirst())
    default: return nil
    }
  }

  fileprivate func value(at path: JSONPointer, _ operation: String) throws(JSONPatch.Failure) -> Document {
    guard let value = value(at: path.steps[...]) else { throw Self.missing(path, operation) }
    return value
  }

  fileprivate mutating func add(
    _ value: Document, at path: JSONPointer, _ operation: String
  ) throws(JSONPatch.Failure) {
    guard change(at: path.steps[...], to: value) else { throw Self.missing(path, operation) }
  }

  fileprivate mutating func remove(at path: JSONPointer, _ operation: String) throws(JSONPatch.Failure) {
    guard change(at: path.steps[...], to: nil) else { throw Self.missing(path, operation) }
  }

  private static func missing(_ path: JSONPointer, _ operation: String) -> JSONPatch.Failure {
    JSONPatch.Failure(message: "\(operation) does not apply: doc is missing path: \(path.text): missing value")
  }

  /// Walks to the parent of the last step and puts the value there, or removes what is there if there is none.
  private mutating func change(at steps: ArraySlice<String>, to insert: Document?) -> Bool {
    guard let step = steps.first else {
      self = insert ?? .null
      return true
    }
    let rest = steps.dropFirst()
    switch content {
    case .map(var map):
      if !rest.isEmpty {
        guard var child = map[step], child.change(at: rest, to: insert) else { return false }
        map[step] = child
      } else if insert == nil && map[step] == nil {
        return false
      } else {
        map[step] = insert
      }
      content = .map(map)
    case .list(var list):
      if rest.isEmpty, step == "-", let insert {
        list.append(insert)
      } else if rest.isEmpty, let insert {
        guard let index = Int(step), (0...list.count).contains(index) else { return false }
        list.insert(insert, at: index)
      } else {
        guard let index = Int(step), list.indices.contains(index) else { return false }
        if rest.isEmpty {
          list.remove(at: index)
        } else if !list[index].change(at: rest, to: insert) {
          return false
        }
      }
      content = .list(list)
    default: return false
    }
    return true
  }
}
