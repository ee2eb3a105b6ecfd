internal import KubernetesAPI

/// A command that could not do what it was asked: what to print, and the exit code.
struct Failure: Error, Equatable {
  /// Whole lines for the error stream.
  var text: String
  var exitCode: Int32 = 1
  /// What was not understood, for whoever may know what was meant.
  var unknown: UnknownWord?

  /// Printed behind `error: `, unless it says so itself.
  init(_ message: String, exitCode: Int32 = 1) {
    text = message.hasPrefix("error: ") ? message : "error: \(message)"
    self.exitCode = exitCode
  }

  /// With the line that points to the command's help.
  init(_ message: String, helpFor path: [String]) {
    self.init("\(message)\nSee '\((["kubectl"] + path).joined(separator: " ")) -h' for help and examples")
  }

  /// The command works on objects and was told none.
  static let nothingNamed = Failure(
    "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'"
  )

  /// Printed as it is.
  init(whole text: String, exitCode: Int32 = 1) {
    self.text = text
    self.exitCode = exitCode
  }

  /// Nothing is left to be said.
  static func silent(exitCode: Int32) -> Failure { Failure(whole: "", exitCode: exitCode) }

  static func flag(_ message: String, _ path: [String]) -> Failure {
    Failure(
      whole: "Error: \(message)\nSee '\((["kubectl"] + path).joined(separator: " ")) --help' for usage.")
  }

  static func unknownFlag(_ name: String, known: [FlagRow], _ path: [String]) -> Failure {
    var failure = flag("unknown flag: --\(name)", path)
    failure.unknown = .flag(name, known: known.filter { !$0.isHidden }.map(\.name))
    return failure
  }

  static func unknownResourceType(_ word: String) -> Failure {
    // Behind the first dot stand version and group.
    let type = word.prefix { $0 != "." }
    var failure = Failure("the server doesn't have a resource type \"\(type)\"")
    failure.unknown = .resourceType(word)
    return failure
  }

  /// A flag that the command cannot do without.
  static func missingFlags(_ names: [String], _ invocation: Invocation) -> Failure {
    let quoted = names.map { "\\\"\($0)\\\"" }.joined(separator: ", ")
    let line = LogLine.text(
      "E", "run.go:72", "\"command failed\" err=\"required flag(s) \(quoted) not set\"", invocation.context.now())
    return Failure(whole: String(line.dropLast()))
  }

  /// From anything that was thrown; several problems are told one a line.
  init(_ errors: [any Error], server: String) {
    if errors.count == 1 {
      self = Failure(errors[0], server: server)
      return
    }
    var seen: [String] = []
    for error in errors {
      let line = Failure.line(error, server: server)
      if !seen.contains(line) { seen.append(line) }
    }
    self = Failure(whole: seen.joined(separator: "\n"))
  }

  init(_ error: any Error, server: String) {
    switch error {
    case let failure as Failure: self = failure
    case let failures as Failures: self = Failure(failures.errors, server: server)
    case let error as StatusError: self = Failure(whole: Failure.text(error, server: server))
    default: self = Failure("\(error)")
    }
  }

  private static func line(_ error: any Error, server: String) -> String {
    guard let failure = error as? Failure else { return Failure(error, server: server).text }
    return failure.text.hasPrefix("error: ") ? String(failure.text.dropFirst(7)) : failure.text
  }

  /// What the server, or the lack of one, had to say.
  private static func text(_ error: StatusError, server: String) -> String {
    if error.isConnectionFailure {
      if error.message.hasSuffix("connection refused") || error.message.isEmpty {
        return
          "The connection to the server \(hostAndPort(server)) was refused - did you specify the right host or port?"
      }
      return "Unable to connect to the server: \(error.message)"
    }
    switch error.reason {
    case "": return "Error from server: \(error.message)"
    case "Unauthorized": return "error: You must be logged in to the server (\(error.message))"
    case "Invalid": return invalidText(error)
    default: return "Error from server (\(error.reason)): \(error.message)"
    }
  }

  private static func invalidText(_ error: StatusError) -> String {
    let details = error.status.details ?? StatusDetails()
    let kind = details.kind ?? ""
    let name = details.name ?? ""
    var head = "The request is invalid"
    if !kind.isEmpty || !name.isEmpty {
      head = "The \(kind) \"\(name)\" is invalid"
    } else if details.causes.isEmpty, !error.message.isEmpty {
      head += ": \(error.message)"
    }
    var problems: [String] = []
    for cause in details.causes {
      let line = "\(cause.field ?? ""): \(cause.message ?? "")"
      if !problems.contains(line) { problems.append(line) }
    }
    switch problems.count {
    case 0: return head
    case 1: return "\(head): \(problems[0])"
    default: return "\(head): \n" + problems.map { "* \($0)" }.joined(separator: "\n")
    }
  }

  static func hostAndPort(_ server: String) -> String {
    var text = server[...]
    for scheme in ["https://", "http://"] where text.hasPrefix(scheme) { text = text.dropFirst(scheme.count) }
    return String(text.split(separator: "/").first ?? text)
  }
}

/// Several things went wrong, each on its own.
struct Failures: Error {
  var errors: [any Error]

  /// Throws when there is something to be told.
  static func throwIfAny(_ errors: [any Error]) throws {
    if errors.count == 1 { throw errors[0] }
    if !errors.isEmpty { throw Failures(errors: errors) }
  }
}

extension StatusError {
  /// The same error with words in front that say during what it happened.
  func prefixed(_ words: String) -> StatusError {
    var error = self
    error.status.message = "\(words): \(message)"
    return error
  }
}
