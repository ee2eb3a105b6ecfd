internal import Digests
internal import Documents

/// What a build has to do, decided before anything is done: each instruction with its values, the configuration that it
/// leaves, and a key that says whether it was done before.
struct BuildPlan {
  struct Step {
    var instruction: Containerfile.Instruction
    var work: Work
    /// Of the image after this step.
    var config: ImageConfig
    /// The same for the same steps over the same image with the same files, and for nothing else.
    var key: String

    var changesFiles: Bool {
      if case .nothing = work { false } else { true }
    }
  }

  /// What a step does to the files.
  enum Work {
    case nothing
    case copy(sources: [Source], destination: String, owner: String?, mode: UInt32?)
    case makeDirectory(String)
    case run([String])
  }

  struct Source {
    var file: BuildContext.File
    /// Of a folder.
    var contents: [BuildContext.File]
  }

  var steps: [Step] = []
  private(set) var key: String
  private var config: ImageConfig
  /// Whether the recipe itself has said what is run by default.
  private var hasOwnCommand = false

  /// - Parameter baseKey: What the image below is, such as the digest of its manifest.
  init(
    _ recipe: Containerfile, file: String, base: ImageConfig, baseKey: String, context: BuildContext
  ) throws {
    key = Self.hash(["podium build 1", baseKey])
    config = base
    // A stand-in is no longer one when somebody has built upon it.
    config.labels[ImageIndex.standInAnnotation] = nil
    for instruction in recipe.instructions {
      do {
        try add(instruction, context)
      } catch let problem as ContainerfileWords.Problem {
        throw ContainerfileError(file: file, line: instruction.line, problem.message)
      } catch let problem as BuildContext.Problem {
        throw ContainerfileError(file: file, line: instruction.line, "\(instruction.title): \(problem.message)")
      }
    }
  }

  /// Of the whole: what the image was built from.
  var finalConfig: ImageConfig { config }

  static func hash(_ parts: [String]) -> String { SHA256.hexadecimal(of: Array(parts.joined(separator: "\n").utf8)) }

  private mutating func add(_ instruction: Containerfile.Instruction, _ context: BuildContext) throws {
    var content = ""
    var work = Work.nothing
    switch instruction.action {
    case .copy(let copy):
      let sources = try copy.sources.flatMap { source in
        try context.files(matching: resolve(source)).map { file in
          Source(file: file, contents: file.kind == .directory ? try context.contents(of: file) : [])
        }
      }
      let destination = try resolve(copy.destination)
      if sources.count > 1, !destination.hasSuffix("/"), destination != "." {
        throw ContainerfileWords.Problem(
          message: "\(instruction.title): several files need a folder as destination: end it with /")
      }
      content = try context.digest(sources.flatMap { [$0.file] + $0.contents })
      work = .copy(
        sources: sources, destination: absolute(destination), owner: try copy.owner.map(resolve), mode: copy.mode)
    case .run(let form): work = .run(form.words)
    case .environment(let assignments):
      let resolved = try assignments.map { ($0.name, try resolve($0.value)) }
      for (name, value) in resolved {
        config.environment.removeAll { $0.hasPrefix(name + "=") }
        config.environment.append("\(name)=\(value)")
      }
    case .workingDirectory(let path):
      let directory = absolute(try resolve(path))
      config.workingDirectory =
        directory.count > 1 && directory.hasSuffix("/") ? String(directory.dropLast()) : directory
      work = .makeDirectory(config.workingDirectory)
    case .user(let user): config.user = try resolve(user)
    case .expose(let ports):
      for port in try ports.map(resolve) {
        let written = port.contains("/") ? port : port + "/tcp"
        try Self.check(written)
        if !config.exposedPorts.contains(written) { config.exposedPorts.append(written) }
      }
      config.exposedPorts.sort()
    case .entrypoint(let form):
      config.entrypoint = form.words
      // The arguments of another program are none of this one's.
      if !hasOwnCommand { config.command = [] }
    case .command(let form):
      config.command = form.words
      hasOwnCommand = true
    case .label(let assignments):
      for assignment in assignments { config.labels[assignment.name] = try resolve(assignment.value) }
    }
    key = Self.hash([key, instruction.text, content])
    steps.append(Step(instruction: instruction, work: work, config: config, key: key))
  }

  private func resolve(_ text: String) throws(ContainerfileWords.Problem) -> String {
    let pairs = config.environment.map { entry in
      let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      return (parts[0], parts.count == 2 ? parts[1] : "")
    }
    return try ContainerfileWords.resolve(text, Dictionary(pairs) { $1 })
  }

  /// As seen from the working directory; a `/` at the end stays.
  private func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    let folder = config.workingDirectory.isEmpty || config.workingDirectory == "/" ? "" : config.workingDirectory
    return path == "." ? folder + "/" : folder + "/" + path
  }

  private static func check(_ port: String) throws(ContainerfileWords.Problem) {
    let parts = port.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let number = Int(parts[0]), (1...65535).contains(number),
      ["tcp", "udp", "sctp"].contains(parts[1])
    else {
      throw ContainerfileWords.Problem(message: "EXPOSE takes a port such as 80, 80/tcp or 53/udp, not \"\(port)\"")
    }
  }
}
