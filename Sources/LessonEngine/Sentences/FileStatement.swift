/// A file as it is inside a container.
struct FileStatement: Statement {
  enum Claim: Sendable, Equatable {
    case exists
    case doesNotExist
    case contains(String)
    case equals(String)
    case hasLines(atLeast: Int)
    case grows
  }

  var path: String
  var pod: String?
  var container: String?
  var claim: Claim

  private static let place = "file {path} in pod {pod} [, container {container}]"

  static let forms: [Grammar.Form] = [
    Grammar.Form("file-exists", "\(place) exists") { holes throws(SentenceError) in try make(holes, .exists) },
    Grammar.Form("file-missing", "\(place) does not exist") { holes throws(SentenceError) in
      try make(holes, .doesNotExist)
    },
    Grammar.Form("file-contains", "\(place) contains {text}") { holes throws(SentenceError) in
      try make(holes, .contains(holes["text"]))
    },
    Grammar.Form("file-equals", "\(place) equals {text}") { holes throws(SentenceError) in
      try make(holes, .equals(holes["text"]))
    },
    Grammar.Form("file-lines", "\(place) has at least {count} lines") { holes throws(SentenceError) in
      try make(holes, .hasLines(atLeast: try holes.number("count")))
    },
    Grammar.Form("file-grows", "\(place) grows") { holes throws(SentenceError) in try make(holes, .grows) },
  ]

  private static func make(_ holes: Grammar.Holes, _ claim: Claim) throws(SentenceError) -> any Statement {
    guard holes["path"].hasPrefix("/") else {
      throw SentenceError(description: "\"\(holes["path"])\" must be a whole path, beginning with /")
    }
    return FileStatement(
      path: holes["path"], pod: holes["pod"], container: holes.texts["container"], claim: claim)
  }

  var needs: Capability { .files }

  func judge(_ observation: Observation) async -> Finding {
    let name = pod ?? ""
    let look = "kubectl exec \(name)\(container.map { " -c \($0)" } ?? "") -- cat \(path)"
    guard let pod = observation.pod(name) else {
      return .missing(.pod, name, expected: expected, observation)
    }
    if let container, let found = PodExplanation.lack(of: container, pod) {
      return Finding(.notYet, expected: expected, found: found, look: "kubectl describe pod \(name)")
    }
    let sight = await observation.inquiry.file(path, pod: pod, container: container)
    guard claim == .grows else { return sight.finding(expected: expected, look: look) { judge($0, look) } }
    guard case .seen(.file(_, let size)) = sight else {
      return sight.finding(expected: expected, look: look) { judge($0, look) }
    }
    // Growing takes a while to be seen: the second look is a moment later.
    try? await Task.sleep(for: .milliseconds(1200))
    return await observation.inquiry.file(path, pod: pod, container: container)
      .finding(expected: expected, look: look) { later in
        guard case .file(_, let size2) = later else { return judge(later, look) }
        return .of(
          size2 > size, expected: expected,
          found: size2 > size ? "\(size2) bytes, \(size) a second before" : "\(size2) bytes, as a second before",
          look: look)
      }
  }

  private func judge(_ sight: FileSight, _ look: String) -> Finding {
    let holds = holds(sight)
    let found: String
    switch sight {
    case .missing: found = "there is no file \(path)"
    case .directory: found = "\(path) is a directory"
    case .other: found = "\(path) is neither a file nor a directory, and is not read"
    case .file(let content, let size) where !holds && size > content.utf8.count && claim.isAboutAnyPart:
      // The rest of the file may have it.
      return Finding(
        .cannotTell, expected: expected, found: "only the first \(content.utf8.count) of \(size) bytes can be read",
        look: look)
    case .file where claim == .doesNotExist: found = "there is a file \(path)"
    case .file(let content, let size):
      found = size == 0 ? "the file is empty" : TextGist.of(content)
    }
    return .of(holds, expected: expected, found: found, look: look)
  }

  private func holds(_ sight: FileSight) -> Bool {
    switch (claim, sight) {
    case (.exists, .missing): false
    case (.exists, _): true
    case (.doesNotExist, let sight): sight == .missing
    case (.contains(let text), .file(let content, _)): content.contains(text)
    case (.equals(let text), .file(let content, _)): content == text || content == text + "\n"
    case (.hasLines(let count), .file(let content, _)): TextGist.lineCount(content) >= count
    default: false
    }
  }

  var expected: String {
    switch claim {
    case .exists: "a file \(path)"
    case .doesNotExist: "no file \(path)"
    case .contains(let text): "\(path) contains \"\(text)\""
    case .equals(let text): "\(path) is \"\(text)\""
    case .hasLines(let count): "\(path) has \(counted(count, "line")) or more"
    case .grows: "\(path) grows"
    }
  }
}

extension FileStatement.Claim {
  /// Whether a part that was not read can make it true.
  fileprivate var isAboutAnyPart: Bool {
    switch self {
    case .contains, .hasLines: true
    case .exists, .doesNotExist, .equals, .grows: false
    }
  }
}
