import Glibc

/// `pgrep` and `pkill`: find processes by name, and signal them.
enum ProcessMatch {
  static func grep(_ arguments: [String]) -> Int32 { run("pgrep", arguments, signals: false) }
  static func kill(_ arguments: [String]) -> Int32 { run("pkill", arguments, signals: true) }

  private struct Selection {
    var pattern: String?
    var signal = SIGTERM
    var wholeCommand = false
    var exact = false
    var inverted = false
    var newestOnly = false
    var oldestOnly = false
    var parent: Int32?
    var user: String?
    var showsName = false
    var showsCommand = false
    var counts = false
  }

  private static func run(_ program: String, _ arguments: [String], signals: Bool) -> Int32 {
    var selection = Selection()
    if let complaint = read(arguments.dropFirst(), into: &selection, signals: signals) {
      write(
        "\(program): \(complaint)\nusage: \(program) [-flaxnovc] [-P PARENT] [-u USER]\(signals ? " [-SIGNAL]" : "") PATTERN\n",
        to: STDERR_FILENO)
      return 2
    }
    let expression = (selection.pattern ?? "").isEmpty ? nil : RegularExpression(selection.pattern ?? "")
    if selection.pattern?.isEmpty == false && expression == nil {
      write("\(program): not a regular expression: \(selection.pattern ?? "")\n", to: STDERR_FILENO)
      return 2
    }
    var found = ProcessEntry.all().filter { process in
      if process.pid == getpid() { return false }
      if let parent = selection.parent, process.parent != parent { return false }
      if let user = selection.user, userName(process.user) != user, "\(process.user)" != user { return false }
      guard let expression else { return true }
      let subject = selection.wholeCommand ? process.commandLine : process.name
      return expression.matches(subject, wholly: selection.exact) != selection.inverted
    }
    if selection.newestOnly { found = found.max { $0.startTicks < $1.startTicks }.map { [$0] } ?? [] }
    if selection.oldestOnly { found = found.min { $0.startTicks < $1.startTicks }.map { [$0] } ?? [] }

    if signals {
      for process in found where Glibc.kill(process.pid, selection.signal) != 0 && errno != ESRCH {
        write("pkill: killing pid \(process.pid) failed: \(String(cString: strerror(errno)))\n", to: STDERR_FILENO)
      }
    }
    if selection.counts {
      write("\(found.count)\n", to: STDOUT_FILENO)
    } else if !signals {
      for process in found {
        let detail = selection.showsCommand ? " " + process.commandLine : selection.showsName ? " " + process.name : ""
        write("\(process.pid)\(detail)\n", to: STDOUT_FILENO)
      }
    }
    return found.isEmpty ? 1 : 0
  }

  /// Returns what is wrong with the command line, if anything is.
  private static func read(_ arguments: ArraySlice<String>, into selection: inout Selection, signals: Bool) -> String? {
    var rest = arguments
    var onlyPattern = false
    while let word = rest.popFirst() {
      if onlyPattern || !word.hasPrefix("-") || word == "-" {
        if selection.pattern != nil { return "only one pattern can be given" }
        selection.pattern = word
      } else if word == "--" {
        onlyPattern = true
      } else if word == "--full" {
        selection.wholeCommand = true
      } else if word == "--exact" {
        selection.exact = true
      } else if signals, word == "--signal" {
        guard let signal = rest.popFirst().flatMap(signalNumber) else { return "unknown signal" }
        selection.signal = signal
      } else if signals, let signal = signalNumber(String(word.dropFirst())) {
        selection.signal = signal
      } else {
        for letter in word.dropFirst() {
          switch letter {
          case "f": selection.wholeCommand = true
          case "x": selection.exact = true
          case "v": selection.inverted = true
          case "n": selection.newestOnly = true
          case "o": selection.oldestOnly = true
          case "l": selection.showsName = true
          case "a": selection.showsCommand = true
          case "c": selection.counts = true
          case "P":
            guard let parent = rest.popFirst().flatMap({ Int32($0) }) else { return "-P needs a process number" }
            selection.parent = parent
          case "u", "U":
            guard let user = rest.popFirst() else { return "-u needs a user" }
            selection.user = user
          default: return "unknown option \(word)"
          }
        }
      }
    }
    let selectsOtherwise = selection.parent != nil || selection.user != nil
    return selection.pattern == nil && !selectsOtherwise ? "no pattern given" : nil
  }

  private static func signalNumber(_ text: String) -> Int32? {
    if let number = Int32(text) { return (0...64).contains(number) ? number : nil }
    let names: [String: Int32] = [
      "HUP": SIGHUP, "INT": SIGINT, "QUIT": SIGQUIT, "KILL": SIGKILL, "USR1": SIGUSR1, "USR2": SIGUSR2, "TERM": SIGTERM,
      "CHLD": SIGCHLD, "CONT": SIGCONT, "STOP": SIGSTOP, "WINCH": SIGWINCH,
    ]
    let name = text.uppercased()
    return names[name.hasPrefix("SIG") ? String(name.dropFirst(3)) : name]
  }
}
