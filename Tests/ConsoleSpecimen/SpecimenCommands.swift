import Console
import Glibc

/// Commands of the program itself for trying the shell around them.
struct SpecimenCommands: CommandSet {
  private static let words = ["say", "upper", "tick", "ask", "fail", "sections"]

  func prompt(_ standing: ShellStanding) async -> Prompt { Prompt("\(standing.jobs) shell> ", continuation: "... ") }

  func owns(_ word: String) -> Bool { Self.words.contains(word) }

  func tells(_ words: [String]) -> Bool { words[0] == "sections" }
  func tellsInSections(_ words: [String]) -> Bool { true }

  func complaint(about word: String) -> String { "no such word: \(word)" }

  var firstWords: [Completion] { Self.words.map { Completion($0, description: "A word") } }

  func complete(_ words: [String], last: String) async -> [Completion] {
    ["apple", "apricot"].filter { $0.hasPrefix(last) }.map { Completion($0) }
  }

  var programVariables: [String: String] { ["SPECIMEN": "yes"] }

  var programFolder: String? { "/specimen" }

  func run(_ words: [String], _ streams: CommandStreams) async -> Outcome {
    do {
      switch words[0] {
      case "say": try await streams.write(words.dropFirst().joined(separator: " ") + "\n")
      case "upper":
        while let bytes = try await streams.read() {
          try await streams.write(String(decoding: bytes, as: UTF8.self).uppercased())
        }
      case "tick":
        for number in 1... {
          try await streams.write("tick \(number)\n")
          try await Task.sleep(for: .milliseconds(Int(words.dropFirst().first ?? "") ?? 50))
        }
      case "sections":
        for number in 1...Int(words[1])! { try await streams.write("section \(number)\nmore of it\n\n") }
      case "ask":
        try await streams.write("really? ")
        let answer = try await streams.read() ?? []
        try await streams.write("you said \(String(decoding: answer, as: UTF8.self))")
      default:
        await streams.writeError("failed\n")
        return .continue(exitCode: 3)
      }
      return .continue
    } catch is StreamClosed {
      return .continue(exitCode: 141)
    } catch {
      return .continue(exitCode: 130)
    }
  }
}
