import Digests
import Documents
import Glibc
import SystemIO
import TestSupport
import Testing

@testable import ImageStore

@Suite struct BuiltInImagesTests {
  static var materials: BuiltInMaterials {
    BuiltInMaterials(busybox: "/bin/busybox", workload: BuiltProgram.path("podium-workload"))
  }

  @Test func makesALayoutWhoseDigestsAndSizesAreTrue() async throws {
    try await TemporaryFolder.with { folder in
      let images = try Images.open(at: folder.path("images"))
      try images.ensureBuiltIns(Self.materials)

      let marker = try Document.parse(json: folder.read("images/oci-layout"))
      #expect(marker["imageLayoutVersion"]?.stringValue == "1.0.0")
      let index = try Document.parse(json: folder.read("images/index.json"))
      #expect(index["schemaVersion"]?.integerValue == 2)
      let manifests = try #require(index["manifests"]?.listValue)
      #expect(manifests.count == BuiltInImage.all.flatMap(\.names).count)

      func checked(_ descriptor: Document?) throws -> [UInt8] {
        let digest = try #require(descriptor?["digest"]?.stringValue)
        let bytes = try Files.read(images.blobs.path(digest))
        #expect("sha256:" + SHA256.hexadecimal(of: bytes) == digest)
        #expect(bytes.count == Int(try #require(descriptor?["size"]?.integerValue)))
        return bytes
      }
      var seen: Set<String> = []
      for entry in manifests where seen.insert(entry["digest"]?.stringValue ?? "").inserted {
        let manifest = try Document.parse(json: checked(entry))
        #expect(manifest["mediaType"]?.stringValue == "application/vnd.oci.image.manifest.v1+json")
        let config = try Document.parse(json: checked(manifest["config"]))
        #expect(config["os"]?.stringValue == "linux")
        let layers = try #require(manifest["layers"]?.listValue)
        let diffIDs = config["rootfs"]?["diff_ids"]?.listValue?.compactMap(\.stringValue)
        // The layers are not compressed, so their digests before compression are the same.
        #expect(diffIDs == layers.compactMap { $0["digest"]?.stringValue })
        for layer in layers where seen.insert(layer["digest"]?.stringValue ?? "").inserted { _ = try checked(layer) }
      }
      #expect(seen.count == BuiltInImage.all.count + BuiltInImage.all.count + 1, "one base layer is shared by all")
      #expect(try Files.list(images.drafts) == [])
    }
  }

  @Test func makesTheSameBytesAnywhere() async throws {
    try await TemporaryFolder.with { folder in
      var blobs: [[String]] = []
      for name in ["one", "other"] {
        let images = try Images.open(at: folder.path(name))
        try images.ensureBuiltIns(Self.materials)
        blobs.append(try Files.list(images.blobs.folder))
      }
      #expect(blobs[0] == blobs[1])
      #expect(try folder.read("one/index.json") == folder.read("other/index.json"))
    }
  }

  @Test func findsImagesByEveryName() async throws {
    try await TemporaryFolder.with { folder in
      let images = try Images.open(at: folder.path("images"))
      #expect(try images.find(ImageReference("busybox")) == nil)
      try images.ensureBuiltIns(Self.materials)
      let busybox = try #require(try images.find(ImageReference("busybox")))
      #expect(busybox.isStandIn)
      #expect(busybox.names.contains("docker.io/library/busybox:latest"))
      #expect(busybox.digest.hasPrefix("docker.io/library/busybox@sha256:"))
      #expect(busybox.config.command == ["sh"])
      #expect(busybox.layers.count == 2)
      #expect(try images.find(ImageReference(busybox.digest))?.id == busybox.id)
      #expect(try images.find(ImageReference("busybox:1.28"))?.id == busybox.id)
      #expect(try images.find(ImageReference(busybox.id))?.names == busybox.names)
      #expect(try images.find(ImageReference("sha256:" + String(repeating: "0", count: 64))) == nil)
      #expect(try images.find(ImageReference("busybox:no-such-tag")) == nil)
      #expect(try images.find(ImageReference("nosuchimage/nosuch:1.0")) == nil)
      #expect(try images.find(ImageReference("absent:1")) == nil)
      for name in [
        "nginx", "ubuntu", "mongo:3.3", "vfarcic/go-demo-2", "willvelida/kuard", "nigelpoulton/k8sbook:latest",
        "gcr.io/google-samples/hello-app:2.0", "httpd", "alpine", "gcr.io/kuar-demo/kuard-amd64:blue",
      ] {
        #expect(try images.find(ImageReference(name)) != nil, "\(name)")
      }
      let nginx = try #require(try images.find(ImageReference("nginx")))
      #expect(nginx.config.stopSignal == "SIGQUIT")
      #expect(nginx.config.exposedPorts == ["80/tcp"])
      #expect(nginx.layers[0] == busybox.layers[0])
      #expect(try images.list().count == BuiltInImage.all.count)
    }
  }

  @Test func leavesPresentImagesAlone() async throws {
    try await TemporaryFolder.with { folder in
      let images = try Images.open(at: folder.path("images"))
      try images.ensureBuiltIns(Self.materials)
      let before = try FileIdentity(images.indexPath)
      try images.ensureBuiltIns(Self.materials)
      try Images.open(at: folder.path("images")).ensureBuiltIns(Self.materials)
      #expect(try FileIdentity(images.indexPath) == before)
    }
  }

  @Test func makesThemAnewOfAnotherProgram() async throws {
    try await TemporaryFolder.with { folder in
      let images = try Images.open(at: folder.path("images"))
      try images.ensureBuiltIns(Self.materials)
      let old = try #require(try images.find(ImageReference("nginx")))
      let other = folder.path("other-workload")
      try Files.write(try Files.read(Self.materials.workload) + [0], to: other, mode: 0o755)
      try images.ensureBuiltIns(BuiltInMaterials(busybox: "/bin/busybox", workload: other))
      let new = try #require(try images.find(ImageReference("nginx")))
      #expect(new.id != old.id)
      #expect(new.layers.allSatisfy { Files.isDirectory($0) })
      // The programs that run from the old layers go on running.
      #expect(old.layers.allSatisfy { Files.isDirectory($0) })
    }
  }

  /// Whatever a crash has left half-done, the next start completes; what is complete is what the names say.
  @Test(arguments: ["built-in.json", "index.json", "unpacked", "blobs/sha256", "drafts"])
  func recoversFromACrash(lost: String) async throws {
    try await TemporaryFolder.with { folder in
      let path = folder.path("images")
      try Images.open(at: path).ensureBuiltIns(Self.materials)
      let wanted = try #require(try Images.open(at: path).find(ImageReference("ubuntu"))).id
      try Files.removeTree(path + "/" + lost)
      try folder.write("half a layer", to: "images/drafts/layer/usr/bin/half")
      try folder.write("half an archive", to: "images/drafts/archive")

      let images = try Images.open(at: path)
      try images.ensureBuiltIns(Self.materials)
      let found = try #require(try images.find(ImageReference("ubuntu")))
      #expect(found.id == wanted)
      #expect(found.layers.allSatisfy { Files.exists($0) })
      #expect(Files.exists(found.layers[0] + "/usr/bin/busybox"))
    }
  }

  @Test(.timeLimit(.minutes(1)), arguments: [1, 2, 3, 4, 5, 12, 23, 24, 25, 26])
  func isCompleteAfterStopping(step: Int) async throws {
    try await TemporaryFolder.with { folder in
      let path = folder.path("images")
      let images = try Images.open(at: path)
      var remaining = step
      struct Killed: Error {}
      #expect(throws: Killed.self) {
        try images.ensureBuiltIns(Self.materials) {
          remaining -= 1
          if remaining == 0 { throw Killed() }
        }
      }
      let after = try Images.open(at: path)
      for image in try after.list() { #expect(image.layers.allSatisfy { Files.isDirectory($0) }) }
      try after.ensureBuiltIns(Self.materials)
      #expect(try after.list().count == BuiltInImage.all.count)
      #expect(try Files.list(after.drafts) == [])
    }
  }

  @Test func repairsABlobThatAPowerFailureCutShort() async throws {
    try await TemporaryFolder.with { folder in
      let images = try Images.open(at: folder.path("images"))
      try images.ensureBuiltIns(Self.materials)
      let stump = images.blobs.path("sha256:" + String(try #require(try images.list().first).layers[0].suffix(64)))
      try Files.write("", to: stump)
      try images.ensureBuiltIns(Self.materials)
      #expect(SHA256.hexadecimal(of: try Files.read(stump)) == stump.suffix(64))
      let image = try #require(try images.list().first)
      for digest in [image.manifestDigest, image.id] {
        try Files.removeTree(images.blobs.path(digest))
        try images.ensureBuiltIns(Self.materials)
        #expect("sha256:" + SHA256.hexadecimal(of: try Files.read(images.blobs.path(digest))) == digest)
      }
    }
  }

  @Test func saysWhatIsWrongWithItsMaterials() async throws {
    try await TemporaryFolder.with { folder in
      let images = try Images.open(at: folder.path("images"))
      let dynamic = BuiltInMaterials(busybox: "/bin/sh", workload: Self.materials.workload)
      let error = #expect(throws: ImageStoreError.self) { try images.ensureBuiltIns(dynamic) }
      #expect(
        error?.description
          == "cannot make the built-in images from /bin/sh: it needs shared libraries; install the package busybox-static"
      )
      let missing = BuiltInMaterials(busybox: folder.path("busybox"), workload: Self.materials.workload)
      #expect(throws: (any Error).self) { try images.ensureBuiltIns(missing) }
      #expect(try images.list().isEmpty)
    }
  }

  @Test func unpacksAShellThatRuns() async throws {
    try await TemporaryFolder.with { folder in
      let images = try Images.open(at: folder.path("images"))
      try images.ensureBuiltIns(Self.materials)
      let base = try #require(try images.find(ImageReference("busybox"))).layers[0]
      let output = try await run(base + "/usr/bin/sh", ["-c", "echo $((6 * 7)) $0"])
      #expect(output == "42 \(base)/usr/bin/sh\n")
      #expect(try await run(base + "/bin/ps", ["-o", "pid,args"]).contains("ps -o pid,args"))
      #expect(try await run(base + "/usr/bin/date", ["-u", "-d", "@0"]) == "Thu Jan  1 00:00:00 UTC 1970\n")
    }
  }

  /// What busybox's shell does not know it looks for on the search path.
  @Test func aHiddenCommandIsNoneOfTheShellsOwn() async throws {
    try await TemporaryFolder.with { folder in
      let program = folder.path("busybox")
      try Files.write(
        HiddenApplets.hiding(["nc", "none"], in: Files.read(Self.materials.busybox)), to: program, mode: 0o755)
      func shell(_ line: String) async throws -> ProgramOutput {
        try await ProgramOutput.of(program, ["sh", "-c", "PATH=/nowhere; \(line)"])
      }
      #expect(try await shell("nc").error.hasSuffix("nc: not found\n"))
      // Its neighbours in the table are still found.
      for name in ["basename", "mv", "netstat", "nslookup", "yes | head -n 1"] {
        #expect(try await !shell("\(name) --help").error.contains("not found"), "\(name)")
      }
      #expect(try await ProgramOutput.of(program, [HiddenApplets.hiddenName(of: "nc"), "--help"]).error.contains("-l"))
    }
  }

  @Test func listsApplets() throws {
    let applets = try Self.materials.applets()
    for name in ["sh", "date", "hostname", "wget", "nc", "vi", "tail", "sleep"] {
      #expect(applets.contains("usr/bin/" + name), "\(name)")
    }
    #expect(!applets.contains("usr/bin/busybox"))
  }

  private func run(_ program: String, _ arguments: [String]) async throws -> String {
    let finished = try await ProgramOutput.of(program, arguments)
    #expect(finished.end == .exited(0), "\(finished.error)")
    return finished.output
  }
}
