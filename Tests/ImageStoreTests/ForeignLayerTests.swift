import CArchive
import Glibc
import SystemIO
import TestSupport
import Testing

@testable import ImageStore

/// Layers as the machine's own `tar` makes them, with what our own writer never does.
@Suite(.timeLimit(.minutes(1))) struct ForeignLayerTests {
  /// May open ports below 1024.
  private let capability: [UInt8] = [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]

  private func tar(_ folder: TemporaryFolder, _ arguments: String...) async throws {
    let answer = try await ProgramOutput.of(
      "tar", ["--xattrs", "--xattrs-include=*", "-C", folder.path("content")] + arguments)
    #expect(answer.end == .exited(0), "\(answer.error)")
  }

  private func unpack(_ folder: TemporaryFolder, _ archive: String = "layer.tar") throws -> String {
    let root = folder.path("root")
    try Files.makeDirectories(root)
    try LayerUnpacker.unpack(folder.path(archive), into: root, expecting: nil)
    return root
  }

  /// What `setcap` notes in a `RUN` is still there when the image is unpacked.
  @Test(.needsRoot) func whatAContainerGaveToItsFilesIsKept() async throws {
    try await TemporaryFolder.with { folder in
      try folder.write("x", to: "upper/file")
      try Files.makeDirectories(folder.path("upper/folder"))
      for path in ["upper/file", "upper/folder"].map(folder.path) {
        try systemCall("lsetxattr", on: path) { lsetxattr(path, "user.note", "hello", 5, 0) }
        try systemCall("lsetxattr", on: path) { lsetxattr(path, "user.overlay.origin", "x", 1, 0) }
      }
      let file = folder.path("upper/file")
      try systemCall("lsetxattr", on: file) { lsetxattr(file, "security.capability", capability, capability.count, 0) }
      try systemCall("lsetxattr", on: file) { lsetxattr(file, "trusted.note", "x", 1, 0) }
      let images = try Images.open(at: folder.path("images"))
      let layer = try #require(try await images.addLayer(ofChangesIn: folder.path("upper")))
      let again = try #require(try await images.addLayer(ofChangesIn: folder.path("upper")))
      #expect(layer == again)
      let root = folder.path("root")
      try Files.makeDirectories(root)
      try LayerUnpacker.unpack(images.blobs.path(layer.digest), into: root, expecting: layer.digest)
      #expect(attribute("security.capability", of: root + "/file") == capability)
      for path in ["/file", "/folder"] {
        #expect(attribute("user.note", of: root + path) == Array("hello".utf8))
        #expect(attribute("user.overlay.origin", of: root + path) == nil)
        #expect(attribute("trusted.note", of: root + path) == nil)
      }
    }
  }

  /// A user that is given subordinate ids, or loses them, must not meet the files of strangers.
  @Test(.needsRoot) func aLayerIsUnpackedAnewWhereIDsMeanOthers() async throws {
    try await TemporaryFolder.with { folder in
      let images = try Images.open(at: folder.path("images"))
      let archive = try dockerArchive(folder, tags: ["tool"], owner: FileOwner(user: 1000, group: 50))
      let image = try images.importImages(from: archive)[0]
      try images.prepareLayers(of: image)
      #expect(!images.lacksOwners(image))
      let layer = image.layers[1]
      #expect(images.ownership(ofLayer: image.layers[0]) == nil)
      #expect(images.ownership(ofLayer: layer)?.ids == LayerOwnership.ownIDs)
      // As a node with one id would have unpacked it.
      let foreign = LayerOwnership(ids: "0 1000 1\n0 1000 1", isIncomplete: true)
      try Files.write(foreign.text, to: images.ownershipPath(layer))
      chown(layer + "/tool", 0, 0)
      #expect(images.lacksOwners(image))
      try images.prepareLayers(of: image)
      var status = stat()
      stat(layer + "/tool", &status)
      #expect(status.st_uid == 1000 && status.st_gid == 50 && !images.lacksOwners(image))
      #expect(try Files.list(images.drafts) == [])
      try images.remove(ImageReference("tool"))
      try images.prune()
      #expect(try Files.list(images.path + "/owners") == [])
    }
  }

  private func attribute(_ name: String, of path: String) -> [UInt8]? {
    var value = [UInt8](repeating: 0, count: 100)
    let count = lgetxattr(path, name, &value, value.count)
    return count < 0 ? nil : Array(value[..<count])
  }

  @Test(.needsRoot) func keepsOwnersAndAttributesAndLeavesDevicesOut() async throws {
    try await TemporaryFolder.with { folder in
      let file = try folder.write("text", to: "content/file")
      try systemCall("lchown", on: file) { lchown(file, 1234, 4321) }
      try systemCall("lsetxattr", on: file) { lsetxattr(file, "security.capability", capability, capability.count, 0) }
      try systemCall("lsetxattr", on: file) { lsetxattr(file, "user.note", "hello", 5, 0) }
      lsetxattr(file, "trusted.overlay.opaque", "y", 1, 0)
      let device = folder.path("content/zero")
      try systemCall("mknod", on: device) { mknod(device, S_IFCHR | 0o666, 1 << 8 | 5) }
      try await tar(folder, "-cf", folder.path("layer.tar"), ".")
      let root = try unpack(folder)
      #expect(try Files.list(root) == ["file"])
      #expect(attribute("security.capability", of: root + "/file") == capability)
      #expect(attribute("user.note", of: root + "/file") == Array("hello".utf8))
      #expect(attribute("trusted.overlay.opaque", of: root + "/file") == nil)
      var status = stat()
      #expect(lstat(root + "/file", &status) == 0 && status.st_uid == 1234 && status.st_gid == 4321)
    }
  }

  @Test func pipesAndLinksKeepTheirModesAndTimes() async throws {
    try await TemporaryFolder.with { folder in
      try Files.makeDirectories(folder.path("content"))
      mkfifo(folder.path("content/pipe"), 0o600)
      symlink("nowhere", folder.path("content/link"))
      try await tar(folder, "--mode=0622", "--mtime=@1000000000", "-cf", folder.path("layer.tar"), "pipe", "link")
      let root = try unpack(folder)
      var status = stat()
      for (name, mode) in [("pipe", FileType.namedPipe.rawValue | 0o622), ("link", nil)] {
        try systemCall("lstat", on: name) { lstat(root + "/" + name, &status) }
        #expect(status.st_mtim.tv_sec == 1_000_000_000)
        if let mode { #expect(status.st_mode == mode) }
      }
    }
  }

  @Test func absoluteNamesLieInsideTheImage() async throws {
    try await TemporaryFolder.with { folder in
      let outside = try folder.write("layer's", to: "outside")
      try folder.write("", to: "content/x")
      try await tar(folder, "-P", "-cf", folder.path("layer.tar"), outside)
      try Files.write("mine", to: outside)
      let root = try unpack(folder)
      #expect(try Files.readText(root + outside) == "layer's")
      #expect(try folder.read("outside") == "mine")
    }
  }

  @Test func aFileThatEndsTooEarlyIsNamed() async throws {
    try await TemporaryFolder.with { folder in
      try folder.write(String(repeating: "x", count: 100_000), to: "content/long/file")
      try await tar(folder, "-cf", folder.path("layer.tar"), ".")
      try Files.write(Array(try Files.read(folder.path("layer.tar")).prefix(50_000)), to: folder.path("layer.tar"))
      let error = #expect(throws: ImageStoreError.self) { try unpack(folder) }
      #expect("\(error.map { "\($0)" } ?? "")".contains("entry ./long/file cannot be read to its end"))
    }
  }

  @Test func anArchiveMayLackWhatFillsItsLastBlock() async throws {
    try await TemporaryFolder.with { folder in
      try folder.write("first", to: "content/a")
      try folder.write("last", to: "content/b")
      try await tar(folder, "-cf", folder.path("layer.tar"), "a", "b")
      var bytes = try Files.read(folder.path("layer.tar"))
      while bytes.last == 0 { bytes.removeLast() }
      try Files.write(bytes, to: folder.path("layer.tar"))
      #expect(try Files.readText(unpack(folder) + "/b") == "last")
    }
  }

  @Test func anArchiveThatUnpacksWithoutMeasureIsRefused() async throws {
    try await TemporaryFolder.with { folder in
      let file = try folder.write("", to: "content/bomb")
      try systemCall("truncate", on: file) { truncate(file, 400 << 20) }
      try await tar(folder, "-I", "zstd", "-cf", folder.path("layer.tar"), ".")
      try #require(Files.read(folder.path("layer.tar")).count < 1 << 20)
      let error = #expect(throws: ImageStoreError.self) { try unpack(folder) }
      let words = "\(error.map { "\($0)" } ?? "")"
      #expect(words.contains("entry ./bomb cannot be read to its end: it would unpack to more than"), "\(words)")
    }
  }

  @Test(arguments: ["--gzip", "--zstd", "--xz", "--bzip2"])
  func everyUsualCompressionIsUnderstood(option: String) async throws {
    try await TemporaryFolder.with { folder in
      try folder.write("text", to: "content/file")
      try await tar(folder, option, "-cf", folder.path("layer.tar"), ".")
      #expect(try Files.readText(unpack(folder) + "/file") == "text")
    }
  }
}
