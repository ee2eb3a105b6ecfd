import SystemIO
import TestSupport
import Testing

/// Commands and what a real cluster answered to them, from a file beside the tests.
///
///     --- name.yaml          a file that the commands find, up to a line with three dashes
///     $ kubectl get pod a    a command; then its output, `[stderr]` lines, and `[exit N]`
struct Transcript {
  struct Step {
    let line: Int
    /// The words behind the last `###`.
    let section: String
    let command: String
    var output: [String] = []
    var error: [String] = []
    var exitCode: Int32 = 0
  }

  private(set) var files: [String: String] = [:]
  private(set) var steps: [Step] = []
  let path: String

  init(_ name: String) throws { try self.init(path: "transcripts/\(name).txt") }

  /// - Parameter place: Beneath the fixtures.
  init(path place: String) throws {
    path = Learner.checkout + "/Tests/EndToEndTests/Fixtures/" + place
    var file: String?
    var section = ""
    for (index, line) in try Files.readText(path).split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      if let name = file {
        if line == "---" { file = nil } else { files[name, default: ""] += line + "\n" }
      } else if let match = line.wholeMatch(of: /--- ([\w-]+\.\w+)/) {
        file = String(match.1)
        files[String(match.1)] = ""
      } else if line.hasPrefix("### ") {
        section = String(line.dropFirst(4))
      } else if line.hasPrefix("$ kubectl") {
        steps.append(Step(line: index + 1, section: section, command: String(line.dropFirst(9))))
      } else if line.hasPrefix("[exit ") {
        steps[steps.count - 1].exitCode = Int32(line.dropFirst(6).dropLast()) ?? -1
      } else if line.hasPrefix("[stderr] ") {
        steps[steps.count - 1].error.append(String(line.dropFirst(9)))
      } else if !line.isEmpty, !steps.isEmpty {
        steps[steps.count - 1].output.append(String(line))
      }
    }
  }

  /// Runs the commands one after the other in a folder with the files, each compared with what is written.
  func replay(in folder: String, kubectl: ([String]) async throws -> ProgramOutput) async throws {
    try writeFiles(to: folder)
    for step in steps {
      let found = Self.seen(try await kubectl(Self.words(step.command)))
      let wanted =
        step.output.map(Self.masked) + step.error.filter { !$0.isEmpty }.map { "[stderr] " + Self.masked($0) }
      let difference = GoldenText.difference(
        from: (wanted + ["[exit \(step.exitCode)]"]).joined(separator: "\n"),
        to: found)
      if let difference {
        Issue.record("\(path):\(step.line): kubectl\(step.command)\nfrom line \(difference)")
      }
    }
  }

  func writeFiles(to folder: String) throws {
    try Files.makeDirectories(folder)
    for (name, text) in files { try Files.write(text, to: folder + "/" + name, mode: 0o644) }
  }

  /// An answer as it is compared.
  static func seen(_ answer: ProgramOutput) -> String {
    let lines = told(answer.output) + told(answer.error).map { "[stderr] " + $0 }
    return (lines + ["[\(answer.end.inWords)]"]).joined(separator: "\n")
  }

  /// The words of a command line, with single quotes around what holds blanks.
  static func words(_ command: String) -> [String] {
    var words: [String] = []
    var word: String?
    var isQuoted = false
    for character in command {
      if character == "'" {
        isQuoted.toggle()
        word = word ?? ""
      } else if character == " " && !isQuoted {
        if let word { words.append(word) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    return words + (word.map { [$0] } ?? [])
  }

  private static func told(_ text: String) -> [String] {
    text.split(separator: "\n").map { masked(String($0)) }.filter { !$0.allSatisfy(\.isWhitespace) }
  }

  /// Without what is different each time: ages, addresses, generated names, and the width of the columns they stand in.
  private static func masked(_ line: String) -> String {
    line.replacing(/kube-api-access-[a-z0-9]{5}/, with: "kube-api-access-<x>")
      // Before ages: a part of one may look like four hundred days.
      .replacing(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/, with: "<uid>")
      .replacing(/\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b/, with: "<address>")
      .replacing(/\b(\d+[dhms]){1,2}\b/, with: "<age>")
      // What `top` shows: a processor share looks like an age, and the memory beside it is measured anew each time.
      .replacing(/<age> +\d+Mi\b/, with: "<age> <memory>")
      // An image that is not there is asked for again and again, with a pause in between.
      .replacing(/ErrImagePull|ImagePullBackOff/, with: "<no image>")
      .replacing(/(LIVE|MERGED)-\d+/, with: "<folder>")
      .replacing(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ [+-]\d{4}/, with: "<time>")
      .replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, with: "<time>")
      .replacing(/resourceVersion: "\d+"/, with: "resourceVersion: <n>")
      .replacing(/\b(oracle|podium)\b/, with: "<node>")
      .replacing(/start exec "\w+"/, with: "start exec <n>")
      .replacing(/[IWE]\d{4} [\d:.]+ +\d+/, with: "<log>")
      .replacing(/(https:\/\/<address>|unix:\/\/\S+)/, with: "<server>")
      .replacing(/[ \t]+/, with: " ")
      .replacing(#/ $/#, with: "")
  }
}

extension ProgramEnd {
  fileprivate var inWords: String {
    switch self {
    case .exited(let code): "exit \(code)"
    default: "\(self)"
    }
  }
}
