/// A folder of lessons with a `pack.yaml` that tells what it is.
public struct Pack: Sendable {
  /// How it came to be known.
  public enum Origin: Sendable, Equatable {
    /// It comes with the program.
    case builtIn
    case installed
    /// Somebody named the folder or the archive.
    case path(String)
  }

  public var manifest: PackManifest
  /// In their default order.
  public var lessons: [Lesson]
  /// The sentences that they share.
  var checks = SharedChecks()
  /// What is in the files that lessons name.
  public var fileTexts: [String: String]
  /// What lies in the pack's own folder of files, whether a lesson names it or not.
  var ownFiles: [String] = []
  /// Where the files that lessons name are found.
  public var filesFolder: String
  public var folder: String
  public var origin = Origin.builtIn

  public var id: String { manifest.id }
  public var version: String { manifest.version.description }
  public var title: String { manifest.title }
  public var policy: PackPolicy { manifest.policy }
  /// Where somebody found it who named it by a path.
  var path: String? { if case .path(let path) = origin { path } else { nil } }

  public func lesson(_ id: String) -> Lesson? { lessons.first { $0.id == id } }
}

extension Pack {
  public static func load(_ folder: some PackFolder, as origin: Origin? = nil) throws -> Pack {
    let reading = try PackReading(folder, as: origin)
    guard let pack = reading.pack, reading.errors.isEmpty else { throw reading.errors[0] }
    return pack
  }
}
