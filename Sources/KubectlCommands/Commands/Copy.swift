internal import Glibc
internal import KubernetesAPI
internal import SystemIO

/// `kubectl cp`: files into and out of a container, by the `tar` that is in it.
enum Copy {
  static let noPreserve = Flag.boolean(
    "no-preserve", "In the container, leave owner and permissions to whoever unpacks.")
  static let retries = Flag.number(
    "retries", default: 0, "Begin so many times again when a copy breaks off; not needed here.")

  static let command = Command(
    name: "cp", group: .debugging,
    summary: "Copy files and directories to and from containers",
    details: [
      "One of the two places is in a pod: POD:PATH or NAMESPACE/POD:PATH. The container needs a `tar`."
    ],
    examples: [
      Example("A file into a pod", "kubectl cp page.html web:/usr/share/nginx/html/index.html"),
      Example("A file out of it", "kubectl cp web:/etc/nginx/nginx.conf nginx.conf"),
      Example("A folder into a certain container", "kubectl cp pages web:/srv -c sidecar"),
    ],
    usage: "cp <file-spec-src> <file-spec-dest> [options]",
    flags: [Exec.container.row, noPreserve.row, retries.row],
    arguments: .copies,
    run: run)

  /// A file here, or in a pod.
  struct Place {
    var namespace: String?
    var pod: String?
    var path: String

    init(_ text: String) throws {
      let problem = Failure("filespec must match the canonical format: [[namespace/]pod:]file/path")
      guard let colon = text.firstIndex(of: ":") else {
        path = text
        return
      }
      let parts = text[..<colon].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      if colon == text.startIndex || parts.count > 2 { throw problem }
      path = String(text[text.index(after: colon)...])
      pod = parts[parts.count - 1]
      if parts.count == 2 { namespace = parts[0] }
    }

    var isRemote: Bool { !(pod ?? "").isEmpty }
  }

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    guard invocation.arguments.count == 2 else { throw Failure("source and destination are required") }
    let source = try Place(invocation.arguments[0])
    let target = try Place(invocation.arguments[1])
    if source.isRemote, target.isRemote { throw Failure("one of src or dest must be a local file specification") }
    if source.path.isEmpty || target.path.isEmpty { throw Failure("filepath can not be empty") }
    guard source.isRemote || target.isRemote else {
      throw Failure("one of src or dest must be a remote file specification")
    }
    let transfer = Transfer(invocation: invocation, place: source.isRemote ? source : target)
    if source.isRemote {
      try await transfer.fetch(source.path, to: target.path)
    } else {
      try await transfer.send(source.path, to: target.path)
    }
    return 0
  }
}

/// One copying.
private struct Transfer {
  let invocation: Invocation
  let place: Copy.Place

  private func here(_ path: String) throws -> String { try invocation.context.place(path) }

  private func command(_ words: [String]) async throws -> PodCommand {
    let pod = try await invocation.client.get(
      Pod.self, place.pod ?? "", namespace: place.namespace ?? invocation.namespace)
    if pod.status.phase == "Succeeded" || pod.status.phase == "Failed" {
      throw Failure("cannot exec into a container in a completed pod; current phase is \(pod.status.phase ?? "")")
    }
    let container = try await PodContainers.choose(
      invocation[Exec.container], in: pod, invocation, isChecked: false, isQuiet: words[0] == "test")
    return PodCommand(invocation: invocation, pod: pod, container: container, words: words)
  }

  // MARK: Into a pod

  /// What is copied into a pod may also be a lesson's file, which is found as with `-f`.
  private func origin(_ path: String) throws -> String {
    let here = try here(path)
    if path.hasPrefix("/") || Files.exists(here) { return here }
    let context = invocation.context
    for folder in context.searchFolders where Files.exists(folder + "/" + path) {
      return try context.confined(folder + "/" + path, path)
    }
    return here
  }

  func send(_ source: String, to target: String) async throws {
    let root = try origin(source)
    guard Files.exists(root) else { throw Failure("\(source) doesn't exist in local filesystem") }
    var target = Path.clean(target)
    let isFolder = try await command(["test", "-d", target]).run(output: { _ in }, error: { _ in })
    if isFolder == .exited(0) { target = Path.join(target, Path.last(Path.clean(root))) }
    var words = ["tar"]
    if invocation[Copy.noPreserve] { words += ["--no-same-permissions", "--no-same-owner"] }
    words += ["-xmf", "-"]
    let folder = Path.parent(target)
    if !folder.isEmpty { words += ["-C", folder] }
    let name = Path.last(target)
    let io = invocation.io
    let outcome = try await command(words).run(
      input: { connection in
        try await Self.pack(root, as: name, into: connection)
        try await connection.write(input: TarArchive.end)
      },
      output: { try await io.write($0) }, error: { await io.writeError($0) })
    try PodCommand.check(outcome)
  }

  private static func pack(_ path: String, as name: String, into connection: RemoteCommandConnection) async throws {
    var facts = stat()
    if lstat(path, &facts) != 0 { throw SystemCallError("lstat", on: path, errno: errno) }
    var entry = TarArchive.Entry(
      name: name, kind: .file, mode: UInt32(facts.st_mode), modified: Int64(facts.st_mtim.tv_sec))
    switch facts.st_mode & S_IFMT {
    case S_IFDIR:
      let names = try Files.list(path).sorted()
      if names.isEmpty {
        entry.kind = .directory
        try await connection.write(input: TarArchive.header(entry))
      }
      for inner in names { try await pack(path + "/" + inner, as: name + "/" + inner, into: connection) }
    case S_IFLNK:
      entry.kind = .symbolicLink
      entry.linkTarget = try Files.linkTarget(path)
      try await connection.write(input: TarArchive.header(entry))
    case S_IFREG:
      let file = Descriptor(adopting: try Files.open(path, O_RDONLY), name: path)
      entry.size = Int(facts.st_size)
      try await connection.write(input: TarArchive.header(entry))
      var left = entry.size
      while left > 0 {
        let bytes = try await file.read(upTo: min(left, 65_536))
        if bytes.isEmpty { throw Failure("\(path) became shorter while it was copied") }
        try await connection.write(input: bytes)
        left -= bytes.count
      }
      try await connection.write(input: TarArchive.padding(entry.size))
    default: return
    }
  }

  // MARK: Out of a pod

  func fetch(_ source: String, to target: String) async throws {
    var reader = TarReader()
    var unpacking = Unpacking(
      prefix: Path.withoutWaysOut(Path.clean(String(source.drop { $0 == "/" }))), target: target,
      root: try invocation.context.place(target, isWritten: true), context: invocation.context,
      pod: place.pod ?? "", namespace: place.namespace ?? "", source: source, io: invocation.io)
    let io = invocation.io
    let outcome = try await command(["tar", "cf", "-", source]).run(
      output: { bytes in for piece in try reader.add(bytes) { try await unpacking.take(piece) } },
      error: { try await io.write($0) })
    unpacking.close()
    try PodCommand.check(outcome)
    if reader.isInsideEntry { throw Failure("unexpected EOF") }
  }
}

/// Writes what comes out of an archive, and nothing outside of the target.
private struct Unpacking {
  let prefix: String
  let target: String
  let root: String
  let context: KubectlContext
  let pod: String
  let namespace: String
  let source: String
  let io: any CommandIO
  private var file: Descriptor?
  private var hasWarned = false
  private var written = 0

  init(
    prefix: String, target: String, root: String, context: KubectlContext, pod: String, namespace: String,
    source: String, io: any CommandIO
  ) {
    (self.prefix, self.target, self.root, self.context) = (prefix, target, root, context)
    (self.pod, self.namespace, self.source, self.io) = (pod, namespace, source, io)
  }

  mutating func take(_ piece: TarReader.Piece) async throws {
    switch piece {
    case .content(let bytes):
      written += bytes.count
      if context.confinement != nil, written > KubectlContext.mostConfinedBytes {
        throw Failure("more than \(KubectlContext.mostConfinedBytes >> 20) MiB come out of \(source)")
      }
      try Self.write(bytes, to: file)
    case .entry(let entry): try await begin(entry)
    }
  }

  /// Files of this machine are written at once: they never let one wait as a pipe does.
  private static func write(_ bytes: [UInt8], to file: Descriptor?) throws {
    guard let file else { return }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(file.number, $0.baseAddress! + written, bytes.count - written) }
      if count < 0, errno != EINTR { throw SystemCallError("write", on: file.name, errno: errno) }
      written += max(0, count)
    }
  }

  mutating func close() {
    file?.close()
    file = nil
  }

  private mutating func begin(_ entry: TarArchive.Entry) async throws {
    close()
    guard entry.name.utf8.starts(with: prefix.utf8) else { throw Failure("tar contents corrupted") }
    let rest = Path.clean("/" + String(decoding: entry.name.utf8.dropFirst(prefix.utf8.count), as: UTF8.self))
    let shown = Path.clean(target + rest)
    // The folder may hold links already.
    let place = try context.writable(rest == "/" ? root : Path.clean(root) + rest, shown)
    switch entry.kind {
    case .directory: try Files.makeDirectories(place, mode: 0o755)
    case .symbolicLink:
      var hint = ""
      if !hasWarned {
        hint =
          " (consider using \"kubectl exec -n \"\(namespace)\" \"\(pod)\" -- tar cf - \"\(source)\" | tar xf -\")"
      }
      hasWarned = true
      await io.printError("warning: skipping symlink: \"\(shown)\" -> \"\(entry.linkTarget)\"\(hint)\n")
    case .file, .hardLink:
      let folder = Path.parent(place)
      if !folder.isEmpty { try Files.makeDirectories(folder, mode: 0o755) }
      if Files.isDirectory(place) { throw Failure("open \(shown): is a directory") }
      let number = try Files.open(place, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
      file = Descriptor(adopting: number, name: place)
    default: return
    }
  }
}

/// Paths as texts, without looking at any file.
private enum Path {
  static func clean(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else if part != ".." || !path.hasPrefix("/") {
        parts.append(part)
      }
    }
    let joined = parts.joined(separator: "/")
    return path.hasPrefix("/") ? "/" + joined : joined.isEmpty ? "." : joined
  }

  static func join(_ folder: String, _ name: String) -> String { clean(folder + "/" + name) }

  static func last(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  static func parent(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Without the steps upwards at its beginning.
  static func withoutWaysOut(_ path: String) -> String {
    var rest = path[...]
    while rest.hasPrefix("../") { rest = rest.dropFirst(3) }
    return rest == "." || rest == ".." ? "" : String(rest)
  }
}
