import SystemIO
import TestSupport

/// What somebody types in one sitting, from a file beside the tests; the file itself says how its lines are meant.
struct SessionScript {
  enum Step: Sendable {
    /// A line at the prompt.
    case command(String)
    /// A line for what runs in front, or the rest of one at the prompt.
    case input(String)
    case interrupt
    case waitFor(String)
    /// Lines like this are said by the job behind the prompt, whenever it wants to; some of them are no matter.
    case jobSays(String, isKept: Bool)
    case ask(port: Int)
    case told(pod: String)
  }

  private(set) var steps: [Step] = []

  init(path: String) throws {
    for line in try Files.readText(path).split(separator: "\n").map(String.init) where !line.hasPrefix("#") {
      let text = String(line.dropFirst(2))
      switch line.first {
      case "$": steps.append(.command(text))
      case ">": steps.append(.input(text))
      case "^": steps.append(.interrupt)
      case "@": steps.append(.waitFor(text))
      case "~": steps.append(.jobSays(text, isKept: true))
      case "-": steps.append(.jobSays(text, isKept: false))
      case "?": steps.append(.ask(port: Int(text) ?? 0))
      case "!": steps.append(.told(pod: text))
      default: throw NotUnderstood(line: line)
      }
    }
  }

  struct NotUnderstood: Error {
    let line: String
  }

  var commands: [String] {
    steps.compactMap { step in
      if case .command(let text) = step { text } else { nil }
    }
  }

  /// A command that goes on behind the prompt while others run.
  struct Job {
    /// Its place among the commands, and that of the one that ends it.
    var start: Int
    var end: Int
    var kept: [TextPattern] = []
    var left: [TextPattern] = []
  }

  var jobs: [Job] {
    var jobs: [Job] = []
    var count = 0
    for step in steps {
      switch step {
      case .command(let text):
        if text.hasSuffix(" &") { jobs.append(Job(start: count, end: count)) }
        if text.hasPrefix("kill "), !jobs.isEmpty { jobs[jobs.count - 1].end = count }
        count += 1
      case .jobSays(let text, let isKept) where !jobs.isEmpty:
        if isKept {
          jobs[jobs.count - 1].kept.append(TextPattern(text))
        } else {
          jobs[jobs.count - 1].left.append(TextPattern(text))
        }
      default: break
      }
    }
    return jobs
  }

  /// Everything that is typed in a round.
  func typed(naming word: Bool) -> Set<String> {
    Set(
      steps.compactMap { step in
        switch step {
        case .command(let text): word ? text : text.withoutKubectl
        case .input(let text): text
        default: nil
        }
      })
  }
}

extension String {
  /// A command line as the prompt takes it, too.
  var withoutKubectl: String { hasPrefix("kubectl ") ? String(dropFirst(8)) : self }
}
