internal import Documents

extension Containerfile {
  /// Reads a Containerfile; nothing is asked of the disk.
  ///
  /// - Parameter file: The name by which errors call it.
  public static func parse(_ text: String, file: String) throws(ContainerfileError) -> Containerfile {
    if let line = lineOfControl(text) {
      throw ContainerfileError(file: file, line: line, "there is a control character, which could steer a terminal")
    }
    var result: Containerfile?
    for line in ContainerfileLine.all(in: text) {
      do throws(ContainerfileWords.Problem) {
        let (word, rest) = divide(line.text[...])
        let name = word.uppercased()
        if name == "FROM" {
          guard result == nil else { throw .init(message: Refusal.stages) }
          result = Containerfile(base: try base(rest), baseLine: line.number, instructions: [])
          continue
        }
        let action = try action(name, rest)
        guard result != nil else { throw .init(message: "the first instruction is FROM, and not \(name)") }
        result?.instructions.append(Instruction(line: line.number, text: line.text, action: action))
      } catch {
        throw ContainerfileError(file: file, line: line.number, error.message)
      }
    }
    guard let result else { throw ContainerfileError(file: file, line: 1, "there is no FROM: expected `FROM busybox`") }
    return result
  }

  /// Its text is shown while it is built, whoever wrote it.
  private static func lineOfControl(_ text: String) -> Int? {
    var line = 1
    for scalar in text.unicodeScalars {
      if scalar == "\n" { line += 1 }
      if scalar.steersTerminals { return line }
    }
    return nil
  }

  private typealias Problem = ContainerfileWords.Problem

  private static func divide(_ text: Substring) -> (word: Substring, rest: Substring) {
    let word = text.prefix { $0 != " " && $0 != "\t" }
    return (word, text.dropFirst(word.count).trimmingBlanks())
  }

  private static func base(_ rest: Substring) throws(Problem) -> String {
    let words = try ContainerfileWords.split(rest)
    if let flag = words.first, flag.hasPrefix("--") {
      throw Problem(message: "FROM takes no \(flag): images are for this kind of machine")
    }
    if words.count == 3, words[1].uppercased() == "AS" { throw Problem(message: Refusal.stages) }
    guard words.count == 1 else { throw Problem(message: "expected `FROM IMAGE`, with one image") }
    if words[0].contains("$") {
      throw Problem(message: "FROM comes before every variable: write the image's name itself")
    }
    return words[0]
  }

  private static func action(_ name: String, _ rest: Substring) throws(Problem) -> Action {
    if let refusal = Refusal.instructions[name] { throw Problem(message: "\(name) is not built here: \(refusal)") }
    guard known.contains(name) else {
      throw Problem(message: "\"\(name)\" is no instruction: expected one of \(known.joined(separator: ", "))")
    }
    guard !rest.isEmpty else { throw Problem(message: "\(name) is followed by nothing") }
    switch name {
    case "COPY": return .copy(try copy(rest))
    case "RUN": return .run(try run(rest))
    case "ENV": return .environment(try assignments(rest, of: name))
    case "LABEL": return .label(try assignments(rest, of: name))
    case "WORKDIR": return .workingDirectory(try resolvable(String(rest)))
    case "USER": return .user(try resolvable(String(rest)))
    case "EXPOSE":
      let ports = try ContainerfileWords.split(rest)
      for port in ports { _ = try resolvable(port) }
      return .expose(ports)
    case "ENTRYPOINT": return .entrypoint(try command(rest))
    default: return .command(try command(rest))
    }
  }

  private static let known = [
    "FROM", "COPY", "RUN", "ENV", "WORKDIR", "USER", "EXPOSE", "ENTRYPOINT", "CMD", "LABEL",
  ]

  /// What other builders know, and what to write here.
  private enum Refusal {
    static let stages =
      "a build has one stage: build the first image under a name of its own, and begin this one with FROM that name"

    static let instructions = [
      "ADD": "use COPY, and put what would come from the web or out of an archive into the folder",
      "ARG": "write the value itself, or set it with ENV",
      "HEALTHCHECK": "a pod's manifest says it, by livenessProbe and readinessProbe",
      "MAINTAINER": "use LABEL org.opencontainers.image.authors=\"…\"",
      "ONBUILD": "write the instruction into the file that begins with FROM this image",
      "SHELL": "use the list form, as in RUN [\"/bin/bash\", \"-c\", \"…\"]",
      "STOPSIGNAL": "a container ends by TERM, or by the preStop hook of its pod",
      "VOLUME": "a pod's manifest says what is mounted, by volumes and volumeMounts",
    ]
  }

  private static func copy(_ text: Substring) throws(Problem) -> Copy {
    var copy = Copy(sources: [], destination: "")
    var rest = text
    while rest.hasPrefix("--") {
      let (flag, behind) = divide(rest)
      rest = behind
      let parts = flag.split(separator: "=", maxSplits: 1).map(String.init)
      switch (parts[0], parts.count) {
      case ("--chown", 2): copy.owner = try resolvable(parts[1])
      case ("--chmod", 2):
        guard let mode = UInt32(parts[1], radix: 8), mode <= 0o7777 else {
          throw Problem(message: "--chmod takes an octal number such as 755, not \"\(parts[1])\"")
        }
        copy.mode = mode
      case ("--from", _):
        throw Problem(
          message: "COPY takes files of its folder only, not --from another image: begin with FROM that image")
      default: throw Problem(message: "COPY knows no \(parts[0]): expected --chown=USER:GROUP or --chmod=755")
      }
    }
    if rest.hasPrefix("<<") { throw Problem(message: "COPY takes files of its folder: put the text into one") }
    var words = try list(rest) ?? []
    if words.isEmpty { words = try ContainerfileWords.split(rest) }
    guard words.count >= 2, let destination = words.popLast() else {
      throw Problem(message: "expected `COPY SOURCE… DESTINATION`")
    }
    copy.destination = try resolvable(destination)
    for word in words { copy.sources.append(try resolvable(word)) }
    return copy
  }

  private static func run(_ rest: Substring) throws(Problem) -> CommandForm {
    if rest.hasPrefix("--") {
      throw Problem(message: "RUN takes no \(divide(rest).word): write the command alone")
    }
    if rest.hasPrefix("<<") || rest.contains("<<EOF") {
      throw Problem(message: "RUN reads no text behind <<: put it into a script, COPY that and run it")
    }
    return try command(rest)
  }

  private static func command(_ rest: Substring) throws(Problem) -> CommandForm {
    if let words = try list(rest) {
      if words.isEmpty { throw Problem(message: "the list is empty: expected a program and its arguments") }
      return .list(words)
    }
    return .shell(String(rest))
  }

  /// The list form; nil when it is none. `[ -f x ]` is a command of the shell.
  private static func list(_ rest: Substring) throws(Problem) -> [String]? {
    guard rest.first == "[" else { return nil }
    if let values = try? Document.parse(json: Array(rest.utf8)).listValue {
      let words = values.compactMap(\.stringValue)
      if words.count == values.count { return words }
    }
    let next = rest.dropFirst().trimmingBlanks().first
    guard next == "\"" || next == "'" else { return nil }
    throw Problem(message: "the list is not understood: expected texts in double quotes, as in [\"sleep\", \"60\"]")
  }

  /// `name=value …`, or the old form of one name and the rest of the line.
  private static func assignments(_ rest: Substring, of instruction: String) throws(Problem) -> [Assignment] {
    let words = try ContainerfileWords.split(rest)
    if let first = words.first, !first.contains("=") {
      let (name, value) = divide(rest)
      guard !value.isEmpty else { throw Problem(message: "expected `\(instruction) NAME=VALUE`, not \(name) alone") }
      return [Assignment(name: String(name), value: try resolvable(String(value)))]
    }
    var assignments: [Assignment] = []
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw Problem(
          message: "expected `\(instruction) NAME=VALUE`, not \"\(word)\"; values with blanks need quotation marks")
      }
      assignments.append(Assignment(name: parts[0], value: try resolvable(parts[1])))
    }
    return assignments
  }

  /// The text itself, once it is certain that it will be understood.
  private static func resolvable(_ text: String) throws(Problem) -> String {
    _ = try ContainerfileWords.resolve(text, [:])
    return text
  }
}
