public import KubernetesAPI
internal import ObjectSchema

/// A command that did not do what it should, as its user saw it.
public struct FailedCommand: Sendable, Equatable {
  /// Without the word kubectl.
  public var words: [String]
  public var exitCode: Int32
  /// What it wrote as errors.
  public var errors: String

  public init(words: [String], exitCode: Int32, errors: String) {
    self.words = words
    self.exitCode = exitCode
    self.errors = errors
  }

  /// What the cluster has to be asked about for the rest of an explanation.
  enum Clue: Sendable, Equatable {
    /// A name that is not there, of a kind in the plural.
    case missing(plural: String, name: String)
    case pod(String)
  }

  struct Reading: Sendable, Equatable {
    var explanation: Explanation
    var clue: Clue?

    init(_ statement: String, causes: [String] = [], next: [String] = [], clue: Clue? = nil) {
      explanation = Explanation(statement: statement, causes: causes, next: next)
      self.clue = clue
    }
  }

  /// What the words and the error alone tell.
  func reading() -> Reading {
    namesNothing() ?? knowsNoSuchKind() ?? isForbidden() ?? isInvalid() ?? isNotAManifest() ?? isThereAlready()
      ?? findsNoRunningContainer() ?? waitedInVain() ?? endedInside() ?? isMisspelt() ?? lacksWords() ?? reachesNobody()
      ?? wasInterrupted() ?? anything()
  }

  // MARK: Words

  /// The command as it would be typed, with one word in another's place.
  func line(replacing old: String? = nil, with new: String = "") -> String {
    let words = words.map { word -> String in
      guard let old else { return word }
      if word == old { return new }
      return word.hasSuffix("/" + old) ? String(word.dropLast(old.count)) + new : word
    }
    return (["kubectl"] + words.map(Self.quoted)).joined(separator: " ")
  }

  private static func quoted(_ word: String) -> String {
    let isPlain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_./:=,@%+".contains($0) } && !word.isEmpty
    return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }

  private var verb: String { words.first { !$0.hasPrefix("-") } ?? "" }

  /// The namespace that the command names itself.
  public var namespace: String? { value(of: "-n", "--namespace") }

  private var inNamespace: String { namespace.map { " -n \($0)" } ?? "" }

  private func value(of names: String...) -> String? {
    // What follows two dashes is another program's.
    let words = words.prefix { $0 != "--" }
    for (index, word) in words.enumerated() {
      if names.contains(word), index + 1 < words.count { return words[index + 1] }
      for name in names where name.hasPrefix("--") && word.hasPrefix(name + "=") {
        return String(word.dropFirst(name.count + 1))
      }
    }
    return nil
  }

  /// The pod that `exec`, `logs` and their like are about.
  private var pod: String? {
    var rest = words.drop { $0 != verb }.dropFirst()
    while let word = rest.popFirst(), word != "--" {
      if word.hasPrefix("-") {
        if ["-c", "-n", "--container", "--namespace", "--tail", "--since", "--address"].contains(word) {
          rest.removeFirst(min(1, rest.count))
        }
        continue
      }
      if ["pod", "pods", "po"].contains(word) { continue }
      let parts = word.split(separator: "/", maxSplits: 1)
      if parts.count == 2, !["pod", "pods", "po"].contains(parts[0]) { return nil }
      return parts.last.map { String($0.prefix { $0 != ":" }) }
    }
    return nil
  }

  // MARK: Names and kinds

  private func namesNothing() -> Reading? {
    guard let match = errors.firstMatch(of: /\(NotFound\): ([a-z]+)[a-z.0-9]* "([^"]*)" not found/) else { return nil }
    let (plural, name) = (String(match.1), String(match.2))
    let singular = Resource.named(plural)?.singular ?? plural
    let resource = Resource.named(plural)
    let place = resource?.isNamespaced == false ? "" : " in the namespace \(namespace ?? "of the prompt")"
    return Reading(
      "There is no \(singular) called \"\(name)\"\(place).", next: ["kubectl get \(plural)\(inNamespace)"],
      clue: .missing(plural: plural, name: name))
  }

  private func knowsNoSuchKind() -> Reading? {
    if let match = errors.firstMatch(of: /doesn't have a resource type "([^"]*)"/) {
      let word = String(match.1)
      let names = Resource.all.flatMap { [$0.plural, $0.singular] + $0.shortNames }
      var reading = Reading("This cluster has no kind of object called \"\(word)\".", next: ["kubectl api-resources"])
      if let near = Spelling.nearest(word, among: names) {
        reading.explanation.causes = ["a kind with a similar name is \(near)"]
        reading.explanation.next.insert(line(replacing: word, with: near), at: 0)
      }
      return reading
    }
    guard let match = errors.firstMatch(of: /no matches for kind "([^"]*)" in version "([^"]*)"/) else { return nil }
    let (kind, version) = (String(match.1), String(match.2))
    var reading = Reading(
      "The manifest asks for a \(kind) of \(version), and the cluster knows no such kind.",
      next: ["kubectl api-resources"])
    if let known = Resource.all.first(where: { $0.kind == kind }) {
      reading.explanation.causes = ["\(kind) belongs to the apiVersion \(known.apiVersion)"]
    } else if let near = Spelling.nearest(kind, among: Resource.all.map(\.kind)) {
      reading.explanation.causes = ["a kind with a similar name is \(near)"]
    }
    return reading
  }

  private func isForbidden() -> Reading? {
    if let match = errors.firstMatch(of: /User "([^"]*)" cannot (\w+) resource "([^"]*)"/) {
      return Reading(
        "The API server knows you as \(match.1), who may not \(match.2) \(match.3) there.",
        causes: ["no role that is bound to this user allows it"],
        next: ["kubectl auth can-i --list\(inNamespace)", "kubectl auth whoami"])
    }
    guard let match = errors.firstMatch(of: /\(Forbidden\): (.*)/) else { return nil }
    return Reading(
      "The API server understood the request, and a rule of the cluster refused it.", causes: [String(match.1)],
      next: ["kubectl get resourcequotas,limitranges\(inNamespace)"])
  }

  private func isThereAlready() -> Reading? {
    if let match = errors.firstMatch(of: /\(AlreadyExists\):.*?([a-z]+)[a-z.0-9]* "([^"]*)" already exists/) {
      let singular = Resource.named(String(match.1))?.singular ?? String(match.1)
      let file = value(of: "-f", "--filename")
      return Reading(
        "A \(singular) called \"\(match.2)\" is there already, and create makes new objects only.",
        causes: ["a name can be taken once in a namespace"],
        next: [
          file.map { "kubectl apply -f \(Self.quoted($0))\(inNamespace)" }
            ?? "kubectl get \(singular) \(match.2)\(inNamespace)",
          "kubectl delete \(singular) \(match.2)\(inNamespace)",
        ])
    }
    guard errors.contains("(Conflict)") else { return nil }
    return Reading(
      "Somebody else changed the object between your reading and your writing it.",
      causes: ["each write names the version that it is based on, and that one is no longer the newest"],
      next: [line()])
  }

  // MARK: Manifests

  private func isInvalid() -> Reading? {
    guard let match = errors.firstMatch(of: /The (\w+) "([^"]*)" is invalid: ?/) else { return nil }
    let (kind, name) = (String(match.1), String(match.2))
    let singular = kind.lowercased()
    var reading = Reading("The API server refused the \(kind) \"\(name)\"; nothing was stored.")
    let lines = errors[match.range.upperBound...].split(separator: "\n").map(String.init)
    for text in lines {
      let found = text.firstMatch(of: /^(?:\* )?([A-Za-z][\w.\[\]\/-]*): ([A-Z][a-z]+(?: [a-z]+)?)(?:: (.*))?$/)
      guard let found else { continue }
      let (path, problem, detail) = (String(found.1), String(found.2), found.3.map(String.init) ?? "")
      if detail.contains("may not change fields") || detail.contains("may not add or remove containers")
        || detail.contains("field is immutable")
      {
        reading.explanation.causes.append(
          "\(path) is fixed once the object exists"
            + (kind == "Pod" ? ": of a pod's spec only images and a few limits of time may change" : ""))
        if let file = value(of: "-f", "--filename") {
          reading.explanation.next.append("kubectl replace --force -f \(Self.quoted(file))\(inNamespace)")
        }
        reading.explanation.next.append("kubectl delete \(singular) \(name)\(inNamespace)")
        continue
      }
      switch problem {
      case "Required value":
        reading.explanation.causes.append("\(path) is missing" + (detail.isEmpty ? "" : ": \(detail)"))
      case "Duplicate value": reading.explanation.causes.append("\(path) stands there twice: \(detail)")
      case "Not found": reading.explanation.causes.append("\(path) names \(detail), which the manifest does not have")
      default: reading.explanation.causes.append("\(path): \(problem.lowercased()) \(detail)")
      }
      if reading.explanation.next.count < 2 {
        reading.explanation.next.append("kubectl explain \(Self.explained(singular, path))")
      }
    }
    if reading.explanation.causes.isEmpty { reading.explanation.causes = lines.prefix(3).map(\.self) }
    return reading
  }

  /// A field's path for `explain`, which counts no items.
  private static func explained(_ singular: String, _ path: String) -> String {
    "\(singular).\(path)".replacing(/\[[^\]]*\]/, with: "")
  }

  private func isNotAManifest() -> Reading? {
    let file = value(of: "-f", "--filename")
    if let match = errors.firstMatch(of: /(\w+) in version "[^"]*" cannot be handled as a \w+: (.*)/) {
      return cannotBeRead(kind: String(match.1), detail: String(match.2))
    }
    if let match = errors.firstMatch(
      of: /error parsing (\S+): error converting YAML to JSON: yaml: (?:line (\d+): )?(.*)/)
    {
      var reading = Reading("\(match.1) is not YAML\(match.2.map { ": look at line \($0)" } ?? "").")
      reading.explanation.causes = [String(match.3)]
      if match.3.contains("cannot start any token") {
        reading.explanation.causes.append("that is often a tab: YAML is indented with blanks")
      }
      if match.3.contains("mapping values") {
        reading.explanation.causes.append("often a line is indented further than the one that it belongs beside")
      }
      if match.1 != "STDIN", match.1 != "-" { reading.explanation.next = ["cat -A \(match.1)"] }
      return reading
    }
    if let match = errors.firstMatch(of: /the path "([^"]*)" does not exist/) {
      return Reading("There is no file \(match.1).", causes: ["paths begin in the folder that pwd shows"], next: ["ls"])
    }
    for field in ["kind", "apiVersion"] where errors.contains("\(field) not set") {
      return Reading(
        "\(file ?? "The manifest") does not say what it describes: \(field) is missing.",
        causes: ["every manifest begins with apiVersion, kind and metadata"],
        next: ["kubectl run NAME --image=IMAGE --dry-run=client -o yaml"])
    }
    if errors.contains("no objects passed to") {
      return Reading("\(file ?? "The manifest") holds no object.", next: file.map { ["cat \(Self.quoted($0))"] } ?? [])
    }
    return nil
  }

  private func cannotBeRead(kind: String, detail: String) -> Reading {
    let singular = kind.lowercased()
    var reading = Reading("The API server could not read the \(kind); nothing was stored.")
    for match in detail.matches(of: /(unknown|duplicate) field "([^"]*)"/) {
      let path = String(match.2)
      let parent = path.contains(".") ? String(path[..<(path.lastIndex(of: ".") ?? path.endIndex)]) : ""
      let name = path.split(separator: ".").last.map(String.init) ?? path
      reading.explanation.causes.append(
        match.1 == "unknown"
          ? "there is no field \(name) in \(parent.isEmpty ? "a \(kind)" : parent)" : "\(path) stands there twice")
      let place = Self.explained(singular, parent)
      reading.explanation.next.append("kubectl explain \(place.hasSuffix(".") ? singular : place)")
    }
    if let match = detail.firstMatch(of: /cannot unmarshal (\w+) into Go struct field \w+\.([\w.]+) of type (\S+)/) {
      reading.explanation.causes.append(
        "\(match.2) holds \(Self.inWords(String(match.1))), and it takes \(Self.inWords(String(match.3)))")
      reading.explanation.next.append("kubectl explain \(singular).\(match.2)")
    }
    if reading.explanation.causes.isEmpty { reading.explanation.causes = [detail] }
    return reading
  }

  /// A type of the server's language, for those who write YAML.
  private static func inWords(_ type: String) -> String {
    switch type {
    case "string": "a text"
    case "number", "int", "int32", "int64": "a number"
    case "bool": "true or false"
    case "array": "a list"
    case "object": "a map of fields"
    case "[]string": "a list of texts: [\"one\", \"two\"]"
    case _ where type.hasPrefix("[]"): "a list"
    case _ where type.hasPrefix("map["): "a map of names to texts"
    default: "a map of fields"
    }
  }

  // MARK: Containers

  private func findsNoRunningContainer() -> Reading? {
    if let match = errors.firstMatch(of: /container (\S+) is not valid for pod (\S+)/) {
      return Reading(
        "The pod \(match.2) has no container called \(match.1).",
        next: ["kubectl get pod \(match.2)\(inNamespace) -o jsonpath='{.spec.containers[*].name}'"])
    }
    if let match = errors.firstMatch(of: /previous terminated container "([^"]*)" in pod "([^"]*)" not found/) {
      return Reading(
        "The container \(match.1) has not been restarted: there is no former one whose log could be shown.",
        next: ["kubectl logs \(match.2)\(inNamespace) -c \(match.1)"])
    }
    if errors.contains("unable to listen on any of the requested ports") {
      return Reading(
        "Nothing could listen on this machine at the ports that the command names.",
        causes: ["another program, perhaps another port-forward, has them already"],
        next: ["jobs", "kubectl port-forward \(pod ?? "NAME")\(inNamespace) :80"])
    }
    let signs = [
      "container not found", "is waiting to start", "does not have a host assigned", "in a completed pod",
      "pod is not running", "not found in pod", "is not running",
    ]
    guard signs.contains(where: { errors.contains($0) }), let pod else { return nil }
    return Reading(
      "\(verb) needs a container that runs, and the pod \(pod) had none to offer.",
      next: ["kubectl get pod \(pod)\(inNamespace)"], clue: .pod(pod))
  }

  private func waitedInVain() -> Reading? {
    guard let match = errors.firstMatch(of: /timed out waiting for the condition on ([a-z]+)[a-z.0-9]*\/(\S+)/) else {
      return nil
    }
    let condition = value(of: "--for") ?? "the condition"
    return Reading(
      "\(match.1)/\(match.2) did not meet \(condition) within \(value(of: "--timeout") ?? "30s").",
      next: ["kubectl describe \(match.1) \(match.2)\(inNamespace)"],
      clue: match.1 == "pods" ? .pod(String(match.2)) : nil)
  }

  private func endedInside() -> Reading? {
    let pod = pod ?? "NAME"
    let choice = value(of: "-c", "--container").map { " -c \($0)" } ?? ""
    if let match = errors.firstMatch(of: /exec: "([^"]*)": (executable file not found|stat .*no such file)/) {
      return Reading(
        "The container has no program \(match.1).",
        causes: ["an image holds only what was put into it; many have no shell but sh, and some have none"],
        next: [
          "kubectl exec -it \(pod)\(inNamespace)\(choice) -- sh",
          "kubectl debug -it \(pod)\(inNamespace) --image=busybox",
        ])
    }
    guard let match = errors.firstMatch(of: /command terminated with exit code (\d+)/), let code = Int32(match.1) else {
      return nil
    }
    // What kills a container kills what was started in it.
    let clue: Clue? = code == 137 || code == 143 ? .pod(pod) : nil
    var reading = Reading("The command ran in the container and ended with exit code \(code).", clue: clue)
    switch code {
    case 126: reading.explanation.causes = ["what it names was found but could not be executed: is it a program?"]
    case 127:
      reading.explanation.causes = ["a shell in the container did not find a program that the command names"]
      reading.explanation.next = ["kubectl exec \(pod)\(inNamespace)\(choice) -- ls /bin /usr/bin"]
    case 137:
      reading.explanation.causes = [
        "it was killed: its container was ended, or used more memory than its limit"
      ]
      reading.explanation.next = ["kubectl get pod \(pod)\(inNamespace)", "kubectl describe pod \(pod)\(inNamespace)"]
    case 143: reading.explanation.causes = ["it was asked to end: its container was ended meanwhile"]
    default:
      reading.explanation.causes = [
        code > 128 && code < 160
          ? ExitCode.meaning(code) : "the program reports a failure of its own; kubectl passes it on"
      ]
    }
    return reading
  }

  // MARK: The command itself

  private func isMisspelt() -> Reading? {
    if let match = errors.firstMatch(of: /^podium: (\S+): neither a command/) {
      let near = errors.firstMatch(of: /did you mean (\S+)\?/).map { String($0.1) }
      return Reading(
        "\(match.1) is neither a command of the prompt nor a program of this machine.",
        causes: near.map { ["a word that is nearly the same is \($0)"] } ?? [],
        next: near.map { [words.count > 1 ? line(replacing: words[0], with: $0) : "\($0) --help"] } ?? ["help"])
    }
    if let match = errors.firstMatch(of: /unknown command "([^"]*)" for "([^"]*)"/) {
      return Reading(
        "\(match.2) has no command \"\(match.1)\".", next: ["\(match.2) --help"])
    }
    guard let match = errors.firstMatch(of: /unknown (?:shorthand )?flag: (?:'(.)' in )?(\S+)/) else { return nil }
    let flag = String(match.2)
    let program = flag.drop { $0 == "-" }
    if verb == "exec", ["sh", "bash", "ls", "ps", "cat", "date", "env"].contains(String(program)) {
      return Reading(
        "kubectl took \(flag) for a flag of its own.",
        causes: ["two dashes and a blank end kubectl's flags; what follows them runs in the container"],
        next: [line(replacing: flag, with: "-- \(program)").replacing("'-- \(program)'", with: "-- \(program)")])
    }
    var causes: [String] = []
    if verb == "exec" || verb == "run" {
      causes = ["flags of a program in the container must stand behind two dashes and a blank: --"]
    }
    return Reading(
      "\(verb) has no flag \(flag).", causes: causes, next: ["kubectl \(verb) --help"])
  }

  private func lacksWords() -> Reading? {
    if errors.contains("must specify one of -f and -k") {
      return Reading("\(verb) needs to know the manifest.", next: ["kubectl \(verb) -f FILE"])
    }
    if errors.contains("no name was specified") {
      return Reading(
        "\(verb) was told a kind of object, and not which one.",
        causes: ["nothing is deleted or changed by its kind alone, unless --all says so"],
        next: [line() + " NAME", line() + " --all"])
    }
    if errors.contains("required flag(s)"), errors.contains("image") {
      return Reading("A pod needs an image to run.", next: [line() + " --image=nginx"])
    }
    return nil
  }

  private func reachesNobody() -> Reading? {
    if let match = errors.firstMatch(of: /[Tt]he connection to the server (\S+) was refused/) {
      return Reading(
        "Nobody listens at \(match.1): no API server runs there.",
        causes: ["the cluster is down, or the address in the kubeconfig is not its own"],
        next: ["kubectl config view --minify", "podium cluster status"])
    }
    if errors.contains("unexpected EOF") || errors.contains("connection was cut off") {
      return Reading(
        "The connection broke while the command ran: the API server or the node went away.",
        causes: [firstLine], next: [line(), "kubectl get nodes"])
    }
    let signs = ["Unable to connect to the server", "no such host", "i/o timeout", "connection refused"]
    guard signs.contains(where: { errors.contains($0) }) else { return nil }
    return Reading(
      "The API server could not be reached.", causes: [firstLine],
      next: ["kubectl config view --minify", "podium cluster status"])
  }

  private func wasInterrupted() -> Reading? {
    exitCode == 130 ? Reading("You ended it with ^C; what it had asked the cluster for goes on.") : nil
  }

  private func anything() -> Reading {
    let name = verb.isEmpty ? "The command" : verb
    return Reading(
      "\(name) ended with exit code \(exitCode).", causes: firstLine.isEmpty ? [] : [firstLine],
      next: verb.isEmpty ? [] : ["kubectl \(verb) --help"])
  }

  private var firstLine: String {
    let line = errors.split(separator: "\n").first.map(String.init) ?? ""
    return line.hasPrefix("error: ") ? String(line.dropFirst(7)) : line
  }
}

extension Resource {
  /// By any of its names.
  public static func named(_ word: String) -> Resource? {
    let word = word.lowercased()
    return all.first { $0.plural == word || $0.singular == word || $0.shortNames.contains(word) }
  }
}
