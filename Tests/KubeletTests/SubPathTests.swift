import Glibc
import SystemIO
import TestSupport
import Testing

@testable import Kubelet

@Suite struct SubPathTests {
  private static func withVolume(_ body: (TemporaryFolder, (String) throws -> Void) throws -> Void) async throws {
    try await TemporaryFolder.with { folder in
      try Files.makeDirectories(folder.path("volume"), mode: 0o755)
      try Files.setMode(folder.path("volume"), 0o777)
      try folder.write("secret", to: "outside/file")
      try body(folder) { path in
        try SubPath(path: path, volumePath: folder.path("volume"), volumeMount: "data", container: "main").prepare()
      }
    }
  }

  @Test func makesThePartWithTheModeOfTheVolume() async throws {
    try await Self.withVolume { folder, prepare in
      try prepare("a/./b/c")
      for path in ["a", "a/b", "a/b/c"] { #expect(try Files.mode(of: folder.path("volume/" + path)) == 0o777) }
      // What is there stays as it is, be it a file.
      try folder.write("text", to: "volume/file")
      try prepare("file")
      #expect(try folder.read("volume/file") == "text")
      symlink("a/b", folder.path("volume/inner"))
      try prepare("inner/d")
      #expect(Files.isDirectory(folder.path("volume/a/b/d")))
    }
  }

  @Test func refusesEveryWayOutInKubernetesWords() async throws {
    try await Self.withVolume { folder, prepare in
      symlink("../outside", folder.path("volume/up"))
      symlink(folder.path("outside"), folder.path("volume/far"))
      symlink("../nowhere", folder.path("volume/dangling"))
      try folder.write("text", to: "volume/file")
      for (path, message) in [
        ("/etc", "error SubPath `/etc` must not be an absolute path"),
        ("a/../b", "unable to provision SubPath `a/../b`: must not contain '..'"),
        ("up", #"failed to prepare subPath for volumeMount "data" of container "main""#),
        ("up/file", #"failed to prepare subPath for volumeMount "data" of container "main""#),
        ("far/new", #"failed to prepare subPath for volumeMount "data" of container "main""#),
        ("dangling", #"failed to prepare subPath for volumeMount "data" of container "main""#),
        ("file/below", #"failed to prepare subPath for volumeMount "data" of container "main""#),
      ] {
        #expect(throws: ContainerPlanError(message), "\(path)") { try prepare(path) }
      }
      #expect(try Files.list(folder.path("outside")) == ["file"])
      #expect(!Files.exists(folder.path("nowhere")))
    }
  }
}
