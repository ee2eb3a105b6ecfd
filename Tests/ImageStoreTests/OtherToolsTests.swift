import Documents
import SystemIO
import TestSupport
import Testing

@testable import ImageStore

/// The store is an ordinary OCI image layout: other tools read it, and write into it.
@Suite(.timeLimit(.minutes(1))) struct OtherToolsTests {
  private static let name = "docker.io/library/tool:latest"

  private func withStore(_ body: (TemporaryFolder, Images) async throws -> Void) async throws {
    try await TemporaryFolder.with { folder in
      let images = try Images.open(at: folder.path("images"))
      try images.importImages(from: dockerArchive(folder, tags: ["tool"]))
      try await body(folder, images)
    }
  }

  @discardableResult
  private func run(_ program: String, _ arguments: String..., in folder: TemporaryFolder) async throws -> String {
    let answer = try await ProgramOutput.of(program, arguments, environment: ["HOME": folder.path], folder: folder.path)
    #expect(answer.end == .exited(0), "\(program) \(arguments): \(answer.error)")
    return answer.output
  }

  private func expectTool(_ image: Image?, _ images: Images) throws {
    let image = try #require(image)
    try images.prepareLayers(of: image)
    #expect(try image.layers.contains { try Files.exists($0 + "/tool") && Files.readText($0 + "/tool") == "tool" })
  }

  @Test(.needsPrograms("skopeo")) func skopeoReadsAndWritesTheStore() async throws {
    try await withStore { folder, images in
      let read = try Document.parse(json: try await run("skopeo", "inspect", "oci:images:\(Self.name)", in: folder))
      #expect(read["Architecture"]?.stringValue == ImagePlatform.own.architecture)
      #expect(read["Layers"]?.listValue?.count == 2)
      try await run("skopeo", "copy", "-q", "oci:images:\(Self.name)", "oci:images:docker.io/team/copy:1", in: folder)
      #expect(try images.list().flatMap(\.names).count == 2)
      try expectTool(try images.find(ImageReference("team/copy:1")), images)
      #expect(try images.find(ImageReference("tool")) != nil)
    }
  }

  @Test(.needsPrograms("skopeo"), arguments: ["gzip", "zstd"])
  func importsTheArchivesThatSkopeoWrites(compression: String) async throws {
    try await withStore { folder, _ in
      for (form, name) in [("oci-archive", "other:2"), ("docker-archive", "docker.io/team/other:2")] {
        try await run(
          "skopeo", "copy", "-q", "--dest-compress-format", compression, "oci:images:\(Self.name)",
          "\(form):\(form).tar:\(name)", in: folder)
        let images = try Images.open(at: folder.path(form))
        let imported = try images.importImages(from: folder.path(form + ".tar"), as: ImageReference("team/other:2"))
        #expect(imported.map(\.names) == [["docker.io/team/other:2"]])
        try expectTool(imported.first, images)
      }
    }
  }

  @Test(.needsPrograms("umoci"), .needsRoot) func umociReadsAndWritesTheStore() async throws {
    try await withStore { folder, images in
      #expect(try await run("umoci", "list", "--layout", "images", in: folder) == Self.name + "\n")
      try await run("umoci", "unpack", "--image", "images:\(Self.name)", "bundle", in: folder)
      #expect(try folder.read("bundle/rootfs/tool") == "tool")
      try folder.write("by umoci", to: "bundle/rootfs/new")
      try await run("umoci", "repack", "--image", "images:docker.io/team/repacked:1", "bundle", in: folder)
      try await run(
        "umoci", "config", "--image", "images:docker.io/team/repacked:1", "--config.cmd", "/new", in: folder)
      let image = try #require(try images.find(ImageReference("team/repacked:1")))
      #expect(image.config.command == ["/new"] && image.layers.count == 3)
      try expectTool(image, images)
      #expect(try Files.readText(image.layers[2] + "/new") == "by umoci")
    }
  }

  @Test(.needsPrograms("buildah"), .needsRoot) func buildahReadsAndWritesTheStore() async throws {
    try await withStore { folder, images in
      let own = ["--storage-driver", "vfs", "--root", folder.path("storage"), "--runroot", folder.path("run")]
      func buildah(_ words: String...) async throws -> String {
        let answer = try await ProgramOutput.of(
          "buildah", own + words, environment: ["HOME": folder.path, "BUILDAH_ISOLATION": "chroot"], folder: folder.path
        )
        #expect(answer.end == .exited(0), "\(answer.error)")
        return answer.output.split(separator: "\n").last.map(String.init) ?? ""
      }
      try folder.write("by buildah", to: "new")
      let container = try await buildah("from", "oci:images:\(Self.name)")
      _ = try await buildah("copy", container, folder.path("new"), "/new")
      _ = try await buildah("commit", "--format", "oci", container, "oci:images:docker.io/team/built:1")
      _ = try await buildah("rm", container)
      let image = try #require(try images.find(ImageReference("team/built:1")))
      try images.prepareLayers(of: image)
      #expect(
        try image.layers.contains { try Files.exists($0 + "/new") && Files.readText($0 + "/new") == "by buildah" })
    }
  }
}
