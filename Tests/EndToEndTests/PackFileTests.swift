import Glibc
import SystemIO
import TestSupport
import Testing

/// Packs as files that travel: built, installed, compared and removed.
@Suite(.timeLimit(.minutes(2)))
struct PackFileTests {
  /// A learner beside a folder with the pack `greetings`.
  private static func withPack(_ body: (Learner, TemporaryFolder, _ pack: String) async throws -> Void) async throws {
    try await TemporaryFolder.with { folder in
      try await Learner.with { learner in
        let pack = folder.path("greetings")
        try await succeeds(learner.podium("pack", "new", pack))
        try await body(learner, folder, pack)
      }
    }
  }

  @discardableResult
  private static func succeeds(
    _ answer: ProgramOutput, sourceLocation: SourceLocation = #_sourceLocation
  ) -> String {
    #expect(answer.end == .exited(0), "\(answer.output)\(answer.error)", sourceLocation: sourceLocation)
    return answer.output
  }

  private static func publish(_ version: String, _ pack: String) throws {
    let file = pack + "/pack.yaml"
    let lines = try Files.readText(file).split(separator: "\n").map {
      $0.hasPrefix("version:") ? "version: \(version)" : $0
    }
    try Files.write(lines.joined(separator: "\n") + "\n", to: file)
  }

  private func shell(_ script: String, in folder: String) async throws -> ProgramOutput {
    try await ProgramOutput.of("sh", ["-c", script], folder: folder)
  }

  @Test func theSamePackIsTheSameFileWhereverItLies() async throws {
    try await Self.withPack { learner, folder, pack in
      let elsewhere = folder.path("deep/er/another name")
      // Other times, other permissions, and what belongs to no pack.
      let copied = try await shell(
        "mkdir -p deep/er && cp -r greetings '\(elsewhere)' && touch -d 2001-01-01 '\(elsewhere)'/*.md && chmod 600 '\(elsewhere)'/*.yaml && echo x > '\(elsewhere)/.hidden'",
        in: folder.path)
      Self.succeeds(copied)
      let (one, other) = (folder.path("one.podiumpack"), folder.path("other.podiumpack"))
      let told = Self.succeeds(try await learner.podium("pack", "build", pack, "-o", one))
      Self.succeeds(try await learner.podium("pack", "build", elsewhere, "-o", other))
      #expect(try Files.read(one) == Files.read(other))
      // Everybody's tools read it, and find what the lock says.
      let check = try await shell(
        "mkdir out && tar -xf one.podiumpack -C out && cd out && sha256sum -c pack.lock && sha256sum < pack.lock",
        in: folder.path)
      let lines = Self.succeeds(check).split(separator: "\n")
      #expect(lines.dropLast() == ["files/hello.yaml: OK", "hello.md: OK", "pack.yaml: OK"])
      #expect(told.hasSuffix("sha256:\(lines.last?.prefix(64) ?? "")\n"), "\(told)")
      // What was unpacked is a pack, and the same one.
      Self.succeeds(try await learner.podium("pack", "build", folder.path("out"), "-o", other))
      #expect(try Files.read(one) == Files.read(other))
    }
  }

  @Test func theBuiltInPackTravelsWithItsManifests() async throws {
    try await TemporaryFolder.with { folder in
      try await Learner.with { learner in
        let file = folder.path("pods.podiumpack")
        Self.succeeds(try await learner.podium("pack", "build", Learner.checkout + "/Lessons/pods", "-o", file))
        #expect(
          Self.succeeds(try await learner.podium("pack", "lint", file)).hasPrefix(
            "The pack \"pods\" reads well: 7 lessons"))
        let difference = try await learner.podium("pack", "diff", file, Learner.checkout + "/Lessons/pods")
        #expect(difference == ProgramOutput(end: .exited(0), output: "The two are the same.\n", error: ""))
        // What comes with the program is neither replaced nor removed.
        let install = try await learner.podium("pack", "install", file)
        #expect(install.end == .exited(1))
        #expect(install.error.hasPrefix("podium: the pack \"pods\" comes with the program and is not replaced: "))
        #expect(
          try await learner.podium("pack", "remove", "pods").error
            == "podium: the pack \"pods\" comes with the program and is not removed\n")
      }
    }
  }

  @Test func aPackWithFindingsIsNotBuilt() async throws {
    try await Self.withPack { learner, folder, pack in
      let lesson = try Files.readText(pack + "/hello.md")
      try Files.write(lesson.replacing("```hint", with: "```explore"), to: pack + "/hello.md")
      let answer = try await learner.podium("pack", "build", pack, "-o", folder.path("x"))
      #expect(answer.end == .exited(1))
      #expect(
        answer.error.hasSuffix("[no-hint]\npodium: \(pack): not built, since something is wrong with it\n"),
        "\(answer.error)")
      #expect(!Files.exists(folder.path("x")))
      // Advice may be taken or not.
      try Files.write(lesson.replacing("time=2m", with: ""), to: pack + "/hello.md")
      #expect(
        Self.succeeds(try await learner.podium("pack", "lint", pack)).hasPrefix(
          "\(pack)/hello.md:9: the step \"make\" says no time: add time=3m to its title [no-estimate, advice]\n"))
      Self.succeeds(try await learner.podium("pack", "build", pack, "-o", folder.path("x")))
    }
  }

  @Test func versionsTakeEachOthersPlaceAndSaySo() async throws {
    try await Self.withPack { learner, folder, pack in
      let old = folder.path("old.podiumpack")
      Self.succeeds(try await learner.podium("pack", "build", pack, "-o", old))
      let installed = Self.succeeds(try await learner.podium("pack", "install", old))
      #expect(
        installed.hasPrefix(
          "Installed greetings 0.1.0.\n  title     greetings\n  lessons   hello\n  holds     1 lesson, 1 file, "))
      #expect(
        Self.succeeds(try await learner.podium("pack", "install", old)).hasPrefix(
          "greetings 0.1.0 is installed already, with the same content.\n"))

      try Self.publish("0.2.0", pack)
      let lesson = try Files.readText(pack + "/hello.md")
      try Files.write(lesson.replacing("A file becomes", with: "A manifest becomes"), to: pack + "/hello.md")
      let difference = try await learner.podium("pack", "diff", old, pack)
      #expect(difference.end == .exited(1))
      #expect(difference.output == "changed  field   version: 0.1.0 -> 0.2.0\nchanged  step    hello/make\n")
      #expect(
        Self.succeeds(try await learner.podium("pack", "install", pack)).hasPrefix(
          "Upgraded greetings from 0.1.0 to 0.2.0.\n"))
      #expect(
        try await learner.podium("pack", "list").lineWith("greetings").hasPrefix("greetings   0.2.0     installed   1 ")
      )
      #expect(
        Self.succeeds(try await learner.podium("pack", "install", old)).hasPrefix(
          "Downgraded greetings from 0.2.0 to 0.1.0.\n"))
      try Self.publish("0.1.0", pack)
      #expect(
        Self.succeeds(try await learner.podium("pack", "install", pack)).hasPrefix(
          "Replaced greetings 0.1.0 by another 0.1.0: its content has changed, its version has not.\n"))

      #expect(
        try await learner.podium("pack", "remove", "greetngs").error
          == "podium: no pack \"greetngs\" is installed; did you mean greetings?\n")
      #expect(
        Self.succeeds(try await learner.podium("pack", "remove", "greetings"))
          == "Removed greetings 0.1.0. What you have done in its lessons is remembered.\n")
      #expect(try Files.list(learner.home + "/data/podium/packs") == [".lock"])
    }
  }

  @Test(.needsUserNamespace) func aPackThatIsRemovedTakesItsLessonAlong() async throws {
    try await Self.withPack { learner, _, pack in
      Self.succeeds(try await learner.podium("pack", "install", pack))
      for isRunning in [true, false] {
        try await learner.terminal { terminal in
          try await terminal.expect("default>", within: .seconds(60))
          try await terminal.enter("start greetings/hello", showing: "Step 1 of")
          try await terminal.enter("run web --image=nginx", showing: "pod/web created")
          terminal.program?.kill()
          _ = try await terminal.waitForEnd()
        }
        if !isRunning { Self.succeeds(try await learner.podium("cluster", "stop")) }
        #expect(
          Self.succeeds(try await learner.podium("pack", "remove", "greetings"))
            == "Removed greetings 0.1.0. What you have done in its lessons is remembered.\n"
            + "Its lesson \"hello\" was under way and has been left; the namespace hello is removed.\n")
        if isRunning { #expect(try await !learner.kubectl("get", "namespaces", "-o", "name").contains("hello")) }
        #expect(try await learner.podium("report").output.contains("\"removed\": true"))
        Self.succeeds(try await learner.podium("pack", "install", pack))
      }
      // What a stopped cluster had on disk does not come back with it.
      try await Deadline.wait("the namespace is gone", within: .seconds(30)) {
        try await !learner.kubectl("get", "namespaces", "-o", "name").contains("hello")
      }
    }
  }

  @Test(.needsUserNamespace) func aPackThatWasNamedByItsPathIsFoundThereAgain() async throws {
    try await Self.withPack { learner, folder, pack in
      try await learner.terminal { terminal in
        try await terminal.expect("default>", within: .seconds(60))
        try await terminal.enter("cd \(folder.path)")
        try await terminal.enter("start ./greetings", showing: "Step 1 of")
        try await terminal.type("quit\r")
        _ = try await terminal.waitForEnd()
      }
      try await learner.terminal { terminal in
        try await terminal.expect("where you left it", within: .seconds(60))
        try await terminal.expect(Learner.prompt)
        try await terminal.type("quit\r")
        _ = try await terminal.waitForEnd()
      }
      try Files.removeTree(pack)
      try await learner.terminal { terminal in
        try await terminal.expect(
          "The lesson \"hello\" is under way, but its pack \"greetings\" is not at", within: .seconds(60))
        try await terminal.expect(Learner.prompt)
        try await terminal.enter(
          "leave",
          showing: "You have left the lesson \"greetings/hello\"; kubectl delete namespace hello")
        try await terminal.enter("leave", showing: "No lesson is under way.")
        try await terminal.type("quit\r")
        _ = try await terminal.waitForEnd()
      }
    }
  }

  @Test(.needsRoot, .needsOrdinaryUser) func anOrdinaryUserInstallsWhereThereIsRoom() async throws {
    try await Learner.with(.ordinaryUser) { learner in
      let pack = learner.home + "/home/greetings"
      Self.succeeds(try await learner.podium("pack", "new", pack))
      Self.succeeds(try await learner.podium("pack", "install", pack))
      #expect(!(try await learner.podium("lessons").lineWith("  hello ").isEmpty))
      try Self.publish("0.2.0", pack)
      let packs = learner.home + "/data/podium/packs"
      #expect(chmod(packs, 0o500) == 0)
      let answer = try await learner.podium("pack", "install", pack)
      #expect(answer.end == .exited(1))
      #expect(answer.error.contains("\(packs)/.new-") && answer.error.contains("Permission denied"), "\(answer.error)")
      #expect(
        try await learner.podium("pack", "list").lineWith("greetings").hasPrefix("greetings   0.1.0     installed "))
      #expect(chmod(packs, 0o700) == 0)
      Self.succeeds(try await learner.podium("pack", "remove", "greetings"))
    }
  }

  @Test func nothingOfADamagedFileIsInstalled() async throws {
    try await Self.withPack { learner, folder, pack in
      let file = folder.path("x.podiumpack")
      Self.succeeds(try await learner.podium("pack", "build", pack, "-o", file))
      let bytes = try Files.read(file)
      var damaged = bytes
      damaged[1100] ^= 1
      let wrongs: [([UInt8], String)] = [
        (damaged, "\"files/hello.yaml\" was not put there"), (Array(bytes.dropLast(512)), "ends too early"),
        (bytes + [0], "goes on behind its end"), ([], "is no pack archive: it is too short"),
        (Array("podium".utf8), "is no pack archive: it is too short"),
      ]
      for (content, reason) in wrongs {
        try Files.write(content, to: file)
        let answer = try await learner.podium("pack", "install", file)
        #expect(answer.end == .exited(1))
        #expect(answer.error.hasPrefix("podium: \(file): "), "\(answer.error)")
        #expect(answer.error.contains(reason) || reason.contains("not put there"), "\(answer.error)")
      }
      #expect(!Files.exists(learner.home + "/data/podium/packs"))
      // What would keep its reader waiting is no file.
      #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
      #expect(
        try await learner.podium("pack", "install", folder.path("pipe")).error
          == "podium: \(folder.path("pipe")): is not a file\n")
    }
  }

  @Test func aFolderThatReadsElsewhereIsRefused() async throws {
    try await Self.withPack { learner, folder, pack in
      try folder.write("secret", to: "outside/hello.yaml")
      let manifest = try Files.readText(pack + "/pack.yaml")
      try Files.write(manifest + "files: ../outside\n", to: pack + "/pack.yaml")
      let answer = try await learner.podium("pack", "lint", pack)
      #expect(answer.end == .exited(1))
      #expect(
        answer.error
          == "podium: \(pack)/pack.yaml: its files would be read from \(folder.path("outside")), which is neither in the pack's folder nor in the same checkout\n"
      )
      // In one checkout, several packs may share their manifests.
      try folder.write("", to: ".git/HEAD")
      Self.succeeds(try await learner.podium("pack", "lint", pack))
      // What is hidden there is not for lessons.
      try folder.write("secret", to: ".keys/hello.yaml")
      try Files.write(manifest + "files: ../.keys\n", to: pack + "/pack.yaml")
      #expect(try await learner.podium("pack", "lint", pack).error.contains("which is neither in the pack's folder"))
      try Files.removeTree(folder.path(".git"))

      try Files.write(manifest, to: pack + "/pack.yaml")
      try Files.removeTree(pack + "/files")
      try Files.makeLink(to: "../outside", at: pack + "/files")
      #expect(try await learner.podium("pack", "install", pack).end == .exited(1))
      try Files.removeTree(pack + "/files")
      try folder.write("", to: "greetings/files/hello.yaml")
      try Files.removeTree(pack + "/hello.md")
      try Files.makeLink(to: "/etc/passwd", at: pack + "/hello.md")
      let link = try await learner.podium("pack", "install", pack)
      #expect(link.end == .exited(1), "\(link.output)")
      #expect(!Files.exists(learner.home + "/data/podium/packs"))
    }
  }

  @Test(.needsUserNamespace) func lessonsOfInstalledPacksAreLearntLikeTheBuiltInOnes() async throws {
    try await Self.withPack { learner, folder, pack in
      Self.succeeds(try await learner.podium("pack", "install", pack))
      #expect(try await learner.podium("lessons").lineWith("  hello ").hasPrefix("  hello "))
      // Another pack with a lesson of the same id, and one that nobody can read.
      let other = folder.path("others")
      Self.succeeds(try await learner.podium("pack", "new", other))
      let file = folder.path("others.podiumpack")
      Self.succeeds(try await learner.podium("pack", "build", other, "-o", file))
      try folder.write("format: 1\n", to: "broken/pack.yaml")
      let packs = learner.home + "/data/podium/packs"
      Self.succeeds(try await shell("cp -r broken \(packs)/", in: folder.path))
      let lessons = try await learner.podium("lessons")
      #expect(lessons.end == .exited(0) && lessons.output.contains("  hello "))
      #expect(
        lessons.error
          == "The pack \"broken\" cannot be used: \(packs)/broken/pack.yaml:1: expected `id: my-pack`\n")
      #expect(try await learner.podium("pack", "list").end == .exited(1))
      Self.succeeds(try await learner.podium("pack", "remove", "broken"))

      let ambiguous = "\"hello\" is a lesson of several packs: say greetings/hello or others/hello"
      #expect(
        try await learner.podium("--pack", file, "lesson", "run", "hello", "--auto").error == "podium: \(ambiguous)\n")
      #expect(
        try await learner.podium("--pack", file, "__complete", "lesson", "run", "o").output
          == "others/hello\tA Pod of your own\n")
      Self.succeeds(try await learner.podium("--pack", file, "lesson", "run", "others/hello", "--auto"))

      // At the prompt, a path does as well as a name, and each lesson has its own pack's files.
      try Files.write("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: theirs}\n", to: pack + "/files/hello.yaml")
      Self.succeeds(try await learner.podium("pack", "install", pack))
      let session = try await learner.podium(
        [],
        input: """
          start \(file)
          apply -f hello.yaml
          kubectl wait --for=condition=Ready pod/hello --timeout=60s
          sleep 2
          start hello
          start greetings/hello
          apply -f hello.yaml
          leave

          """)
      #expect(
        session.output.contains("The pack \"others\" is open: others/hello.\n"), "\(session.output)\(session.error)")
      #expect(session.output.contains("pod/hello created\n"), "\(session.output)")
      #expect(session.output.contains("configmap/theirs created\n"), "\(session.output)")
      #expect(session.output.contains("\(ambiguous)."), "\(session.output)")

      Self.succeeds(try await learner.podium("pack", "remove", "greetings"))
      let left = try await learner.podium("lessons")
      #expect(!left.output.contains("hello "), "\(left.output)")
      // What was done is remembered: it counts when the pack is there again.
      #expect(try await learner.podium("--pack", file, "lessons", "--json").output.contains("\"done\": true"))
    }
  }

  /// Killed at any moment, the old version is there or the new one, whole.
  @Test func anInstallationThatIsKilledLeavesAWholePack() async throws {
    try await Self.withPack { learner, folder, pack in
      let (old, new) = (folder.path("old.podiumpack"), folder.path("new.podiumpack"))
      Self.succeeds(try await learner.podium("pack", "build", pack, "-o", old))
      try Self.publish("0.2.0", pack)
      Self.succeeds(try await learner.podium("pack", "build", pack, "-o", new))
      Self.succeeds(try await learner.podium("pack", "install", old))
      let folder = learner.home + "/data/podium/packs"
      var found: Set<String> = []
      for round in 0..<24 {
        _ = try await ProgramOutput.of(
          "timeout",
          [
            "-s", "KILL", "0.0\(10 + round * 3)", BuiltProgram.path("podium"), "--cluster", learner.cluster, "pack",
            "install",
            round % 2 == 0 ? new : old,
          ],
          environment: learner.environment)
        let check = try await shell(
          "sha256sum --quiet -c pack.lock && grep version pack.yaml", in: folder + "/greetings")
        #expect(check.end == .exited(0), "\(check.output)\(check.error)")
        found.insert(check.output)
      }
      #expect(found.isSubset(of: ["version: 0.1.0\n", "version: 0.2.0\n"]))
      // What the killed ones have left behind goes with the next one.
      try Files.makeDirectories(folder + "/.new-1-1/files")
      #expect(try await learner.podium("pack", "list").end == .exited(0))
      try Self.publish("0.3.0", pack)
      Self.succeeds(try await learner.podium("pack", "install", pack))
      #expect(try Files.list(folder) == [".lock", "greetings"])
    }
  }
}
