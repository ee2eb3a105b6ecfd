/// An instruction's words before anybody knows what they mean.
struct ContainerfileLine: Equatable {
  /// Where it begins.
  var number: Int
  /// Its lines put together, without comments.
  var text: String

  /// The instructions of a file: a `\` at the end of a line goes on with the next, comments and empty lines between
  /// do not end it.
  static func all(in file: String) -> [ContainerfileLine] {
    var lines: [ContainerfileLine] = []
    var open: ContainerfileLine?
    // On some systems a line ends in two characters, which count as one.
    let all = file.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in all.enumerated() {
      let trimmed = line.trimmingBlanks()
      if trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
      var instruction = open ?? ContainerfileLine(number: index + 1, text: "")
      let goesOn = trimmed.hasSuffix("\\")
      let content = goesOn ? trimmed.dropLast() : trimmed
      // What continues keeps its blanks: they may stand within quotes.
      instruction.text += instruction.text.isEmpty ? content : Substring(line.keepingIndent(of: content))
      open = goesOn ? instruction : nil
      if !goesOn { lines.append(instruction.trimmed) }
    }
    if let open { lines.append(open.trimmed) }
    return lines
  }

  private var trimmed: ContainerfileLine { ContainerfileLine(number: number, text: String(text[...].trimmingBlanks())) }
}

extension Substring {
  func trimmingBlanks() -> Substring {
    var rest = self
    while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
    while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
    return rest
  }

  /// The line's blanks at its beginning, and this content.
  fileprivate func keepingIndent(of content: Substring) -> String {
    String(prefix { $0 == " " || $0 == "\t" }) + content
  }
}
