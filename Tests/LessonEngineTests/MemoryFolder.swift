@testable import LessonEngine

/// A pack's folder that is on no disk.
struct MemoryFolder: PackFolder {
  var path = "pack"
  var files: [String: String] = [:]
  var executables: Set<String> = []
  /// What is no file.
  var others: Set<String> = []

  /// A small pack that has something of everything.
  static let greetings = MemoryFolder(
    files: [
      "pack.yaml": """
      format: 1
      id: greetings
      version: 0.1.0
      title: Greetings
      # A remark of the author's.
      lessons: [hello]

      """,
      "hello.md": """
      ---
      lesson: hello
      title: Hello
      files: [hello.yaml]
      ---
      Words.

      ## Make it {#make time=1m}
      Apply `hello.yaml`.

      ```check
      pod hello exists
      ```

      ## Look at it {#look time=1m}
      Look.

      ```check
      pod hello is Ready
      ```

      """,
      "hello.fr.md": "---\n", "draft.md": "not listed", "LICENSE": "All of it.\n", "notes.txt": "not for others",
      "files/hello.yaml": "kind: Pod\n", "files/unused.yaml": "kind: Pod\n",
      "images/web/Containerfile": "FROM busybox\n", "images/web/run.sh": "#!/bin/sh\n",
    ], executables: ["images/web/run.sh"])

  func pack() throws -> Pack { try Pack.load(self) }
  func contents() throws -> PackContents { try PackContents.gather(try pack(), from: self) }

  func readText(_ name: String) throws -> String {
    guard let text = files[name] else { throw LessonError(file: path + "/" + name, line: 0, "is missing") }
    return text
  }

  func exists(_ name: String) -> Bool { files.keys.contains { $0 == name || $0.hasPrefix(name + "/") } }
  func content(_ name: String) throws -> any PackBytes { BytesInMemory(Array(try readText(name).utf8)) }
  func filesFolder(_ name: String) throws -> String { path + "/" + name }

  func entries(of folder: String) throws -> [PackFolderEntry] {
    let start = folder.isEmpty ? "" : folder + "/"
    var found: [String: PackFolderEntry.Kind] = [:]
    for name in Array(files.keys) + Array(others) where name.hasPrefix(start) {
      let parts = name.dropFirst(start.count).split(separator: "/").map(String.init)
      found[parts[0]] =
        parts.count > 1 ? .folder : others.contains(name) ? .other : executables.contains(name) ? .executable : .file
    }
    return found.map { PackFolderEntry(name: $0.key, kind: $0.value) }.sorted { $0.name < $1.name }
  }
}
