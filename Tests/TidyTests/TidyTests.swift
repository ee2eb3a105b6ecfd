import TestSupport
import Testing

/// The habits of the code that no compiler and no formatter looks after.
@Suite struct TidyTests {
  @Test func theTreeIsReadAtAll() {
    #expect(SourceTree.swift.contains { $0.path == "Sources/podium/Podium.swift" })
    #expect(SourceTree.swift.contains { $0.path == "Tests/TidyTests/TidyTests.swift" })
  }

  /// It costs time at every start, memory in every process, and the good names.
  @Test func nobodyImportsFoundation() {
    expectNone(sayings: ["import Foundation"]) { line, _ in
      imports(line).map { ["Foundation", "FoundationEssentials"].contains($0) } == true ? "imports \(line)" : nil
    }
  }

  /// A C library is one room's affair, so that replacing it is too.
  @Test func everyCLibraryIsImportedByItsRoomsAlone() {
    let importers: [String: Set<String>] = [
      "CYAML": ["Documents"],
      "CSQLite": ["ObjectStore"],
      "CMicroHTTPD": ["HTTPTransport"],
      "CCurl": ["HTTPTransport"],
      "CGnuTLS": ["HTTPTransport"],
      "CArchive": ["ImageStore"],
      "CNettle": ["Digests"],
      "CLibEdit": ["Console"],
      "CNodeInit": ["LinuxRuntime"],
      "CLinux": ["SystemIO", "Console", "HTTPTransport", "LinuxRuntime", "LocalCluster"],
    ]
    var found: [String: Set<String>] = [:]
    for file in SourceTree.swift where file.path.hasPrefix("Sources/") {
      for module in file.lines.compactMap(imports) where importers[module] != nil {
        found[module, default: []].insert(file.room)
      }
    }
    #expect(found == importers)
  }

  /// These switch a check of the compiler off; the reader is told why nothing breaks.
  @Test func whatSwitchesAChecksOffHasAReasonBesideIt() {
    let words = ["@unchecked " + "Sendable", "nonisolated" + "(unsafe)", "try" + "!", " as" + "! "]
    expectNone(sayings: words) { line, above in
      guard let word = words.first(where: { code(line).contains($0) }) else { return nil }
      let hasReason = line.contains("// ") || above.drop { $0 == " " }.hasPrefix("//")
      return hasReason ? nil : "\(word) without a comment that says why it is right"
    }
  }

  @Test func nothingIsLeftForLater() {
    let words = ["TO" + "DO", "FIX" + "ME"]
    expectNone(sayings: words) { line, _ in words.first { line.contains($0) }.map { "says \($0)" } }
  }

  @Test func everyFileEndsInOneNewline() {
    for file in SourceTree.files where !file.text.isEmpty {
      let isRight = file.text.hasSuffix("\n") && !file.text.hasSuffix("\n\n")
      #expect(isRight, "\(file.path)")
    }
  }

  @Test func noRoomIsEmpty() {
    let rooms = Dictionary(grouping: SourceTree.files.filter { $0.path.hasPrefix("Sources/") }, by: \.room)
    for (room, files) in rooms {
      #expect(files.contains { $0.lines.count > 2 }, "\(room) holds a placeholder only")
    }
  }

  @Test func theTopLevelHoldsWhatTheMapSays() async throws {
    let expected: Set = [
      "LICENSE", "Lessons", "Manifests", "Package.swift", "README.md", "Scripts", "Sources", "Tests",
    ]
    // What git does not know is somebody's scratch paper.
    let answer = try await ProgramOutput.of("git", ["ls-files"], folder: SourceTree.root)
    try #require(answer.end == .exited(0), "git ls-files: \(answer.error)")
    let found = Set(answer.output.split(separator: "\n").map { String($0.prefix { $0 != "/" }) })
    #expect(found.filter { !$0.hasPrefix(".") } == expected)
  }

  /// Records an issue, with its place, for each line of Swift that the rule has something to say against; asked are
  /// only files in which one of the words occurs.
  private func expectNone(sayings words: [String], _ rule: (_ line: Substring, _ above: Substring) -> String?) {
    for file in SourceTree.swift where words.contains(where: file.contains) {
      var above: Substring = ""
      for (index, line) in file.lines.enumerated() {
        if let complaint = rule(line, above) { Issue.record("\(file.path):\(index + 1): \(complaint)") }
        above = line
      }
    }
  }
}

/// The module that a line imports.
private func imports(_ line: Substring) -> String? {
  let words = line.split(separator: " ").drop { $0.hasPrefix("@") || ["internal", "public", "package"].contains($0) }
  guard words.first == "import", let module = words.last else { return nil }
  return String(module.prefix { $0 != "." && $0 != ";" })
}

/// The line without the comment at its end.
private func code(_ line: Substring) -> Substring {
  var rest = line
  while !rest.isEmpty {
    if rest.hasPrefix("//") { return line[..<rest.startIndex] }
    rest.removeFirst()
  }
  return line
}
