import TestSupport

/// What a terminal has shown in one sitting, as text that is the same each time: what differs has become a typed hole.
struct SessionRecording {
  /// A command, and what stood below it until the next prompt.
  private struct Block {
    var command: String
    var lines: [String] = []
  }

  private let blocks: [Block]
  private let script: SessionScript
  private let mask: SessionMask

  /// - Parameter text: The scrollback, in which the script has been typed once or several times.
  init(_ text: String, of script: SessionScript, mask: SessionMask) {
    var blocks: [Block] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if let match = line.wholeMatch(of: /pod-\w{6}\/\S+?(?: \([^)]*\))?> ?(.*)/) {
        blocks.append(Block(command: String(match.1)))
      } else if !blocks.isEmpty {
        blocks[blocks.count - 1].lines.append(line)
      }
    }
    self.blocks = blocks.filter { !$0.command.isEmpty }
    self.script = script
    self.mask = mask
  }

  /// How many commands were typed.
  var count: Int { blocks.count }

  /// The recording of one round, each command written as in the script.
  func text(ofRound round: Int) -> String {
    let commands = script.commands
    var answers = blocks.dropFirst(round * commands.count).prefix(commands.count).map { mask.lines($0.lines) }
    var told: [Int: [String]] = [:]
    for job in script.jobs {
      var said: [String] = []
      // Its end may be told below the next prompt.
      for index in job.start...min(job.end + 1, answers.count - 1) {
        let own = answers[index].filter(job.says)
        answers[index].removeAll(where: job.says)
        said += own.filter { line in job.kept.contains { $0.matches(line) } }
      }
      told[job.end] = mask.lines(said)
    }
    var lines: [String] = []
    for (command, answer) in zip(commands.indices, answers) {
      let text = commands[command]
      // A job is named by the words that were typed.
      let job = text.hasSuffix(" &") ? String(text.dropLast(2)) : text
      let answer = answer.map { $0 == "[1] " + job.withoutKubectl ? "[1] " + job : $0 }
      lines += ["podium/default> " + text] + answer + (told[command] ?? []).map { "~ " + $0 }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension SessionScript.Job {
  fileprivate func says(_ line: String) -> Bool {
    line.contains(#/^\[\d\]\+ /#) || (kept + left).contains { $0.matches(line) }
  }
}

/// Puts holes in the place of what is different each time, and sets tables anew, whose columns have other widths then.
struct SessionMask {
  let learner: Learner
  /// Where port 8080 of the notes was given, if it was.
  let port: Int?

  func lines(_ lines: [String]) -> [String] {
    var lines = aligned(lines.map(line))
    while lines.last?.isEmpty == true { lines.removeLast() }
    // How often something is said in the same words may be chance, or the number of processors.
    return lines.indices.filter { $0 == 0 || lines[$0] != lines[$0 - 1] || !lines[$0].contains("<") }.map { lines[$0] }
  }

  private func line(_ line: String) -> String {
    var line = line.replacing(learner.home, with: "~").replacing(learner.cluster, with: "podium")
    if let port { line = line.replacing("\(port)", with: "8080") }
    for (pattern, hole) in Self.holes { line = line.replacing(pattern, with: hole) }
    while line.last == " " { line.removeLast() }
    return line
  }

  // A regular expression holds no state; the type alone does not say so.
  private nonisolated(unsafe) static let holes: [(Regex<Substring>, String)] = [
    (/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/, "<time>"),
    (/\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d UTC \d{4}/, "<time>"),
    (/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, "<time>"),
    (/[IE]\d{4} [\d:.]+ +\d+/, "<log>"),
    (/\b\d+ milliseconds/, "<n> milliseconds"),
    (/after \d+ s of about/, "after <n> s of about"),
    (/\b[0-9a-f]{64}\b/, "<id>"),
    (/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/, "<uid>"),
    (/resourceVersion: "\d+"/, "resourceVersion: \"<n>\""),
    (/\b(?!127\.)\d{1,3}(?:\.\d{1,3}){3}\b(?!\/)/, "<ip>"),
    (/kube-api-access-[a-z0-9]{5}\b/, "kube-api-access-<hash>"),
    (#/\ \(x\d+ over [\dhms]+\)/#, ""),
    (/\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d/, "<time>"),
    (
      /in [\d.]+m?s \([\d.]+m?s including waiting\)\. Image size: \d+/,
      "in <n>s (<n>s including waiting). Image size: <n>"
    ),
    (/BusyBox v\S+ \(.*\) built/, "BusyBox <...> built"),
    (#/\ +\d+ +\d+\.\d +\d+\.\d +\d+ +\d+ \? +\w+ +\d\d:\d\d +\d:\d\d /#, " <...> "),
    (/\b(?:\d{1,2}[hms]){1,2}\b(?=\ \ |$| ago| +$)/, "<age>"),
    (/<age> {2,}/, "<age>  "),
  ]

  /// Rows follow their header until one has not as many cells.
  private func aligned(_ lines: [String]) -> [String] {
    var result: [String] = []
    var rest = lines[...]
    while let header = rest.popFirst() {
      let titles = cells(header)
      guard titles.count > 1, titles.allSatisfy({ $0.contains(/^[A-Z][A-Za-z \-()]*$/) }) else {
        result.append(header)
        continue
      }
      var rows = [titles]
      while let next = rest.first, case let row = cells(next, at: titles.count), row.count == titles.count {
        rows.append(row)
        rest.removeFirst()
      }
      let indent = String(header.prefix { $0 == " " })
      let widths = titles.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
      for row in rows {
        var text = indent
        for (cell, width) in zip(row, widths) { text += cell + String(repeating: " ", count: width - cell.count + 3) }
        while text.last == " " { text.removeLast() }
        result.append(text)
      }
    }
    return result
  }

  /// What two blanks or more divide; the last cell takes the rest.
  private func cells(_ line: String, at most: Int = .max) -> [String] {
    var cells: [String] = []
    var rest = line.drop { $0 == " " }
    while !rest.isEmpty, cells.count < most - 1, let gap = rest.firstMatch(of: #/\ {2,}/#) {
      cells.append(String(rest[..<gap.range.lowerBound]))
      rest = rest[gap.range.upperBound...]
    }
    return rest.isEmpty ? cells : cells + [String(rest)]
  }
}
