internal import ContainerRuntime
internal import ImageStore
internal import Kubelet
internal import LinuxRuntime
internal import SystemIO

/// Runs the commands of image builds in containers of a node, and packs what they have changed: only inside the node it is
/// known to whom the files belong.
///
/// Such a container has no network, no volume and no pod, and an end: by itself, by the clock, or with whoever waits.
struct NodeBuilds: BuildRunner {
  let runtime: any Runtime
  let images: Images
  let drafts: DraftImages
  var limits = Limits()

  struct Limits {
    var time = Duration.seconds(300)
    /// What it writes counts as well: it is kept in memory until it is packed.
    var memory: Int64 = 1 << 30
    var processes: Int64 = 512
  }

  /// In the node's own root, which goes with the node.
  private static let folder = "/run/podium/builds"
  private static let longestOutput = 1 << 16
  private static let shownLines = 20

  /// Takes away what a kubelet before this one was building when it ended.
  func sweep() async {
    for sandbox in (try? await runtime.inventory())?.sandboxes ?? []
    where sandbox.spec.labels[KubeletService.buildLabel] != nil {
      try? await runtime.removeSandbox(sandbox.spec.id)
    }
    for name in (try? Files.list(Self.folder)) ?? [] { await removeFolder(Self.folder + "/" + name) }
  }

  func run(_ command: BuildCommand) async throws -> BuildCommandEnd {
    let build = Build(command, layers: try images.prepareLayers(command.layers))
    drafts[build.imageID] = build.image
    defer { drafts[build.imageID] = nil }
    do {
      let end = try await run(build)
      await remove(build)
      return end
    } catch {
      await remove(build)
      guard let problem = error as? RuntimeError else { throw error }
      // It has run nothing: the machine cannot do it, or there is no such program or user.
      return BuildCommandEnd(code: 128, remark: "could not be run: \(Self.reason(problem))")
    }
  }

  private func run(_ build: Build) async throws -> BuildCommandEnd {
    try await runtime.mountMemory(at: build.folder, size: limits.memory)
    _ = try await runtime.createSandbox(build.sandbox)
    var container = build.container
    // A node without cgroups runs pods without limits, too.
    if runtime.shortcomings.limits == nil {
      container.resources.memoryBytes = limits.memory
      container.resources.processes = limits.processes
    }
    let events = runtime.events()
    _ = try await runtime.createContainer(container)
    try await runtime.startContainer(container.id)
    let hasEnded = await waitForEnd(of: container.id, events)
    try Task.checkCancellation()
    let record = try await runtime.container(container.id)
    guard hasEnded, case .exited(_, let status) = record?.state else {
      return BuildCommandEnd(
        code: 137, remark: "did not end within \(limits.time.components.seconds) seconds", output: output(of: build))
    }
    var end = BuildCommandEnd(code: status.code, output: output(of: build))
    if status.wasOutOfMemory { end.remark = "was ended: it needs more than \(limits.memory >> 20) MiB of memory" }
    if status.code == 0, end.remark.isEmpty {
      end.layer = try await images.addLayer(ofChangesIn: build.folder + "/upper")
    }
    return end
  }

  private func waitForEnd(of id: ContainerID, _ events: AsyncStream<RuntimeEvent>) async -> Bool {
    let time = limits.time
    return await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        for await event in events where event == .containerExited(id) { return true }
        return false
      }
      group.addTask {
        try? await Task.sleep(for: time)
        return false
      }
      defer { group.cancelAll() }
      return await group.next() ?? false
    }
  }

  /// Also when nobody waits for the build any more.
  private func remove(_ build: Build) async {
    await Task {
      try? await runtime.removeSandbox(build.sandbox.id)
      await removeFolder(build.folder)
    }.value
  }

  private func removeFolder(_ folder: String) async {
    try? await runtime.unmount(folder)
    try? Files.removeTree(folder)
  }

  /// The last lines of what it wrote, without what steers terminals.
  private func output(of build: Build) -> String {
    let bytes = try? Files.read("log", beneath: build.folder, upTo: Self.longestOutput, fromItsEnd: true)
    let lines = String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\n").compactMap { line in
      // Behind the time, the stream and the sign of a whole line.
      let parts = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
      return parts.count == 4 ? String(parts[3]).withoutTerminalControl : nil
    }
    return lines.suffix(Self.shownLines).joined(separator: "\n")
  }

  /// Without what other runtimes put around it.
  private static func reason(_ problem: RuntimeError) -> String {
    let text = problem.message
    for begin in ["unable to start container process: ", "failed to generate spec: "] {
      if let place = text.firstRange(of: begin) {
        let rest = text[place.upperBound...]
        return String(rest.hasSuffix(": unknown") ? rest.dropLast(": unknown".count) : rest)
      }
    }
    return text
  }

  /// The names and the specs of one command.
  private struct Build {
    let imageID: String
    let image: ContainerImage
    let folder: String
    let sandbox: SandboxSpec
    let container: ContainerSpec

    init(_ command: BuildCommand, layers: [String]) {
      let id = (0..<64).map { _ in String(Int.random(in: 0..<16), radix: 16) }.joined()
      imageID = "image-build/" + id
      folder = NodeBuilds.folder + "/" + id.prefix(12)
      var image = ContainerImage(
        info: ImageInfo(id: imageID, names: [], digest: "", size: 0, isStandIn: false, user: command.user),
        layers: layers)
      image.environment = command.environment
      image.workingDirectory = command.workingDirectory
      self.image = image
      var sandbox = SandboxSpec(
        id: id, podUID: "image-build-" + id.prefix(12), podName: "image-build", podNamespace: "",
        hostname: "image-build")
      sandbox.network = .container
      sandbox.labels = [KubeletService.buildLabel: "true"]
      self.sandbox = sandbox
      var container = ContainerSpec(
        id: String(id.reversed()), sandboxID: id, name: "run", imageID: imageID, logPath: folder + "/log")
      container.command = command.words
      container.writableLayer = folder
      container.security.systemCalls = .runtimeDefault
      container.labels = [KubeletService.buildLabel: "true"]
      self.container = container
    }
  }
}
