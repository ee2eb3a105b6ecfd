internal import Glibc
internal import LocalCluster
internal import SystemIO

/// The program: finds the verb and runs it.
@main
enum Podium {
  static func main() async {
    // A reader that has gone is told by the write that fails.
    signal(SIGPIPE, SIG_IGN)
    // So is what may write no larger files.
    signal(SIGXFSZ, SIG_IGN)
    let code: Int32
    do {
      code = try await run(Array(CommandLine.arguments.dropFirst()))
    } catch let usage as UsageError {
      StandardOutput.printError("podium: \(usage)")
      code = 2
    } catch {
      StandardOutput.printError("podium: \(error)")
      code = 1
    }
    exit(code)
  }

  private static func run(_ arguments: [String]) async throws -> Int32 {
    if KubectlLink.isUs { return try await KubectlVerb.run(Settings(), arguments) }
    var words = arguments[...]
    var settings = Settings()
    while let word = words.first, word.hasPrefix("-") {
      if word == "-h" || word == "--help" { return printHelp() }
      if word == "--version" { return printVersion() }
      guard let option = Settings.options.first(where: { word == $0.name || word.hasPrefix($0.name + "=") }) else {
        throw UsageError("unknown option \(word): see podium --help")
      }
      words = words.dropFirst()
      if word == option.name, option.takesValue {
        guard let value = words.popFirst() else { throw UsageError("\(word) needs a value: see podium --help") }
        try option.apply(&settings, value)
      } else {
        try option.apply(&settings, String(word.dropFirst(option.name.count + 1)))
      }
    }
    guard let name = words.popFirst() else { return try await Verb.prompt.run(settings, []) }
    guard let verb = Verb.all.first(where: { $0.name == name }) else {
      throw UsageError(
        "unknown verb \"\(name)\": podium --help lists them\(DidYouMean.text(name, Verb.all.map(\.name)))")
    }
    if let help = verb.help, let word = words.first, word == "--help" || word == "-h" {
      StandardOutput.print(help.text(of: verb.name))
      return 0
    }
    return try await verb.run(settings, Array(words))
  }

  static func printHelp() -> Int32 {
    var lines = [
      "Learn Kubernetes Pods by running them.", "", "Usage:", "  podium [options]             open the prompt",
      "  podium [options] VERB …", "", "Verbs:",
    ]
    for verb in Verb.all where !verb.isInternal {
      lines.append("  " + verb.name.padding(to: 12) + verb.summary)
    }
    lines += ["", "Options:"]
    for option in Settings.options {
      lines.append(
        "  " + (option.name + (option.takesValue ? " " + option.value : "")).padding(to: 20) + option.summary)
    }
    StandardOutput.print(lines.joined(separator: "\n"))
    return 0
  }

  static func printVersion() -> Int32 {
    StandardOutput.print("podium \(Version.podium) (Kubernetes \(Version.kubernetes))")
    return 0
  }
}

/// The command line was not understood; the text says what would be.
struct UsageError: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }
}

extension String {
  func padding(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
