internal import Digests

/// What a pack is made of: the digest of each file, as `pack.lock` keeps it.
///
/// `sha256sum -c pack.lock` checks the same by hand. The digest of `pack.lock` itself stands for the whole pack.
public struct PackLock: Sendable, Equatable {
  public struct File: Sendable, Equatable {
    public var name: String
    /// 64 hexadecimal digits.
    public var digest: String
    public var isExecutable = false

    /// Of a lesson's translation, as `fr` of `hello.fr.md`; nil for every other file.
    public var language: String? {
      guard PackPath.isLesson(name) else { return nil }
      let parts = name.split(separator: ".")
      return parts.count == 3 ? String(parts[1]) : nil
    }
  }

  /// In the order of their names' bytes.
  public var files: [File]

  private static let title = "# pack.lock 1: sha256sum -c pack.lock checks these files, * marks what may be executed.\n"

  public var text: String {
    Self.title + files.map { "\($0.digest) \($0.isExecutable ? "*" : " ")\($0.name)\n" }.joined()
  }

  /// The digest that stands for the whole pack, as 64 hexadecimal digits.
  public var digest: String { SHA256.hexadecimal(of: Array(text.utf8)) }

  /// Nil when the text is not exactly what a lock would be written as.
  static func parse(_ text: String) -> PackLock? {
    var files: [File] = []
    for line in text.split(separator: "\n").dropFirst() {
      let bytes = Array(line.utf8)
      guard bytes.count > 66, let name = String(validating: bytes[66...], as: UTF8.self) else { return nil }
      let digest = bytes[..<64]
      guard digest.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else { return nil }
      files.append(
        File(name: name, digest: String(decoding: digest, as: UTF8.self), isExecutable: bytes[65] == UInt8(ascii: "*")))
    }
    let lock = PackLock(files: files)
    // As bytes: two texts that look the same are not the same file.
    return lock.text.utf8.elementsEqual(text.utf8) && lock.isInOrder ? lock : nil
  }

  /// Whether a later program wrote it.
  static func isOfAnotherFormat(_ text: String) -> Bool {
    text.hasPrefix("# pack.lock ") && !text.hasPrefix("# pack.lock 1:")
  }

  private var isInOrder: Bool {
    zip(files, files.dropFirst()).allSatisfy { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }
}
