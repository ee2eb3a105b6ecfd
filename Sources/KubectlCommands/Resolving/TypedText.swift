/// Standard input to its end; of a keyboard, people may also say with a line that they are done.
enum TypedText {
  /// How long after a `---` the next document of a paste may begin.
  private static let pause: Duration = .milliseconds(300)

  static func read(_ io: any CommandIO) async throws -> [UInt8] {
    var text: [UInt8] = []
    guard io.terminal != nil else {
      while let chunk = try await io.read() { text += chunk }
      return text
    }
    await io.printError("Type or paste it here; a line with EOF, or ^D, ends it.\n")
    while let chunk = try await nextPiece(io, isBetweenDocuments: endsWithSeparator(text)) {
      text += chunk
      if let end = Self.end(text) { return Array(text[..<end]) }
    }
    return text
  }

  /// Nil at the end, and where a separator is followed by nothing.
  private static func nextPiece(_ io: any CommandIO, isBetweenDocuments: Bool) async throws -> [UInt8]? {
    guard isBetweenDocuments else { return try await io.read() }
    return try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
      group.addTask {
        do { return try await io.read() } catch is CancellationError { return nil }
      }
      group.addTask {
        try? await Task.sleep(for: pause)
        return nil
      }
      let first = try await group.next() ?? nil
      group.cancelAll()
      // What was read meanwhile is not lost.
      let second = try await group.next() ?? nil
      try Task.checkCancellation()
      return first ?? second
    }
  }

  private static func endsWithSeparator(_ text: [UInt8]) -> Bool { lastLine(text).map { $0 == "---" } ?? false }

  /// Where the text ends when its last line says so.
  private static func end(_ text: [UInt8]) -> Int? {
    guard let line = lastLine(text), line == "EOF" || line == "..." else { return nil }
    return text.count - line.utf8.count - 1
  }

  /// The last whole line.
  private static func lastLine(_ text: [UInt8]) -> String? {
    guard text.last == UInt8(ascii: "\n") else { return nil }
    let line = text.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).last ?? []
    return String(decoding: line, as: UTF8.self)
  }
}
