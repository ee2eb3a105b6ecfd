import Glibc
import ObjectSchema
import SystemIO
import TestSupport
import Testing

@testable import Kubelet

@Suite struct AtomicFolderTests {
  private static let now = Timestamp(seconds: 1_795_287_854)

  private func withFolder(group: UInt32? = nil, _ body: (AtomicFolder) throws -> Void) async throws {
    try await TemporaryFolder.with { folder in
      try Files.makeDirectories(folder.path("volume"), mode: 0o755)
      try body(AtomicFolder(path: folder.path("volume"), group: group))
    }
  }

  private func file(_ path: String, _ text: String, mode: UInt32 = 0o644) -> VolumeFile {
    VolumeFile(path: path, bytes: Array(text.utf8), mode: mode)
  }

  @Test func showsFilesThroughLinksToADatedFolder() async throws {
    try await withFolder { folder in
      #expect(try folder.show([file("one", "1"), file("deep/in/two", "2", mode: 0o400)], now: Self.now))
      let names = try Files.list(folder.path)
      #expect(names.count == 4 && names.suffix(2) == ["deep", "one"])
      #expect(try Files.linkTarget(folder.path + "/one") == "..data/one")
      #expect(try Files.linkTarget(folder.path + "/deep") == "..data/deep")
      let version = try Files.linkTarget(folder.path + "/..data")
      #expect(version.hasPrefix("..2026_11_21_19_04_14.") && names.contains(version))
      #expect(try Files.readText(folder.path + "/deep/in/two") == "2")
      #expect(try Files.mode(of: folder.path + "/deep/in/two") == 0o400)
      #expect(try Files.mode(of: folder.path + "/deep") == 0o755)
    }
  }

  @Test func changesAllFilesAtOnceAndLeavesNothingOfTheFormerOnes() async throws {
    try await withFolder { folder in
      try folder.show([file("kept", "a"), file("gone", "b"), file("deep/gone", "c")], now: Self.now)
      let former = try Files.linkTarget(folder.path + "/..data")
      // What was opened before stays what it was.
      let reader = try Files.open(folder.path + "/kept", O_RDONLY)
      defer { close(reader) }
      #expect(try folder.show([file("kept", "A"), file("new", "d")], now: Self.now))
      let version = try Files.linkTarget(folder.path + "/..data")
      #expect(version != former)
      #expect(try Set(Files.list(folder.path)) == ["..data", version, "kept", "new"])
      #expect(try Files.readText(folder.path + "/kept") == "A")
      var byte: UInt8 = 0
      #expect(read(reader, &byte, 1) == 1 && byte == UInt8(ascii: "a"))
    }
  }

  @Test func doesNothingWhenNothingIsNew() async throws {
    try await withFolder { folder in
      #expect(try folder.show([file("one", "1")], now: Self.now))
      let version = try Files.linkTarget(folder.path + "/..data")
      #expect(try folder.show([file("one", "1")], now: Self.now) == false)
      #expect(try Files.linkTarget(folder.path + "/..data") == version)
      #expect(try folder.show([], now: Self.now))
      #expect(try Files.list(folder.path).count == 2)
    }
  }

  @Test func clearsWhatAKilledKubeletLeftHalfDone() async throws {
    try await withFolder { folder in
      try folder.show([file("one", "1")], now: Self.now)
      try Files.makeDirectories(folder.path + "/..2020_01_01_00_00_00.1", mode: 0o755)
      try Files.makeLink(to: "..2020_01_01_00_00_00.1", at: folder.path + "/..data_tmp")
      try folder.show([file("one", "2")], now: Self.now)
      let version = try Files.linkTarget(folder.path + "/..data")
      #expect(try Set(Files.list(folder.path)) == ["..data", version, "one"])
    }
  }

  /// A group that whoever runs the tests may give files to.
  @Test func givesFilesToTheGroup() async throws {
    try await withFolder(group: getegid()) { folder in
      try folder.show([file("open", "1"), file("deep/closed", "2", mode: 0o400)], now: Self.now)
      #expect(try Files.mode(of: folder.path + "/open") == 0o644)
      #expect(try Files.mode(of: folder.path + "/deep/closed") == 0o440)
      #expect(try Files.mode(of: folder.path + "/deep") == 0o2755)
    }
  }

  @Test func refusesPathsThatLeadOut() async throws {
    try await withFolder { (folder: AtomicFolder) throws in
      for (path, message) in [
        ("", "invalid path: must not be empty: \"\""), ("/etc", "invalid path: must be relative path: /etc"),
        ("a/../b", "invalid path: must not contain '..': a/../b"),
        ("..data", "invalid path: must not start with '..': ..data"),
      ] {
        #expect(throws: ContainerPlanError(message)) { try folder.show([file(path, "")], now: Self.now) }
      }
      #expect(try Files.list(folder.path) == [])
    }
  }
}
