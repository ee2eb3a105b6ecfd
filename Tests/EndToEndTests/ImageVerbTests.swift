import Documents
import SystemIO
import TestSupport
import Testing

/// `podium images …`, and pods from images that other tools have written.
@Suite(.serialized, .needsUserNamespace, .timeLimit(.minutes(1)))
struct ImageVerbTests {
  @Test(.needsRoot, .needsPrograms("skopeo", "umoci")) func podsOfRootRunImportedImages() async throws {
    try await Learner.with(.root, runImported)
  }

  @Test(.needsOrdinaryUser, .needsPrograms("skopeo", "umoci")) func podsOfAnOrdinaryUserRunImportedImages()
    async throws
  {
    try await Learner.with(.ordinaryUser, runImported)
  }

  @Test(
    .needsRoot, .needsOrdinaryUser, .needsPrograms("skopeo", "umoci", "newuidmap"))
  func podsOfAUserWithSubordinateIDsRunImportedImages() async throws {
    try await Account.withSubordinateIDs {
      try await Learner.with(.ordinaryUser) { try await runImported($0, owner: 1000) }
    }
  }

  /// An image of three layers, the last of which takes away what the others had.
  private func makeArchive(_ folder: TemporaryFolder, _ learner: Learner) async throws -> String {
    try await learner.makeImages()
    func run(_ program: String, _ arguments: String...) async throws {
      let answer = try await ProgramOutput.of(program, arguments, folder: folder.path)
      #expect(answer.end == .exited(0), "\(program) \(arguments): \(answer.error)")
    }
    try await run("skopeo", "copy", "-q", "oci:\(learner.images):docker.io/library/busybox:latest", "oci:layout:1")
    for file in ["one/data/a", "one/data/deep/b", "one/gone", "one/kept"] { try folder.write(file, to: file) }
    for file in ["two/data/.wh..wh..opq", "two/data/c", "two/.wh.gone"] { try folder.write("", to: file) }
    for layer in ["one", "two"] {
      try await run("tar", "--owner=1000", "--group=1000", "--mode=a+rX", "-cf", layer + ".tar", "-C", layer, ".")
      try await run("umoci", "raw", "add-layer", "--image", "layout:1", layer + ".tar")
    }
    try await run("umoci", "config", "--image", "layout:1", "--config.cmd", "sleep", "--config.cmd", "600")
    try await run("tar", "-czf", "image.tar.gz", "-C", "layout", ".")
    learner.account.own(folder.path)
    learner.account.own(folder.path("image.tar.gz"))
    return folder.path("image.tar.gz")
  }

  private func runImported(_ learner: Learner) async throws {
    // Where only one id is mapped, all files are its own.
    try await runImported(learner, owner: learner.account == .root ? 1000 : 0)
  }

  private func runImported(_ learner: Learner, owner: Int) async throws {
    try await TemporaryFolder.with { folder in
      let archive = try await makeArchive(folder, learner)
      let nameless = try await learner.podium("images", "import", archive)
      #expect(
        nameless.end == .exited(1) && nameless.error.contains("give the name with the import"), "\(nameless.error)")
      let imported = try await learner.podium("images", "import", archive, "--name", "team/layered:1")
      #expect(TextPattern("imported team/layered:1 (<...>, <...> MB)").matches(imported.lineWith("imported")))
      try await learner.kubectl("run", "layered", "--image=team/layered:1")
      try await learner.kubectl("wait", "--for=condition=Ready", "pod/layered", "--timeout=30s")
      #expect(try await learner.kubectl("exec", "layered", "--", "ls", "/data") == "c\n")
      #expect(try await learner.kubectl("exec", "layered", "--", "cat", "/kept") == "one/kept")
      #expect(
        try await learner.kubectl("exec", "layered", "--", "stat", "-c", "%u %g", "/kept") == "\(owner) \(owner)\n")
      let events = try await learner.kubectl("get", "events", "--field-selector", "reason=OwnersNotKept")
      let lost = "belong to root instead of the users that it names: only one user id is mapped. To change that: sudo "
      #expect(events.contains("Files of image \"team/layered:1\" \(lost)") == (owner == 0), "\(events)")
      let gone = try await learner.podium("kubectl", "exec", "layered", "--", "ls", "/gone")
      #expect(gone.error.contains("No such file"), "\(gone.error)")
      try await removeAndPrune(learner)
    }
  }

  private func removeAndPrune(_ learner: Learner) async throws {
    let used = try await learner.podium("images", "rm", "team/layered:1")
    #expect(
      used.error
        == "podium: team/layered:1 is used by container layered of pod default/layered in the cluster \(learner.cluster): delete the pod first, or remove the image all the same with --force\n"
    )
    #expect(try await learner.podium("images", "prune", "--all").output.hasPrefix("freed 0.0 MB: 0 blobs"))
    let about = try Document.parse(json: try await learner.podium("images", "inspect", "team/layered:1").output)
    let digits = String(try #require(about["id"]?.stringValue).dropFirst("sha256:".count))
    #expect(try await learner.podium("images", "rm", "--force", digits).output == "removed \(digits)\n")
    // The container runs on over its layers, whose archives are gone.
    let first = try await learner.podium("images", "prune").output
    #expect(TextPattern("freed <...> MB: 6 blobs, 0 unpacked layers\n").matches(first), "\(first)")
    #expect(try await learner.kubectl("exec", "layered", "--", "cat", "/kept") == "one/kept")
    try await learner.kubectl("delete", "pod", "layered", "--grace-period=1")
    let second = try await learner.podium("images", "prune").output
    #expect(TextPattern("freed <...> MB: 0 blobs, 2 unpacked layers\n").matches(second), "\(second)")
    #expect(try Files.list(learner.images + "/drafts") == [])
  }

  @Test func listsAndExplainsItself() async throws {
    try await Learner.with { learner in
      let list = try await learner.podium("images")
      #expect(TextPattern("nginx:latest<...>MB<...>stand-in").matches(list.lineWith("nginx:latest")))
      let document = try Document.parse(json: try await learner.podium("images", "ls", "-o", "json").output)
      let entry = document.listValue?.first { $0["name"] == "busybox:latest" }
      #expect(entry?["kind"] == "stand-in")
      let id = try #require(entry?["id"]?.stringValue)
      let ids = try await learner.podium("images", "ls", "-q").output.split(separator: "\n").map(String.init)
      #expect(ids.contains(String(id.dropFirst(7).prefix(12))) && Set(ids).count == ids.count)
      let about = try Document.parse(json: try await learner.podium("images", "inspect", "busybox").output)
      #expect(about["id"]?.stringValue == id && about["config"]?["Cmd"] == ["sh"])
      let several = try await learner.podium("images", "rm", String(id.dropFirst(7)))
      #expect(several.error.contains(" has several names, so say which: busybox:1, busybox:1.28"), "\(several.error)")
      for digit in Set(ids.map { $0.prefix(1) }) where ids.filter({ $0.hasPrefix(digit) }).count > 1 {
        let unclear = try await learner.podium("images", "inspect", String(digit))
        #expect(unclear.error.hasPrefix("podium: the ids of several images begin with \(digit): "), "\(unclear.error)")
      }
      for action in ["ls", "import", "build", "pull", "rm", "prune", "inspect"] {
        let help = try await learner.podium("images", action, "--help")
        #expect(help.end == .exited(0) && help.output.hasPrefix("Usage: podium images \(action)"))
      }
    }
  }

  @Test(arguments: [
    (["rm", "busybox:lastest"], "there is no image busybox:lastest; did you mean busybox:latest?"),
    (["rm", "nothing/like/it"], "there is no image nothing/like/it: podium images ls lists those that there are"),
    (["rm", "nginx"], "nginx is a stand-in, which Podium would make again at once: import or pull a real image"),
    (["rm"], "the name of an image is missing: see podium images rm --help"),
    (["remove", "x"], "unknown action \"remove\""), (["prnue"], "unknown action \"prnue\"; did you mean prune?"),
    (["ls", "-o", "yaml"], "-o takes json, not \"yaml\""),
    (["prune", "--al"], "unknown option --al; did you mean --all?: see podium images prune --help"),
    (["import", "/nowhere.tar"], "/nowhere.tar: "), (["pull", "Not/A Name"], "couldn't parse image name"),
    (["pull", "registry.invalid/x"], "the reach of registries is loopback"),
  ])
  func mistakesGetTheirNextStep(words: [String], text: String) async throws {
    try await Learner.with { learner in
      let answer = try await learner.podium(["images"] + words)
      #expect(answer.end != .exited(0))
      #expect(answer.error.hasPrefix("podium: ") && answer.error.contains(text), "\(answer.error)")
    }
  }

  @Test(.needsPrograms("skopeo")) func readsAnArchiveFromStandardInput() async throws {
    try await Learner.with { learner in
      try await TemporaryFolder.with { folder in
        try await learner.makeImages()
        let archive = folder.path("image.tar")
        let saved = try await ProgramOutput.of(
          "skopeo",
          [
            "copy", "-q", "oci:\(learner.images):docker.io/library/nginx:latest",
            "docker-archive:\(archive):docker.io/team/saved:1",
          ])
        #expect(saved.end == .exited(0), "\(saved.error)")
        let podium = BuiltProgram.path("podium") + " --cluster " + learner.cluster
        let imported = try await ProgramOutput.of(
          "sh", ["-c", "cat \(archive) | \(podium) images import -"], environment: learner.environment)
        #expect(TextPattern("imported team/saved:1 (<...>)\n").matches(imported.output), "\(imported)")
        // What was a stand-in is one under any name, but only Podium's own names come back.
        #expect(try await learner.podium("images").lineWith("team/saved:1").hasSuffix("stand-in"))
        #expect(try await learner.podium("images", "rm", "team/saved:1").output == "removed team/saved:1\n")
      }
    }
  }
}
