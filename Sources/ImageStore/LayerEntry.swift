/// One file of a layer, as a recipe lists it; its path is relative to the root.
struct LayerEntry: Sendable {
  enum Kind: Sendable {
    case directory
    case text(String)
    /// A copy of a program of this machine.
    case program(String)
    /// A program that was made of another one.
    case bytes([UInt8])
    /// A copy of a file whose size was known when it was listed.
    case file(FileSource, size: Int)
    case symbolicLink(to: String)
    /// A second name of an entry that stands before this one.
    case hardLink(to: String)
  }

  /// Where a file is that no link may lead to.
  struct FileSource: Sendable {
    var folder: String
    /// Below the folder.
    var path: String
  }

  var path: String
  var mode: UInt32
  var kind: Kind
  var owner = FileOwner.root
  /// Extended attributes, sorted by their names.
  var attributes: [Attribute] = []

  /// An extended attribute, such as the capabilities that a program has by itself.
  struct Attribute: Sendable, Equatable {
    var name: String
    var value: [UInt8]
  }

  static func directory(_ path: String, mode: UInt32 = 0o755) -> LayerEntry {
    LayerEntry(path: path, mode: mode, kind: .directory)
  }

  static func text(_ path: String, _ content: String, mode: UInt32 = 0o644) -> LayerEntry {
    LayerEntry(path: path, mode: mode, kind: .text(content))
  }

  static func script(_ path: String, _ content: String) -> LayerEntry {
    LayerEntry(path: path, mode: 0o755, kind: .text(content))
  }

  static func program(_ path: String, copyOf source: String) -> LayerEntry {
    LayerEntry(path: path, mode: 0o755, kind: .program(source))
  }

  static func program(_ path: String, _ bytes: [UInt8]) -> LayerEntry {
    LayerEntry(path: path, mode: 0o755, kind: .bytes(bytes))
  }

  static func link(_ path: String, to target: String) -> LayerEntry {
    LayerEntry(path: path, mode: 0o777, kind: .symbolicLink(to: target))
  }

  static func hardLink(_ path: String, to target: String) -> LayerEntry {
    LayerEntry(path: path, mode: 0o755, kind: .hardLink(to: target))
  }

  /// Other bytes for any other entry; a program counts by its place only.
  var fingerprint: [UInt8] {
    let content =
      switch kind {
      case .directory: "directory"
      case .text(let text): "text \(text)"
      case .program(let source): "program \(source)"
      case .bytes(let bytes): "bytes \(bytes.count)"
      case .file(let source, let size): "file \(source.folder)/\(source.path) \(size)"
      case .symbolicLink(let target): "symbolic \(target)"
      case .hardLink(let target): "hard \(target)"
      }
    return Array("\(path)\0\(mode)\0\(owner.user):\(owner.group)\0\(content)\0".utf8)
  }
}

/// Whom a file of a layer belongs to.
struct FileOwner: Sendable, Equatable {
  var user: UInt32
  var group: UInt32

  static let root = FileOwner(user: 0, group: 0)
}
