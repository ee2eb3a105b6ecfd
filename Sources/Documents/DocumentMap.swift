/// An ordered map with text keys. Small, so keys are found by looking at each.
public struct DocumentMap: Sendable {
  public struct Entry: Sendable, Equatable {
    public var key: String
    public var value: Document
  }

  public private(set) var entries: [Entry]
  /// Keys that the text gave more than once; the last one counted.
  public private(set) var duplicates: [String] = []

  public init() { entries = [] }

  public init(_ pairs: [(String, Document)]) {
    entries = pairs.map { Entry(key: $0.0, value: $0.1) }
  }

  public var keys: [String] { entries.map(\.key) }
  public var count: Int { entries.count }
  public var isEmpty: Bool { entries.isEmpty }

  public subscript(key: String) -> Document? {
    get { entries.first { $0.key == key }?.value }
    set {
      let index = entries.firstIndex { $0.key == key }
      switch (index, newValue) {
      case (let index?, let value?): entries[index].value = value
      case (let index?, nil): entries.remove(at: index)
      case (nil, let value?): entries.append(Entry(key: key, value: value))
      case (nil, nil): break
      }
    }
  }

  /// Adds what a parser has read: a known key is overwritten and noted.
  mutating func read(_ key: String, _ value: Document) {
    if let index = entries.firstIndex(where: { $0.key == key }) {
      duplicates.append(key)
      entries[index].value = value
    } else {
      entries.append(Entry(key: key, value: value))
    }
  }

  public mutating func append(_ key: String, _ value: Document) {
    entries.append(Entry(key: key, value: value))
  }

  public func sorted() -> DocumentMap {
    var map = self
    map.entries.sort { $0.key < $1.key }
    return map
  }
}

/// The order of keys carries no meaning.
extension DocumentMap: Equatable {
  public static func == (left: DocumentMap, right: DocumentMap) -> Bool {
    left.count == right.count && left.entries.allSatisfy { right[$0.key] == $0.value }
  }
}
