internal import Glibc
internal import SystemIO

/// A folder that exists while the body runs, and not a moment longer.
public struct TemporaryFolder: Sendable {
  public let path: String

  public static func with<Result>(
    _ body: (TemporaryFolder) async throws -> Result
  ) async throws -> Result {
    var template = Array("/tmp/podium-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemCallError("mkdtemp", on: "/tmp/podium-test-XXXXXX") }
    let folder = TemporaryFolder(
      path: String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    do {
      let result = try await body(folder)
      try Files.removeTree(folder.path)
      return result
    } catch {
      try? Files.removeTree(folder.path)
      throw error
    }
  }

  /// The path of a file or folder in it.
  public func path(_ name: String) -> String { path + "/" + name }

  /// Writes a file into the folder, with the folders it needs, and returns its path.
  @discardableResult
  public func write(_ text: String, to name: String) throws -> String {
    let file = path(name)
    if let slash = file.lastIndex(of: "/") { try Files.makeDirectories(String(file[..<slash])) }
    try Files.write(text, to: file)
    return file
  }

  public func read(_ name: String) throws -> String { try Files.readText(path(name)) }
}
