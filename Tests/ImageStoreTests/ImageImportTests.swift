import Documents
import Glibc
import SystemIO
import TestSupport
import Testing

@testable import ImageStore

@Suite struct ImageImportTests {
  @Test func importsWhatDockerSaves() async throws {
    try await TemporaryFolder.with { folder in
      let images = try Images.open(at: folder.path("images"))
      let archive = try dockerArchive(folder, tags: ["team/tool:1", "tool"])
      let imported = try images.importImages(from: archive)
      #expect(imported.map(\.names) == [["docker.io/library/tool:latest", "docker.io/team/tool:1"]])
      let image = try #require(try images.find(ImageReference("team/tool:1")))
      #expect(image.config.entrypoint == ["/tool"])
      #expect(image.config.user == "1000:1000")
      #expect(!image.isStandIn)
      #expect(image.digest.hasPrefix("docker.io/team/tool@sha256:"))
      #expect(image.layers.count == 2)
      #expect(!Files.exists(image.layers[0]))
      try images.prepareLayers(of: image)
      #expect(try Files.readText(image.layers[0] + "/base") == "base")
      #expect(try Files.readText(image.layers[1] + "/tool") == "tool")
      #expect(try Files.list(images.drafts) == [])
    }
  }

  @Test func importsAnImageLayoutPackedOrNot() async throws {
    try await TemporaryFolder.with { folder in
      let layout = folder.path("layout")
      let exporter = try Images.open(at: layout)
      try exporter.importImages(from: dockerArchive(folder, tags: ["tool"]))
      let packed = folder.path("layout.tar.gz")
      let tar = try await ProgramOutput.of(
        "/bin/tar", ["-czf", packed, "-C", layout, "oci-layout", "index.json", "blobs"])
      #expect(tar.end == .exited(0), "\(tar.error)")
      for (number, source) in [packed, layout].enumerated() {
        let images = try Images.open(at: folder.path("images\(number)"))
        let imported = try images.importImages(from: source)
        #expect(imported.map(\.names) == [["docker.io/library/tool:latest"]])
        #expect(imported[0].id == (try exporter.list())[0].id)
        try images.prepareLayers(of: imported[0])
        #expect(try Files.readText(imported[0].layers[1] + "/tool") == "tool")
      }
    }
  }

  @Test func givesANamelessImageTheNameAsked() async throws {
    try await TemporaryFolder.with { folder in
      let images = try Images.open(at: folder.path("images"))
      let archive = try dockerArchive(folder, tags: [])
      let error = #expect(throws: ImageStoreError.self) { try images.importImages(from: archive) }
      #expect("\(error.map { "\($0)" } ?? "")".contains("give the name with the import"))
      #expect(try images.list().isEmpty)
      let imported = try images.importImages(from: archive, as: ImageReference("mine:2"))
      #expect(imported[0].names == ["docker.io/library/mine:2"])
    }
  }

  @Test func realImagesTakePrecedenceUntilTheyAreRemoved() async throws {
    try await TemporaryFolder.with { folder in
      let images = try Images.open(at: folder.path("images"))
      try images.ensureBuiltIns(BuiltInImagesTests.materials)
      let standIn = try #require(try images.find(ImageReference("nginx")))
      let real = try images.importImages(from: dockerArchive(folder, tags: ["nginx:latest"]))[0]
      #expect(try images.find(ImageReference("nginx"))?.id == real.id)
      #expect(try images.find(ImageReference("nginx:1.27"))?.id == standIn.id)
      try images.ensureBuiltIns(BuiltInImagesTests.materials)
      #expect(try images.find(ImageReference("nginx"))?.id == real.id)
      #expect(try images.remove(ImageReference("nginx")))
      #expect(try !images.remove(ImageReference("nginx")))
      #expect(try images.find(ImageReference("nginx")) == nil)
      try images.ensureBuiltIns(BuiltInImagesTests.materials)
      #expect(try images.find(ImageReference("nginx"))?.id == standIn.id)
    }
  }

  @Test func prunesWhatNoNameLeadsTo() async throws {
    try await TemporaryFolder.with { folder in
      let images = try Images.open(at: folder.path("images"))
      let image = try images.importImages(from: dockerArchive(folder, tags: ["tool", "kept"]))[0]
      try images.prepareLayers(of: image)
      try images.remove(ImageReference("tool"))
      #expect(try images.prune() == PrunedContent())
      #expect(try images.find(ImageReference("kept")) != nil)
      try images.remove(ImageReference("kept"))
      let mounted = String(image.layers[0].suffix(64))
      // As a mount of many layers names it.
      let pruned = try images.prune(inUse: [String(mounted.prefix(16))])
      #expect(try images.prune(inUse: [mounted]) == PrunedContent())
      #expect(pruned.blobs == 4 && pruned.layers == 1 && pruned.bytes > 1000)
      #expect(try Files.list(images.blobs.folder) == [])
      #expect(Files.isDirectory(image.layers[0]))
      #expect(!Files.isDirectory(image.layers[1]))
    }
  }

  @Test func refusesAnArchiveWhoseBlobsLie() async throws {
    try await TemporaryFolder.with { folder in
      let layout = folder.path("layout")
      let exporter = try Images.open(at: layout)
      let image = try exporter.importImages(from: dockerArchive(folder, tags: ["tool"]))[0]
      let config = exporter.blobs.path(image.id)
      try Files.write(Array(try Files.readText(config).utf8).map { $0 == 0x74 ? 0x54 : $0 }, to: config)
      let images = try Images.open(at: folder.path("images"))
      let error = #expect(throws: ImageStoreError.self) { try images.importImages(from: layout) }
      #expect("\(error.map { "\($0)" } ?? "")".contains("has another digest"))
      #expect(try images.list().isEmpty)
    }
  }

  @Test func nothingIsTakenFromAnArchiveThatIsRefused() async throws {
    try await TemporaryFolder.with { folder in
      let images = try Images.open(at: folder.path("images"))
      func refusal(_ archive: String) throws -> String {
        let error = #expect(throws: ImageStoreError.self) { try images.importImages(from: archive) }
        #expect(try images.list().isEmpty)
        #expect(try Files.list(images.blobs.folder) + Files.list(images.drafts) == [])
        return error.map { "\($0)" } ?? ""
      }
      let other = String(repeating: "0", count: 64)
      let lying = try refusal(dockerArchive(folder, tags: ["tool"], diffIDs: [other, other]))
      #expect(lying.contains("where the configuration says sha256:\(other)"), "\(lying)")
      let short = try refusal(dockerArchive(folder, tags: ["tool"], diffIDs: [other]))
      #expect(short.contains("entry manifest.json lists 2 layers, and its configuration 1"), "\(short)")
      let windows = try refusal(dockerArchive(folder, tags: ["tool"], system: "windows"))
      #expect(windows.contains("lists an image for windows/"), "\(windows)")
    }
  }

  @Test func anImageForAnotherMachineIsTakenAndSaysSo() async throws {
    try await TemporaryFolder.with { folder in
      let images = try Images.open(at: folder.path("images"))
      let image = try images.importImages(from: dockerArchive(folder, tags: ["tool"], architecture: "s390x"))[0]
      #expect(image.foreignPlatform == "linux/s390x")
      #expect(try images.importImages(from: dockerArchive(folder, tags: ["own"]))[0].foreignPlatform == nil)
    }
  }

  /// Lists what is said in place of the images of a layout.
  private func relist(_ layout: Images, _ entries: [Document]) throws {
    let index: Document = [
      "schemaVersion": 2, "manifests": .list(entries), "annotations": ["org.example.kept": "yes"],
    ]
    try Files.replace(layout.indexPath, with: index.json())
  }

  private func entry(_ descriptor: BlobDescriptor, _ name: String) -> Document {
    [
      "mediaType": .string(descriptor.mediaType), "digest": .string(descriptor.digest),
      "size": .integer(descriptor.size), "annotations": [ImageIndex.nameAnnotation: .string(name)],
    ]
  }

  @Test func indexesMayLeadToOthersAndNotSayForWhichMachine() async throws {
    try await TemporaryFolder.with { folder in
      let layout = try Images.open(at: folder.path("layout"))
      let origin = try layout.importImages(from: dockerArchive(folder, tags: ["tool"]))[0]
      let manifest = try Files.read(layout.blobs.path(origin.manifestDigest))
      let inner = RemoteImage.index(of: manifest, platforms: [["os": "linux", "architecture": "s390x"], .null])
      let outer = RemoteImage.index(of: inner, platforms: [.null], type: MediaType.index)
      _ = try layout.blobs.add(inner, mediaType: MediaType.index)
      try relist(layout, [entry(try layout.blobs.add(outer, mediaType: MediaType.index), "team/nested:1")])
      #expect(try layout.find(ImageReference("team/nested:1"))?.id == origin.id)
      // What other machines' images need stays for whoever keeps them here.
      #expect(try layout.prune() == PrunedContent())
      let images = try Images.open(at: folder.path("images"))
      #expect(try images.importImages(from: layout.path).map(\.id) == [origin.id])
    }
  }

  @Test func whatOtherToolsKeepInTheLayoutHidesNoImageAndStays() async throws {
    try await TemporaryFolder.with { folder in
      let images = try Images.open(at: folder.path("images"))
      let tool = try images.importImages(from: dockerArchive(folder, tags: ["tool"]))[0]
      let empty = try images.blobs.add(Array("{}".utf8), mediaType: "application/vnd.oci.empty.v1+json")
      let artifact: Document = [
        "schemaVersion": 2, "mediaType": .string(MediaType.manifest), "config": empty.document,
        "layers": [empty.document],
      ]
      let foreign = RemoteImage.index(of: [], platforms: [["os": "linux", "architecture": "s390x"]])
      let plain = entry(try images.blobs.add(artifact.json(), mediaType: MediaType.manifest), "team/note:1")
      var fields = try #require(plain.mapValue)
      fields.append("artifactType", "application/x.note")
      let note = Document.map(fields)
      let missing = BlobDescriptor(of: Array("nowhere".utf8), mediaType: MediaType.manifest)
      let unknown: Document = ["mediaType": "x", "digest": "sha512:abc", "size": 5]
      let own = try images.index().entries.map(\.document)
      let others = [
        note, entry(try images.blobs.add(foreign, mediaType: MediaType.index), "team/foreign:1"),
        entry(missing, "team/missing:1"), unknown,
      ]
      try relist(images, own + others)
      #expect(try images.list().map(\.id) == [tool.id])
      #expect(try images.find(id: tool.id) != nil)
      let problems = try images.unusable().map { "\($0.name): \($0.problem)" }
      #expect(problems.count == 3)
      for (problem, words) in zip(problems, ["has no image's configuration", "has no image for", "is missing"]) {
        #expect(problem.contains(words), "\(problem)")
      }
      #expect(try images.prune() == PrunedContent())
      try images.importImages(from: dockerArchive(folder, tags: ["second"]))
      let index = try Document.parse(json: Files.read(images.indexPath))
      let kept = index["manifests"]?.listValue ?? []
      #expect(kept.contains(note) && kept.contains(unknown) && index["annotations"]?["org.example.kept"] == "yes")
      #expect(try images.remove(ImageReference("team/missing:1")))
      #expect(try images.unusable().count == 2)
    }
  }

  @Test func whatAnotherToolWritesMeanwhileIsKept() async throws {
    try await TemporaryFolder.with { folder in
      let images = try Images.open(at: folder.path("images"))
      let tool = try images.importImages(from: dockerArchive(folder, tags: ["tool"]))[0]
      let manifest = try #require(try images.index()[tool.names[0]])
      var turns = 0
      try images.changeIndex { index in
        turns += 1
        if turns == 1 {
          var theirs = index
          theirs.set(["docker.io/library/theirs:1"], manifest)
          try Files.replace(images.indexPath, with: theirs.bytes)
        }
        index.set(["docker.io/library/ours:1"], manifest)
      }
      #expect(turns == 2)
      #expect(try images.list().map(\.names.count) == [3])
      // One that writes in place has written a part only.
      let whole = try Files.read(images.indexPath)
      try Files.write(whole, to: folder.path("whole"))
      try Files.write(Array(whole.prefix(whole.count / 2)), to: images.indexPath)
      let copy = ProcessLaunch(
        "/bin/sh", ["sh", "-c", "sleep 0.03; cat \(folder.path("whole")) > \(images.indexPath)"],
        environment: ["PATH=/usr/bin:/bin"])
      let pid = try copy.start()
      #expect(try images.list().map(\.names.count) == [3])
      var status: Int32 = 0
      waitpid(pid, &status, 0)
    }
  }

  @Test(arguments: ["", "no archive at all", "{}"])
  func refusesWhatIsNoArchiveOfImages(content: String) async throws {
    try await TemporaryFolder.with { folder in
      let images = try Images.open(at: folder.path("images"))
      let file = try folder.write(content, to: "file")
      #expect(throws: ImageStoreError.self) { try images.importImages(from: file) }
      #expect(throws: (any Error).self) { try images.importImages(from: folder.path("missing")) }
      #expect(try images.list().isEmpty)
      #expect(try Files.list(images.drafts) == [])
    }
  }

  @Test func understandsNamesThatOtherToolsWriteIntoTheLayout() async throws {
    try await TemporaryFolder.with { folder in
      let images = try Images.open(at: folder.path("images"))
      try images.importImages(from: dockerArchive(folder, tags: ["tool"]))
      let short = try folder.read("images/index.json").split(separator: "docker.io/library/tool:latest")
      try Files.replace(images.indexPath, with: Array(short.joined(separator: "tool:7").utf8))
      #expect(try images.find(ImageReference("tool:7")) != nil)
      #expect(try images.find(ImageReference("tool")) == nil)
    }
  }
}
