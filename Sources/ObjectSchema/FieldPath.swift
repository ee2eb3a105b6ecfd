/// Where a value stands in an object: `spec.containers[0].image`.
public struct FieldPath: Sendable, Equatable, CustomStringConvertible {
  public enum Element: Sendable, Equatable {
    case field(String)
    case index(Int)
    case key(String)
  }

  public var elements: [Element]

  public init(_ elements: [Element] = []) { self.elements = elements }

  /// From plain field names: `FieldPath("metadata", "name")`.
  public init(_ names: String...) { elements = names.map { .field($0) } }

  public func field(_ name: String) -> FieldPath { FieldPath(elements + [.field(name)]) }
  public func index(_ index: Int) -> FieldPath { FieldPath(elements + [.index(index)]) }
  public func key(_ key: String) -> FieldPath { FieldPath(elements + [.key(key)]) }

  mutating func append(_ element: Element) { elements.append(element) }
  mutating func removeLast() { elements.removeLast() }

  public var description: String {
    var text = ""
    for element in elements {
      switch element {
      case .field(let name): text += text.isEmpty ? name : "." + name
      case .index(let index): text += "[\(index)]"
      case .key(let key): text += "[\(key)]"
      }
    }
    return text
  }

  /// As the strict decoder writes it: map keys like fields.
  public var decoderText: String {
    var text = ""
    for element in elements {
      switch element {
      case .field(let name), .key(let name): text += text.isEmpty ? name : "." + name
      case .index(let index): text += "[\(index)]"
      }
    }
    return text
  }

  /// The fields alone, without list positions and keys of maps.
  var fieldNames: [String] {
    elements.compactMap { element in if case .field(let name) = element { name } else { nil } }
  }
}
