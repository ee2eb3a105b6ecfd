import Glibc
import SystemIO
import TestSupport
import Testing

@testable import ImageStore

@Suite struct LayerUnpackerTests {
  @Test func unpacksFilesLinksAndModes() async throws {
    try await withUnpacked([
      .directory("a", mode: 0o755), .text("a/file", "text", mode: 0o640), .script("a/run", "#!/bin/sh\n"),
      .link("a/soft", to: "file"), .hardLink("hard", to: "a/file"), .directory("tmp", mode: 0o1777),
      .text("deep/in/nothing", "made on the way"), .directory("closed", mode: 0o500), .text("closed/inside", "x"),
    ]) { root throws in
      #expect(try Files.readText(root + "/hard") == "text")
      #expect(try Files.readText(root + "/a/soft") == "text")
      #expect(try Files.readText(root + "/deep/in/nothing") == "made on the way")
      #expect(try mode(root + "/a/file") == 0o640)
      #expect(try mode(root + "/a/run") == 0o755)
      #expect(try mode(root + "/tmp") == 0o1777)
      #expect(try mode(root + "/closed") == 0o500)
      var file = stat()
      var hard = stat()
      stat(root + "/a/file", &file)
      stat(root + "/hard", &hard)
      #expect(file.st_ino == hard.st_ino)
      #expect(file.st_mtim.tv_sec == LayerWriter.timestamp)
    }
  }

  /// Several tools leave out directories that are below already.
  @Test func aDirectoryThatIsNotListedIsLikeTheOneBelow() async throws {
    try await TemporaryFolder.with { folder in
      var layers: [String] = []
      let lowest: [LayerEntry] = [
        .directory("tmp", mode: 0o1777), .directory("root", mode: 0o700), .directory("root/deep", mode: 0o711),
        .link("out", to: "/"),
      ]
      let highest: [LayerEntry] = [
        .text("tmp/a", "a"), .text("root/deep/b", "b"), .text("new/c", "c"), .text("out/tmp/d", "d"),
        .directory("root", mode: 0o750),
      ]
      for (number, entries) in [lowest, [.text("etc/hosts", "")], highest].enumerated() {
        let archive = folder.path("\(number).tar")
        _ = try LayerWriter.write(entries, to: archive)
        let layer = folder.path("\(number)")
        try Files.makeDirectories(layer)
        try LayerUnpacker.unpack(archive, into: layer, over: layers, expecting: nil)
        layers.append(layer)
      }
      #expect(try mode(layers[2] + "/tmp") == 0o1777)
      #expect(try mode(layers[2] + "/root/deep") == 0o711)
      // What is listed counts, and what the machine has of that name does not.
      #expect(try mode(layers[2] + "/root") == 0o750)
      #expect(try mode(layers[2] + "/new") == 0o755)
      #expect(try mode(layers[2] + "/out/tmp") == 0o755)
    }
  }

  @Test func laterEntriesReplaceEarlierOnes() async throws {
    try await withUnpacked([
      .directory("x"), .text("x/y", "old"), .text("x", "now a file"), .link("l", to: "/etc"), .directory("l"),
      .text("l/passwd", "inside"),
    ]) { root throws in
      #expect(try Files.readText(root + "/x") == "now a file")
      #expect(try Files.readText(root + "/l/passwd") == "inside")
      #expect(FileType(of: root + "/l") == .directory)
    }
  }

  @Test func followsLinksInsideTheImageOnly() async throws {
    try await withUnpacked([
      .directory("usr"), .directory("usr/bin"), .link("bin", to: "/usr/bin"), .text("bin/tool", "tool"),
      .link("up", to: "../../../../.."), .text("up/caught", "still inside"),
      .directory("etc"), .link("conf", to: "/etc"), .text("conf/podium-test-escape", "inside"),
    ]) { root throws in
      #expect(try Files.readText(root + "/usr/bin/tool") == "tool")
      #expect(try Files.readText(root + "/caught") == "still inside")
      #expect(try Files.readText(root + "/etc/podium-test-escape") == "inside")
      #expect(!Files.exists("/etc/podium-test-escape"))
    }
  }

  @Test(arguments: [
    ([LayerEntry.text("../outside", "x")], "would climb out"),
    ([.text("a/../../outside", "x")], "would climb out"),
    ([.text("a", "x"), .hardLink("b", to: "../../etc/passwd")], "would climb out"),
    ([.text(".wh...", "")], "would remove .."),
    ([.text(".wh..", "")], "would remove ."),
    ([.text(".wh.", "")], "would remove nothing"),
    ([.link("a", to: "b"), .link("b", to: "a"), .text("a/x", "")], "circle of links"),
    ([.text("a", "x"), .text("a/b", "x")], "as a directory"),
  ])
  func refusesHostilePaths(entries: [LayerEntry], problem: String) async throws {
    try await TemporaryFolder.with { folder in
      let archive = folder.path("layer.tar")
      _ = try LayerWriter.write(entries, to: archive)
      try folder.write("precious", to: "precious")
      let root = folder.path("root")
      try Files.makeDirectories(root)
      let error = #expect(throws: ImageStoreError.self) {
        try LayerUnpacker.unpack(archive, into: root, expecting: nil)
      }
      #expect("\(error.map { "\($0)" } ?? "")".contains(problem))
      #expect(try Files.list(folder.path) == ["layer.tar", "precious", "root"])
    }
  }

  @Test func writesWhiteoutsAsOverlayFileSystemsHaveThem() async throws {
    try await withUnpacked([
      .directory("a"), .text("a/.wh.gone", ""), .directory("b"), .text("b/.wh..wh..opq", ""), .text(".wh..wh.plnk", ""),
    ]) { root throws in
      var status = stat()
      #expect(lstat(root + "/a/gone", &status) == 0)
      #expect(FileType(of: root + "/a/gone") == .characterDevice)
      #expect(status.st_rdev == 0)
      #expect(try Files.list(root + "/b") == [])
      #expect(try Files.list(root) == ["a", "b"])
    }
  }

  @Test func checksTheDigestBeforeCompression() async throws {
    try await TemporaryFolder.with { folder in
      let archive = folder.path("layer.tar")
      let (digest, _) = try LayerWriter.write([.text("file", "content")], to: archive)
      #expect(try await ProgramOutput.of("/bin/gzip", ["-n", archive]).end == .exited(0))
      for (name, expected, works) in [("good", digest, true), ("bad", String(repeating: "0", count: 64), false)] {
        let root = folder.path(name)
        try Files.makeDirectories(root)
        let unpack = { _ = try LayerUnpacker.unpack(archive + ".gz", into: root, expecting: "sha256:" + expected) }
        if works {
          try unpack()
          #expect(try Files.readText(root + "/file") == "content")
        } else {
          #expect(throws: ImageStoreError.self) { try unpack() }
        }
      }
    }
  }

  @Test func saysThatAnArchiveIsCutShort() async throws {
    try await TemporaryFolder.with { folder in
      let archive = folder.path("layer.tar")
      _ = try LayerWriter.write([.text("file", String(repeating: "x", count: 5000))], to: archive)
      try Files.write(Array(try Files.read(archive).prefix(2000)), to: archive)
      let root = folder.path("root")
      try Files.makeDirectories(root)
      #expect(throws: ImageStoreError.self) { try LayerUnpacker.unpack(archive, into: root, expecting: nil) }
    }
  }

  private func mode(_ path: String) throws -> UInt32 {
    var status = stat()
    try systemCall("lstat", on: path) { lstat(path, &status) }
    return status.st_mode & 0o7777
  }

  private func withUnpacked(_ entries: [LayerEntry], _ body: (String) throws -> Void) async throws {
    try await TemporaryFolder.with { folder in
      let archive = folder.path("layer.tar")
      _ = try LayerWriter.write(entries, to: archive)
      let root = folder.path("root")
      try Files.makeDirectories(root)
      try LayerUnpacker.unpack(archive, into: root, expecting: nil)
      try body(root)
    }
  }
}
