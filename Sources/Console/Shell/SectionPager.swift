internal import SystemIO

/// Shows as many sections of a text at a time as fit on the screen; what was read stays above, to be scrolled back to.
enum SectionPager {
  /// Waits for a key between pages: Enter goes on, b goes back, q ends.
  static func show(_ text: String, _ window: WindowSize, _ session: ConsoleSession) async {
    let pages = pages(text, window)
    var index = 0
    while index < pages.count {
      session.writePage(pages[index] + "\n")
      guard index + 1 < pages.count else { return }
      let question = "-- page \(index + 1) of \(pages.count): Enter goes on, b goes back, q ends --"
      let key = await answer(to: question.truncated(toWidth: window.columns - 1), session)
      switch key {
      case .forward: index += 1
      case .back: index = max(0, index - 1)
      case .end: return
      }
    }
  }

  private enum Key { case forward, back, end }

  private static func answer(to question: String, _ session: ConsoleSession) async -> Key {
    let key = try? await session.withRawTerminal { () async throws -> Key in
      // Asked only now: a terminal that still echoes would answer an early Enter with a new line.
      session.draw(question)
      defer { session.draw("\r\u{1B}[K") }
      while true {
        let bytes = try await session.readInput()
        if bytes.isEmpty { return .end }
        for byte in bytes {
          if let key = meaning(of: byte) { return key }
        }
      }
    }
    return key ?? .end
  }

  private static func meaning(of byte: UInt8) -> Key? {
    switch byte {
    case UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: " "), UInt8(ascii: "n"): .forward
    case UInt8(ascii: "b"): .back
    // ^C and ^D as well.
    case UInt8(ascii: "q"), 3, 4: .end
    default: nil
    }
  }

  /// Sections end at empty lines; one that is taller than the window is cut, the others stay whole.
  static func pages(_ text: String, _ window: WindowSize) -> [String] {
    // The question below the page takes a row.
    let room = max(3, window.rows - 1)
    var pages: [[Substring]] = []
    var used = 0
    for section in sections(text) {
      let height = section.reduce(0) { $0 + rows($1, window.columns) }
      if pages.isEmpty || used + 1 + height > room && !(pages.last ?? []).isEmpty {
        pages.append([])
        used = 0
      } else {
        pages[pages.count - 1].append("")
        used += 1
      }
      for line in section {
        let height = rows(line, window.columns)
        if used > 0, used + height > room {
          pages.append([])
          used = 0
        }
        pages[pages.count - 1].append(line)
        used += height
      }
    }
    return pages.map { $0.joined(separator: "\n") }
  }

  /// A line that stands alone is the heading of what follows it.
  private static func sections(_ text: String) -> [[Substring]] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let sections = lines.split { $0.allSatisfy(\.isWhitespace) }.map(Array.init)
    var result: [[Substring]] = []
    var heading: [Substring] = []
    for section in sections {
      if heading.isEmpty, section.count == 1 {
        heading = section + [""]
      } else {
        result.append(heading + section)
        heading = []
      }
    }
    if !heading.isEmpty { result.append([heading[0]]) }
    return result
  }

  private static func rows(_ line: Substring, _ columns: Int) -> Int {
    let width = line.replacing(#/\u{1B}\[[0-9;]*m/#, with: "").displayWidth
    return max(1, (width + columns - 1) / columns)
  }
}
