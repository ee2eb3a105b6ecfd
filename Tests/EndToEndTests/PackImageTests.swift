import Glibc
import SystemIO
import TestSupport
import Testing

/// Images that packs of lessons bring, and `podium images build`, on real nodes.
@Suite(.timeLimit(.minutes(3)))
struct PackImageTests {
  /// Both at the same time, since most of it is waiting.
  @Test(.needsRoot, .needsOrdinaryUser, .needsPrograms("skopeo"))
  func aPackBringsImagesOfEveryKindForRootAndForAnOrdinaryUser() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for account in [Account.root, .ordinaryUser] { group.addTask { try await Learner.with(account, prove) } }
      try await group.waitForAll()
    }
  }

  private func prove(_ learner: Learner) async throws {
    try await TemporaryFolder.with { folder in
      let pack = try await makePack(in: folder, learner)
      let lint = try await learner.podium("pack", "lint", pack)
      #expect(lint.end == .exited(0), "\(lint.output)\(lint.error)")
      let answer = try await learner.podium("pack", "test", pack, within: .seconds(120))
      #expect(answer.end == .exited(0), "\(answer.output)\(answer.error)")
      // What another one begins with is built first, whatever the order of the list.
      let progress = answer.output.split(separator: "\n").filter { $0.hasPrefix("image ") }.map(String.init)
      #expect(progress.first == "image image-pack/built:1: step 2 of 6: WORKDIR /srv/app")
      #expect(
        progress.dropFirst(3).first
          == "image image-pack/page:1: step 1 of 2: RUN echo \"on top of $(cat made.txt)\" > page.txt")
      #expect(
        progress.suffix(2) == [
          "image image-pack/layered:1: importing images/layered",
          "image image-pack/archived:1: importing images/archived.tar",
        ])
      let list = try await learner.podium("images")
      #expect(TextPattern("image-pack/built:1<...>MB<...>pack image-pack").matches(list.lineWith("image-pack/built:1")))
      try await expectNothingToDo(pack, learner)
    }
  }

  /// Everything is there when a lesson of the installed pack begins, and goes with the pack.
  private func expectNothingToDo(_ pack: String, _ learner: Learner) async throws {
    let installed = try await learner.podium("pack", "install", pack)
    #expect(installed.end == .exited(0), "\(installed.error)")
    let played = try await learner.podium("lesson", "run", "images", "--auto")
    #expect(played.end == .exited(0), "\(played.output)\(played.error)")
    #expect(!played.output.contains("step 1 of 6") && !played.output.contains("importing"), "\(played.output)")
    #expect(try await learner.podium("pack", "remove", "image-pack").end == .exited(0))
    #expect(!(try await learner.podium("images").output.contains("image-pack/")))
  }

  /// The fixture, with a layout and an archive that another tool has written.
  private func makePack(in folder: TemporaryFolder, _ learner: Learner) async throws -> String {
    try await learner.makeImages()
    let pack = folder.path("pack")
    func run(_ program: String, _ arguments: String...) async throws {
      let answer = try await ProgramOutput.of(program, arguments)
      try #require(answer.end == .exited(0), "\(program) \(arguments): \(answer.error)")
    }
    try await run("cp", "-r", Learner.checkout + "/Tests/EndToEndTests/Fixtures/ImagePack", pack)
    let busybox = "oci:\(learner.images):docker.io/library/busybox:latest"
    try await run("skopeo", "copy", "-q", busybox, "oci:\(pack)/images/layered:1")
    try await run("skopeo", "copy", "-q", busybox, "docker-archive:\(pack)/images/archived.tar")
    for path in [folder.path, pack, pack + "/pack.yaml", pack + "/images"] { learner.account.own(path) }
    try await run("chmod", "-R", "a+rX", folder.path)
    return pack
  }

  @Test(.needsUserNamespace) func whatIsWrongWithAPacksImagesIsSaidBeforeALessonBegins() async throws {
    try await TemporaryFolder.with { folder in
      try await Learner.with { learner in
        try await ProgramOutput.of(
          "cp", ["-r", Learner.checkout + "/Tests/EndToEndTests/Fixtures/ImagePack", folder.path("pack")]
        )
        .expectSuccess()
        try folder.write("FROM team/elsewhere:1\n", to: "pack/images/page/Containerfile")
        try folder.write("FROM busybox\nADD x /\n", to: "pack/images/built/Containerfile")
        try Files.makeDirectories(folder.path("pack/images/layered"))
        symlink("/etc/passwd", folder.path("pack/images/archived.tar"))
        let manifest = try folder.read("pack/files/pods.yaml")
        try folder.write(manifest.replacing("built:1", with: "built:2"), to: "pack/files/pods.yaml")
        let lint = try await learner.podium("pack", "lint", folder.path("pack"))
        #expect(lint.end == .exited(1))
        let lines = lint.output.replacing(folder.path + "/", with: "").split(separator: "\n").map(String.init)
        #expect(
          lines == [
            "pack/files/pods.yaml:9: the image image-pack/built:2 is used, but pack.yaml lists none of that name [image]",
            "pack/images/page/Containerfile:1: FROM team/elsewhere:1 is neither an image that every machine has nor one of this pack: the pack would have to bring it as a layout or an archive [image]",
            "pack/images/built/Containerfile:2: ADD is not built here: use COPY, and put what would come from the web or out of an archive into the folder [image]",
            "pack/pack.yaml:13: images/layered is no image layout: there is no index.json in it [image]",
            "pack/pack.yaml:15: the image image-pack/archived:1 cannot be made: images/archived.tar leads out of the pack [image]",
          ], "\(lint.output)\(lint.error)")
        let test = try await learner.podium("pack", "test", folder.path("pack"))
        #expect(test.end == .exited(1))
        #expect(test.error.contains("pack/images/built/Containerfile:2: ADD is not built here"), "\(test.error)")
      }
    }
  }

  @Test(.needsUserNamespace) func aCommandOfABuildHasAnEndAndLeavesNothing() async throws {
    try await TemporaryFolder.with { folder in
      try await Learner.with { learner in
        let cluster = try await RunningCluster.start(learner)
        let before = learner.census()
        func build(_ recipe: String) async throws -> ProgramOutput {
          try folder.write(recipe, to: "Containerfile")
          return try await learner.podium("images", "build", folder.path, "-t", "mine/app:1")
        }
        let failing = try await build("FROM busybox\nRUN echo out; ip link | grep -c eth0; exit 3\n")
        #expect(
          failing.error.replacing(folder.path, with: "")
            == "podium: /Containerfile:2: RUN echo out; ip link | grep -c eth0; exit 3: ended with exit code 3\n  out\n  0\n",
          "a command of a build has no network")
        let unknown = try await build("FROM busybox\nRUN [\"nothing\"]\n")
        #expect(unknown.error.contains("could not be run: exec: \"nothing\": executable file not found in $PATH"))

        // Killed in the middle: who waits for the build, and then the kubelet that does it.
        let pause = "sleep 86\(Int.random(in: 100...999))"
        try folder.write("FROM busybox\nCOPY Containerfile /\nRUN \(pause)\n", to: "Containerfile")
        let client = try start(learner, folder)
        try await Deadline.wait("the command") { Self.runs(pause, in: cluster) }
        client.kill()
        try await Deadline.wait("the command's end") { !Self.runs(pause, in: cluster) }
        let second = try start(learner, folder)
        try await Deadline.wait("the command") { Self.runs(pause, in: cluster) }
        let kubelet = try #require(cluster.kubelet)
        Glibc.kill(kubelet.pid, SIGKILL)
        try await Deadline.wait("the command's end", within: .seconds(20)) { !Self.runs(pause, in: cluster) }
        #expect(try await second.waitForEnd() == .exited(1))
        try await Deadline.wait("another kubelet") { cluster.kubelet.map { $0 != kubelet } ?? false }

        let built = try await build("FROM busybox\nRUN echo good > /made\n")
        #expect(built.end == .exited(0), "\(built.error)")
        #expect(
          try await build("FROM busybox\nRUN echo good > /made\n").output.hasPrefix("nothing has changed: mine/app:1"))
        #expect(try await learner.podium("images", "prune").output == "freed 0.0 MB: 0 blobs, 0 unpacked layers\n")
        #expect(try Files.list(learner.images + "/drafts") == [])
        try await learner.expectNothingMore(than: before)
      }
    }
  }

  private func start(_ learner: Learner, _ folder: TemporaryFolder) throws -> ChildProgram {
    let quiet = try Files.open("/dev/null", O_RDWR)
    defer { close(quiet) }
    let command = learner.account.command(
      BuiltProgram.path("podium"), ["--cluster", learner.cluster, "images", "build", folder.path, "-t", "mine/app:1"])
    return try ChildProgram(
      command.program, command.arguments, environment: learner.environment, folder: learner.home, input: quiet,
      output: quiet, error: quiet)
  }

  private static func runs(_ command: String, in cluster: RunningCluster) -> Bool {
    ProcessTable.family(of: cluster.nodeInit.pid).contains { $0.command.hasSuffix(command) && $0.isAlive }
  }
}

extension ProgramOutput {
  fileprivate func expectSuccess() throws { try #require(end == .exited(0), "\(error)") }
}
