import Testing

@testable import Console

struct TextTests {
  @Test func proseIsWrappedAndCodeIsNot() {
    let text = """
      A Pod is a group of one or more containers that share
      a network and may share volumes.

      - first item that is longer than the line is
      - second
      12. numbered item that also goes on

          kubectl get pods --all-namespaces --output=wide

      ```
      a fenced line that is much wider than the terminal
      ```
      """
    #expect(
      TextReflow.wrap(text, width: 30) == """
        A Pod is a group of one or
        more containers that share a
        network and may share volumes.

        - first item that is longer
          than the line is
        - second
        12. numbered item that also
            goes on

            kubectl get pods --all-namespaces --output=wide

        ```
        a fenced line that is much wider than the terminal
        ```
        """)
  }

  @Test func proseIsNeverWiderThanIsReadable() {
    let words = Array(repeating: "word", count: 60).joined(separator: " ")
    #expect(TextReflow.wrap(words, width: 300).split(separator: "\n").map(\.count).max()! <= TextReflow.widestProse)
  }

  @Test func aWordThatFitsNowhereStaysWhole() {
    #expect(TextReflow.wrap("a verylongwordindeed b", width: 5) == "a\nverylongwordindeed\nb")
  }

  @Test func widthsAreThoseOfTheTerminal() {
    #expect("plain".displayWidth == 5)
    #expect("größe".displayWidth == 5)
    #expect("日本".displayWidth == 4)
    #expect("e\u{301}".displayWidth == 1)
    #expect("🚀".displayWidth == 2)
    #expect("日本語".truncated(toWidth: 5) == "日本…")
    #expect("日本".padded(toWidth: 6) == "日本  ")
  }

  @Test func rolesBecomeColoursOnlyWhereWelcome() {
    let text: StyledText = "pod \("web", .code) is \("Ready", .ok)"
    #expect(text.plain == "pod web is Ready")
    #expect(text.rendered(in: Appearance(isTerminal: true)) == "pod web is Ready")
    let coloured = text.rendered(in: Appearance(isTerminal: true, hasColour: true))
    #expect(coloured == "pod \u{1B}[36mweb\u{1B}[0m is \u{1B}[32mReady\u{1B}[0m")
  }

  @Test func noRoleIsDimGreyBlueOrHasABackground() {
    for role in TextRole.allCases {
      #expect(!["\u{1B}[2m", "\u{1B}[90m", "\u{1B}[34m", "\u{1B}[94m"].contains(role.controlSequence))
      #expect(!role.controlSequence.hasPrefix("\u{1B}[4"))
    }
  }

  @Test func coloursObeyTheUserThenTheEnvironment() {
    // Standard input of a test is no terminal, so only a flag can bring colours.
    #expect(!Appearance.detect(output: -1, variable: { _ in nil }).hasColour)
    #expect(Appearance.detect(output: -1, colour: .always, variable: { ["NO_COLOR": "1"][$0] }).hasColour)
    #expect(!Appearance.detect(output: -1, colour: .never, variable: { _ in nil }).hasColour)
    #expect(Appearance.detect(output: -1, variable: { ["ACCESSIBLE": "1"][$0] }).isAccessible)
    #expect(!Appearance.detect(output: -1, variable: { ["ACCESSIBLE": "0"][$0] }).isAccessible)
  }

  @Test func keysAreDecodedWhateverTheirBytes() {
    var decoder = KeyDecoder()
    func feed(_ bytes: [UInt8]) -> [Unicode.Scalar] {
      for byte in bytes { decoder.add(byte) }
      var scalars: [Unicode.Scalar] = []
      while let scalar = decoder.next() { scalars.append(scalar) }
      return scalars
    }
    #expect(feed(Array("aé日🚀".utf8)) == ["a", "é", "日", "🚀"])
    #expect(feed([0xF0, 0x9F]) == [])
    #expect(feed([0x9A, 0x80]) == ["🚀"])
    // A broken character is replaced and does not swallow the next one.
    #expect(feed([0xE6, 0x41]) == ["\u{FFFD}", "A"])
    #expect(feed([0xFF, 0x42]) == ["\u{FFFD}", "B"])
  }

  @Test func pastesLoseTheirControlCharacters() {
    #expect(KeyDecoder.text(ofPaste: Array("a\r\nb\rc\td\u{1B}[2J\u{7}\n".utf8)) == "a\nb\nc\td[2J")
  }

  @Test func areasFollowTheEditorsWrapping() {
    func end(_ text: String, _ columns: Int) -> [Int] {
      var area = EditedArea(columns: columns) { $0.value < 0x20 ? 2 : $0.value == 0xE000 ? 7 : $0.displayWidth }
      area.add(text)
      return [area.row, area.column]
    }
    #expect(end("0123456789", 10) == [1, 0])
    #expect(end("012345678", 10) == [0, 9])
    #expect(end("012345678日", 10) == [1, 2])
    #expect(end("a\tb", 80) == [0, 9])
    #expect(end("a\nbc", 80) == [1, 2])
    #expect(end("\u{1}", 80) == [0, 2])
    #expect(end("\u{E000}", 4) == [1, 3])
  }
}

struct ReflowTests {
  @Test func codeStaysOnOneLineWhereItFits() {
    #expect(
      TextReflow.wrap("Type `kubectl get\npods -A` now", width: 24) == "Type\n`kubectl get pods -A`\nnow")
    #expect(TextReflow.wrap("Type `kubectl get pods` now", width: 12) == "Type\n`kubectl get\npods` now")
    #expect(TextReflow.wrap("a ` b c", width: 3) == "a `\nb c")
  }

  @Test func scriptsWithoutBlanksAreBrokenBetweenCharacters() {
    let lines = TextReflow.wrap("ポッドは最小の単位です。次に進みましょう。", width: 10)
    #expect(lines.split(separator: "\n").allSatisfy { $0.displayWidth <= 12 })
    #expect(!lines.contains("\n。"))
    #expect(lines.replacing("\n", with: "") == "ポッドは最小の単位です。次に進みましょう。")
  }

  @Test func pictographsStayWhole() {
    let family = "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}"
    #expect(TextReflow.wrap("a \(family) b", width: 4).split(separator: "\n").contains { $0.contains(family) })
    #expect(TextReflow.wrap("👍🏽👍🏽 yes", width: 8).contains("👍🏽👍🏽"))
  }

  @Test func furtherLinesStandBelowTheFirst() {
    #expect(
      TextReflow.hanging("  ok  ", "pod web is Ready", width: 14) == "  ok  pod web\n      is Ready")
    // A label that leaves no room gets out of the way.
    #expect(TextReflow.hanging("  NOT YET  ", "pod web is", width: 16) == "  NOT YET  pod\n  web is")
  }
}

struct SectionPagerTests {
  private let window = WindowSize(columns: 20, rows: 6)

  @Test func sectionsStayTogether() {
    let pages = SectionPager.pages("a\nb\n\nc\nd\n\ne\nf\n", window)
    #expect(pages == ["a\nb\n\nc\nd", "e\nf"])
  }

  @Test func aHeadingGoesWithWhatFollows() {
    #expect(SectionPager.pages("a\nb\nc\n\nTitle\n\nd\ne", window) == ["a\nb\nc", "Title\n\nd\ne"])
  }

  @Test func whatIsTallerThanTheWindowIsCut() {
    let pages = SectionPager.pages((1...12).map(String.init).joined(separator: "\n"), window)
    #expect(pages.map { $0.split(separator: "\n").count } == [5, 5, 2])
  }

  @Test func coloursTakeNoRoom() {
    let line = "\u{1B}[32m" + String(repeating: "x", count: 20) + "\u{1B}[0m"
    #expect(SectionPager.pages([line, line, line, line, line].joined(separator: "\n"), window).count == 1)
  }

  @Test func thePagerIsWhatTheLearnerChose() {
    let terminal = Appearance(isTerminal: true, terminalType: "xterm")
    var accessible = terminal
    accessible.isAccessible = true
    func choice(_ appearance: Appearance, _ pager: String?) -> Pager? {
      Pager.choose(appearance, isInSections: true, path: "") { _ in pager }
    }
    #expect(choice(terminal, nil) == .sections)
    #expect(choice(terminal, "more") == .program("more"))
    #expect(choice(terminal, "") == nil && choice(terminal, "cat") == nil)
    #expect(choice(accessible, nil) == nil)
    #expect(choice(Appearance(isTerminal: false), "more") == nil)
  }
}
