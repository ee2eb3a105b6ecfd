internal import Documents
internal import KubectlCommands

/// A solution with one thing changed that the learner has to get right; some condition should notice it.
///
/// Changed is what learners write themselves: words of their commands, and what is in manifests of which no text of the
/// lesson speaks. A manifest that is handed to them is taken as it is.
public struct Mutation: Sendable {
  /// What is changed.
  public enum Subject: String, Sendable, CaseIterable {
    case image, name, count, path, label, variable, port, command
  }

  var subject: Subject
  var original: String
  var replacement: String
  var line: Int
  var commands: [LessonCommand]
  /// What becomes of the objects; nil when the commands are what is changed.
  var object: ObjectMutation?

  static func all(of solution: Solution, in lesson: Lesson, _ pack: Pack) -> [Mutation] {
    var mutations: [Mutation] = []
    for command in solution.commands {
      guard let words = try? LessonCommands.words(command.text) else { continue }
      for change in changes(words) {
        var mutation = Mutation(
          subject: change.subject, original: change.original, replacement: change.replacement, line: command.line,
          commands: solution.commands)
        // The same word in other commands means the same thing.
        let isEverywhere = change.subject == .name || change.subject == .path
        for index in solution.commands.indices where isEverywhere || solution.commands[index] == command {
          mutation.commands[index].text = solution.commands[index].text.replacing(
            word: change.original, with: change.replacement)
        }
        mutations.append(mutation)
      }
      mutations += files(words).filter { !lesson.shows($0) }.flatMap { name in
        ObjectMutation.all(of: pack.fileTexts[name] ?? "").map { change in
          Mutation(
            subject: change.subject, original: change.original, replacement: change.replacement, line: command.line,
            commands: solution.commands, object: change.mutation)
        }
      }
    }
    var seen: Set<String> = []
    return mutations.filter {
      !solution.free.contains($0.subject)
        && seen.insert("\($0.subject) \($0.original) \($0.replacement) \($0.object != nil)").inserted
    }
  }

  private static func files(_ words: [String]) -> [String] {
    words.enumerated().compactMap { index, word in
      for flag in ["-f=", "--filename="] where word.hasPrefix(flag) { return String(word.dropFirst(flag.count)) }
      return ["-f", "--filename"].contains(word) && index + 1 < words.count ? words[index + 1] : nil
    }
  }

  // MARK: The words of a command

  private typealias Change = (subject: Subject, original: String, replacement: String)

  private static func changes(_ words: [String]) -> [Change] {
    let verb = words.first ?? ""
    let end = words.firstIndex(of: "--") ?? words.count
    let own = Array(words[..<end])
    var changes: [Change] = []
    func add(_ subject: Subject, _ original: String, _ replacement: String) {
      if !original.isEmpty { changes.append((subject, original, replacement)) }
    }
    for value in values(of: ["--image"], own) { add(.image, value, otherImage(value)) }
    for (subject, flag) in [(Subject.count, "--replicas"), (.port, "--port")] {
      for number in values(of: [flag], own).compactMap({ Int($0) }) {
        let sign = own.contains("\(flag)=\(number)") ? "=" : " "
        add(subject, "\(flag)\(sign)\(number)", "\(flag)\(sign)\(number + 1)")
      }
    }
    for value in values(of: ["--labels", "-l"], own) where verb == "run" { add(.label, value, value + "-2") }
    for value in values(of: ["--env"], own) { add(.variable, value, value + "-2") }
    let plain = Array(own.dropFirst().filter { !$0.hasPrefix("-") })
    switch verb {
    case "run": if let name = plain.first { add(.name, name, name + "-2") }
    case "create":
      // `create service clusterip web` has a word more than `create configmap web`.
      let place = ["service", "secret"].contains(plain.first) ? 2 : 1
      if plain.count > place { add(.name, plain[place], plain[place] + "-2") }
    case "label": for value in plain where value.contains("=") { add(.label, value, value + "-2") }
    case "set" where plain.first == "image":
      for value in plain where value.contains("=") {
        let parts = value.split(separator: "=", maxSplits: 1).map(String.init)
        if parts.count == 2 { add(.image, value, "\(parts[0])=\(otherImage(parts[1]))") }
      }
    case "exec": for path in paths(Array(words[min(end + 2, words.count)...])) { add(.path, path, path + "-2") }
    default: break
    }
    return changes
  }

  /// `--flag=value` and `--flag value`.
  private static func values(of flags: [String], _ words: [String]) -> [String] {
    words.enumerated().compactMap { index, word in
      for flag in flags {
        if word.hasPrefix(flag + "=") { return String(word.dropFirst(flag.count + 1)) }
        if word == flag, index + 1 < words.count { return words[index + 1] }
      }
      return nil
    }
  }

  /// Paths of files among what follows the program's name; what the kernel shows under `/proc` is nobody's choice.
  private static func paths(_ words: [String]) -> [String] {
    words.flatMap { word -> [String] in
      word.split { !($0.isLetter || $0.isNumber || "._/-:".contains($0)) }.map(String.init).filter { path in
        path.hasPrefix("/") && path.count > 1 && !path.hasSuffix("/")
          && !["/dev/", "/proc/", "/bin/", "/usr/bin/", "/sys/"].contains(where: path.hasPrefix)
      }
    }
  }

  /// Another one that runs as well: a shell for a shell, a server for a server.
  static func otherImage(_ image: String) -> String {
    let name = image.split(separator: "/").last?.split(separator: ":").first.map(String.init) ?? image
    switch name {
    case "busybox": return "alpine"
    case "alpine": return "busybox"
    case "ubuntu": return "debian"
    case "debian": return "ubuntu"
    case "nginx": return "httpd"
    default: return "nginx"
    }
  }
}

extension Lesson {
  /// Whether a learner is told of the file.
  func shows(_ file: String) -> Bool {
    let blocks = introduction + steps.flatMap(\.text)
    let texts = blocks.map(\.words) + steps.flatMap { $0.hints.map(\.text) + $0.questions.map(\.text) }
    return texts.contains { $0.contains(file) }
  }
}

extension String {
  /// Replaces a word where it stands by itself, and not as a part of a longer one.
  func replacing(word: String, with other: String) -> String {
    func isPart(_ character: Character?) -> Bool {
      character.map { $0.isLetter || $0.isNumber || "-_.".contains($0) } ?? false
    }
    var result = ""
    var rest = self[...]
    while let range = rest.firstRange(of: word) {
      let before = range.lowerBound > startIndex ? self[index(before: range.lowerBound)] : nil
      let after = range.upperBound < endIndex ? self[range.upperBound] : nil
      result += rest[..<range.lowerBound]
      result += isPart(before) || isPart(after) ? word : other
      rest = rest[range.upperBound...]
    }
    return result + rest
  }
}
