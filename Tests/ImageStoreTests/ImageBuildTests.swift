import Documents
import Glibc
import Synchronization
import SystemIO
import TestSupport
import Testing

@testable import ImageStore

/// Builds over an image of one layer, with a runner that writes what it is asked to run.
@Suite struct ImageBuildTests {
  /// Stands for a node: each command adds a file with its text.
  private final class Runner: BuildRunner {
    let images: Images
    let commands = Mutex<[BuildCommand]>([])

    init(_ images: Images) { self.images = images }

    var count: Int { commands.withLock { $0.count } }

    func run(_ command: BuildCommand) async throws -> BuildCommandEnd {
      commands.withLock { $0.append(command) }
      var end = BuildCommandEnd(code: command.words.contains("fail") ? 7 : 0, output: "first\nlast")
      if end.code == 0 { end.layer = try await images.addLayer([.text("made", command.words.joined(separator: " "))]) }
      return end
    }
  }

  private struct Bench {
    let folder: TemporaryFolder
    let images: Images
    let runner: Runner
    let name: ImageReference

    func build(_ recipe: String, as other: String? = nil, ofPack pack: String? = nil) async throws -> (
      image: Image, isNew: Bool
    ) {
      let file = try folder.write(recipe, to: "context/Containerfile")
      let build = ImageBuild(images, file: file, folder: folder.path("context"), runner: runner)
      return try await build.run(as: try other.map { try ImageReference($0) } ?? name, ofPack: pack)
    }

    func failure(_ recipe: String) async throws -> String {
      do {
        _ = try await build(recipe)
        return "nothing"
      } catch {
        return "\(error)".replacing(folder.path, with: "")
      }
    }

    /// What each of the image's layers holds, lowest first.
    func layers(_ image: Image) async throws -> [[String]] {
      var layers: [[String]] = []
      for layer in image.layers {
        layers.append(try await ImageBuildTests.contents(images.blobs.path("sha256:" + layer.suffix(64))))
      }
      return layers
    }
  }

  /// The members of an archive as another tool tells them: owner, mode and path, and what a link leads to.
  private static func contents(_ archive: String) async throws -> [String] {
    let answer = try await ProgramOutput.of("/bin/tar", ["--numeric-owner", "-tvf", archive])
    try #require(answer.end == .exited(0), "\(answer.error)")
    return answer.output.split(separator: "\n").map { line in
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      return "\(words[0]) \(words[1]) " + words[5...].joined(separator: " ")
    }
  }

  private func withBench(_ body: (Bench) async throws -> Void) async throws {
    try await TemporaryFolder.with { folder in
      let images = try Images.open(at: folder.path("images"))
      let (digest, size) = try await images.addLayer([
        .directory("etc"), .text("etc/passwd", "root:x:0:0::/:/bin/sh\napp:x:1000:1001::/:/bin/sh\n"),
        .text("etc/group", "root:x:0:\nstaff:x:50:app\n"), .directory("tmp", mode: 0o1777), .directory("usr"),
        .directory("usr/bin"), .link("bin", to: "usr/bin"), .link("loop", to: "loop"),
      ])
      let layer = BlobDescriptor(mediaType: MediaType.layer, digest: digest, size: size)
      let config: Document = [
        "config": ["Env": ["PATH=/bin", "BASE=yes"], "Cmd": ["sh"]],
        "rootfs": ["type": "layers", "diff_ids": [.string(digest)]],
      ]
      let blob = try images.blobs.add(config.json(), mediaType: MediaType.config)
      let document: Document = ["config": blob.document, "layers": [layer.document]]
      let manifest = try images.blobs.add(document.json(), mediaType: MediaType.manifest)
      _ = try await images.enter(manifest, ["docker.io/library/base:latest"], .imported) {}
      try folder.write("a", to: "context/a.txt")
      try folder.write("b", to: "context/b.txt")
      try folder.write("#!/bin/sh\n", to: "context/sub/run.sh")
      try folder.write("deep", to: "context/sub/deep/x")
      chmod(folder.path("context/sub/run.sh"), 0o700)
      let runner = Runner(images)
      try await body(Bench(folder: folder, images: images, runner: runner, name: ImageReference("my/app:1")))
    }
  }

  @Test func instructionsBecomeConfigurationAndLayers() async throws {
    try await withBench { bench in
      let image = try await bench.build(
        """
        FROM base
        LABEL a=b
        ENV DIR=/srv BASE=no
        WORKDIR $DIR/app
        COPY a.txt b.txt ./
        COPY --chown=app sub bin/
        COPY --chmod=600 a.txt /bin/
        RUN make it
        USER app:staff
        EXPOSE 80
        ENTRYPOINT ["go"]
        """
      ).image
      #expect(image.config.environment == ["PATH=/bin", "DIR=/srv", "BASE=no"])
      #expect(image.config.workingDirectory == "/srv/app" && image.config.user == "app:staff")
      // The arguments were those of another program.
      #expect(image.config.entrypoint == ["go"] && image.config.command == [])
      #expect(image.config.exposedPorts == ["80/tcp"] && image.config.labels == ["a": "b"])
      #expect(
        try await bench.layers(image).dropFirst() == [
          ["drwxr-xr-x 0/0 srv/", "drwxr-xr-x 0/0 srv/app/"],
          [
            "drwxr-xr-x 0/0 srv/", "drwxr-xr-x 0/0 srv/app/", "-rw-r--r-- 0/0 srv/app/a.txt",
            "-rw-r--r-- 0/0 srv/app/b.txt",
          ],
          [
            "drwxr-xr-x 0/0 srv/", "drwxr-xr-x 0/0 srv/app/", "drwxr-xr-x 1000/1001 srv/app/bin/",
            "drwxr-xr-x 1000/1001 srv/app/bin/deep/",
            "-rw-r--r-- 1000/1001 srv/app/bin/deep/x", "-rwxr-xr-x 1000/1001 srv/app/bin/run.sh",
          ],
          // Through the image's own link, and with the rights that the folder has.
          ["drwxr-xr-x 0/0 usr/", "drwxr-xr-x 0/0 usr/bin/", "-rw------- 0/0 usr/bin/a.txt"],
          ["-rw-r--r-- 0/0 made"],
        ])
      let ran = bench.runner.commands.withLock { $0 }
      let command = try #require(ran.first)
      #expect(command.words == ["/bin/sh", "-c", "make it"] && command.workingDirectory == "/srv/app")
      #expect(command.layers.count == 5 && command.user == "" && command.environment == image.config.environment)
      #expect(image.isBuilt && !image.isStandIn && !image.isPulled)
    }
  }

  @Test func theSameContextGivesTheSameDigestAnywhere() async throws {
    let recipe = "FROM base\nCOPY . /all/\nRUN make\n"
    let digests = Mutex<Set<String>>([])
    for umask in [0o022, 0o077] as [mode_t] {
      try await withBench { bench in
        chmod(bench.folder.path("context/a.txt"), 0o666 & ~umask)
        let digest = try await bench.build(recipe).image.digest
        digests.withLock { _ = $0.insert(digest) }
      }
    }
    #expect(digests.withLock { $0.count } == 1)
  }

  @Test func whatWasBuiltIsNotBuiltAgain() async throws {
    try await withBench { bench in
      let recipe = "FROM base\nRUN one\nCOPY a.txt /\nRUN two\n"
      #expect(try await bench.build(recipe).isNew)
      #expect(bench.runner.count == 2)
      #expect(try await !bench.build(recipe).isNew)
      #expect(bench.runner.count == 2)
      // Under another name it is the same image, and nothing is run for it.
      let other = try await bench.build(recipe, as: "my/other:1")
      #expect(other.isNew && bench.runner.count == 2)
      // From the line on that has changed.
      _ = try await bench.build(recipe + "RUN three\n")
      #expect(bench.runner.count == 3)
      try bench.folder.write("A", to: "context/a.txt")
      _ = try await bench.build(recipe)
      #expect(bench.runner.count == 4)
      #expect(try Files.list(bench.images.drafts) == [])
    }
  }

  @Test func filesOutsideOfTheContextStayThere() async throws {
    try await withBench { bench in
      try bench.folder.write("secret", to: "secret")
      symlink("../secret", bench.folder.path("context/link"))
      symlink("..", bench.folder.path("context/up"))
      let place = "/context/Containerfile:2: "
      #expect(
        try await bench.failure("FROM base\nCOPY ../secret /\n")
          == place + "COPY ../secret /: \"../secret\" leads out of the folder /context")
      #expect(
        try await bench.failure("FROM base\nCOPY up/secret /\n")
          == place + "COPY up/secret /: \"up\" is a link: copy from the folder that it leads to")
      // A link is copied as one: what it leads to is looked up in the image.
      let image = try await bench.build("FROM base\nCOPY link up /links/\n").image
      #expect(
        try await bench.layers(image)[1] == [
          "drwxr-xr-x 0/0 links/", "lrwxrwxrwx 0/0 links/link -> ../secret", "lrwxrwxrwx 0/0 links/up -> ..",
        ])
    }
  }

  @Test(arguments: [
    ("FROM nowhere\n", "1: there is no image \"nowhere\" here: FROM takes one that podium images lists, another image"),
    ("FROM Base\n", "1: couldn't parse image name \"Base\""),
    ("FROM base\nCOPY none /\n", "2: COPY none /: there is no \"none\" in the folder /context"),
    ("FROM base\nCOPY a.txt b.txt /x\n", "2: COPY a.txt b.txt /x: several files need a folder as destination"),
    ("FROM base\nCOPY --chown=bob a.txt /\n", "2: COPY --chown=bob a.txt /: the image knows no user or group \"bob\""),
    ("FROM base\nCOPY a.txt /loop/\n", "2: COPY a.txt /loop/: /loop/ leads through a circle of links of the image"),
    ("FROM base\nCOPY a.txt /etc/passwd/\n", "2: COPY a.txt /etc/passwd/: /etc/passwd is a file of the image"),
    ("FROM base\nEXPOSE 99999\n", "2: EXPOSE takes a port such as 80, 80/tcp or 53/udp, not \"99999/tcp\""),
    ("FROM base\n\nRUN [\"fail\"]\n", "3: RUN [\"fail\"]: ended with exit code 7\n  first\n  last"),
    (
      "FROM base\n" + String(repeating: "COPY a.txt /\n", count: 127),
      "128: an image has at most 127 layers, 1 of them from the image below: join commands by &&"
    ),
    ("FROM scratch\nRUN true\n", "2: RUN true: an image from scratch has no program that could be run: copy one first"),
  ])
  func whatCannotBeBuiltIsNamedWithItsPlace(recipe: String, message: String) async throws {
    try await withBench { bench in
      let failure = try await bench.failure(recipe)
      #expect(failure.hasPrefix("/context/Containerfile:" + message), "\(failure)")
      #expect(try bench.images.find(bench.name) == nil)
    }
  }

  @Test func aPackTakesNoNameOfOthersAndLeavesWithItsImages() async throws {
    try await withBench { bench in
      _ = try await bench.build("FROM base\nRUN one\n", as: "team/app:1")
      await #expect {
        _ = try await bench.build("FROM base\nRUN two\n", as: "team/app:1", ofPack: "team")
      } throws: {
        "\($0)"
          == "the image team/app:1 is here already, and not from the pack team: podium images rm team/app:1 makes room for the pack's"
      }
      let image = try await bench.build("FROM base\nRUN two\n", as: "team/own:1", ofPack: "team").image
      #expect(image.packs == ["docker.io/team/own:1": "team"])
      let archive = try dockerArchive(bench.folder, tags: ["nginx"])
      let tool = try ImageReference("team/tool:1")
      let key = try Images.importKey(of: archive)
      #expect(try bench.images.importImage(from: archive, as: tool, ofPack: "team", key: key))
      #expect(try !bench.images.importImage(from: archive, as: tool, ofPack: "team", key: key))
      #expect(try bench.images.find(ImageReference("nginx")) == nil)
      #expect(try bench.images.names(ofPack: "team") == ["docker.io/team/own:1", "docker.io/team/tool:1"])
      #expect(
        try bench.images.removeImages(ofPack: "team", except: ["docker.io/team/own:1"]) == ["docker.io/team/tool:1"])
      #expect(try bench.images.removeImages(ofPack: "team") == ["docker.io/team/own:1"])
      #expect(try bench.images.find(ImageReference("team/app:1")) != nil)
    }
  }

  @Test func whatAContainerChangedBecomesALayer() async throws {
    try await TemporaryFolder.with { folder in
      let images = try Images.open(at: folder.path("images"))
      for (path, text) in [("dev/null", ""), ("etc/hosts", "x"), ("var/a", "a"), ("var/empty/x", "")] {
        try folder.write(text, to: "upper/" + path)
      }
      link(folder.path("upper/var/a"), folder.path("upper/var/second"))
      mkfifo(folder.path("upper/var/pipe"), 0o644)
      try #require(mknod(folder.path("upper/etc/gone"), S_IFCHR, 0) == 0, "no whiteout can be made here")
      for path in ["etc", "var", "var/empty"] { chmod(folder.path("upper/" + path), 0o755) }
      for path in ["etc/hosts", "var/empty/x"] { chmod(folder.path("upper/" + path), 0o644) }
      chmod(folder.path("upper/var/a"), 0o4755)
      let layer = try #require(try await images.addLayer(ofChangesIn: folder.path("upper")))
      let owner = "\(getuid())/\(getgid())"
      let contents = try await Self.contents(images.blobs.path(layer.digest))
      #expect(
        contents.map { $0.replacing(" " + owner, with: "") }
          == [
            "drwxr-xr-x etc/", "-rw-r--r-- 0/0 etc/.wh.gone", "-rw-r--r-- etc/hosts", "drwxr-xr-x var/",
            "-rwsr-xr-x var/a", "drwxr-xr-x var/empty/", "-rw-r--r-- var/empty/x",
            "hrwsr-xr-x var/second link to var/a",
          ].map { owner == "0/0" ? $0.replacing(" 0/0", with: "") : $0 })
      let (base, _) = try await images.addLayer([.directory("etc"), .text("etc/gone", ""), .text("etc/kept", "")])
      let listing = RootListing()
      for archive in [base, layer.digest] { try listing.add(images.blobs.path(archive)) }
      #expect(listing[["etc", "gone"]] == nil && listing[["etc", "kept"]] != nil && listing[["var", "a"]] != nil)
      #expect(try await images.addLayer(ofChangesIn: folder.path("upper/var/empty")) != nil)
      Glibc.unlink(folder.path("upper/var/empty/x"))
      #expect(try await images.addLayer(ofChangesIn: folder.path("upper/var/empty")) == nil)
    }
  }
}
