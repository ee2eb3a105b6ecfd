import Glibc
import SystemIO

/// The package as files, so that its habits can be tested.
enum SourceTree {
  static let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

  struct File: Sendable {
    /// Relative to the package, as in messages.
    let path: String
    let text: String

    /// The folder below Sources or Tests that the file belongs to.
    var room: String { String(path.split(separator: "/")[1]) }
    /// Much quicker than a search by characters.
    func contains(_ word: String) -> Bool { strstr(text, word) != nil }
    var isSwift: Bool { path.hasSuffix(".swift") }
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
  }

  /// The files of Sources and Tests, but for what is read as data by tests.
  static let files: [File] = ["Sources", "Tests"].flatMap { read($0) }
  static let swift = files.filter(\.isSwift)

  private static let dataFolders = ["Golden", "Fixtures"]

  private static func read(_ folder: String) -> [File] {
    ((try? Files.list(root + "/" + folder)) ?? []).sorted().flatMap { name -> [File] in
      let path = folder + "/" + name
      if Files.isDirectory(root + "/" + path) { return dataFolders.contains(name) ? [] : read(path) }
      guard let text = try? Files.readText(root + "/" + path) else { return [] }
      return [File(path: path, text: text)]
    }
  }
}
