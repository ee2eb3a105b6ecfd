/// How packs are read, so that the engine itself opens no file.
public protocol PackFolder: Sendable {
  var path: String { get }
  func readText(_ name: String) throws -> String
  func exists(_ name: String) -> Bool
  func content(_ name: String) throws -> any PackBytes
  /// What lies in a folder of the pack, or in the pack itself for an empty name.
  func entries(of folder: String) throws -> [PackFolderEntry]
  /// Where the files of lessons are; throws when a pack must not read there.
  func filesFolder(_ name: String) throws -> String
}

/// Something in a folder of a pack.
public struct PackFolderEntry: Sendable, Equatable {
  public enum Kind: Sendable {
    case file
    /// A file with the permission to be executed.
    case executable
    case folder
    /// A link, a device, or whatever else a pack cannot hold.
    case other
  }

  public var name: String
  public var kind: Kind

  public init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }
}
