import TestSupport
import Testing

@testable import LessonEngine

/// Packs as single files: written in one way only, and read only as they were written.
@Suite(.timeLimit(.minutes(1)))
struct PackArchiveTests {
  // MARK: Writing

  @Test func holdsWhatThePackNeedsAndNothingElse() throws {
    let contents = try MemoryFolder.greetings.contents()
    #expect(
      contents.parts.map(\.name) == [
        "LICENSE", "files/hello.yaml", "hello.fr.md", "hello.md", "images/web/Containerfile", "images/web/run.sh",
        "pack.yaml",
      ])
    #expect(contents.parts.filter(\.isExecutable).map(\.name) == ["images/web/run.sh"])
    #expect(
      contents.lock.text.hasPrefix(
        """
        # pack.lock 1: sha256sum -c pack.lock checks these files, * marks what may be executed.
        991fbe4c2dd8056ddd8d4d3a4859e1233ca782d91568043ff92b4c103b5eb6a2  LICENSE
        """))
  }

  @Test func isReadAsItWasWritten() throws {
    let contents = try MemoryFolder.greetings.contents()
    let archive = try PackArchive.read(BytesInMemory(try contents.archive()), file: "x.podiumpack")
    #expect(archive.entries.map(\.name) == contents.parts.map(\.name))
    #expect(archive.lock.digest == contents.lock.digest)
    #expect(archive.manifest.title == "Greetings")
    let pack = try Pack.load(archive)
    #expect(pack.lessons.map(\.id) == ["hello"] && pack.fileTexts == ["hello.yaml": "kind: Pod\n"])
    // What was built once is built again from what was read.
    #expect(try PackContents.gather(pack, from: archive).archive() == contents.archive())
  }

  @Test func theSamePackIsTheSameBytesWhereverItLies() throws {
    var elsewhere = MemoryFolder.greetings
    elsewhere.path = "/another/place"
    elsewhere.files["notes.txt"] = "changed"
    // Neither do permissions count, nor whether a link within the folder leads to a text.
    elsewhere.executables.formUnion(["pack.yaml", "LICENSE", "files/hello.yaml", "hello.fr.md"])
    elsewhere.others = ["hello.md"]
    #expect(try elsewhere.contents().archive() == MemoryFolder.greetings.contents().archive())
    elsewhere.files["LICENSE"]? += " "
    #expect(try elsewhere.contents().lock.digest != MemoryFolder.greetings.contents().lock.digest)
  }

  @Test func manifestsFromElsewhereAreTakenAlong() throws {
    var folder = MemoryFolder.greetings
    folder.files["pack.yaml"]? += "files: ../../Manifests\n"
    folder.files["../../Manifests/hello.yaml"] = "kind: Service\n"
    let archive = try PackArchive.read(BytesInMemory(try folder.contents().archive()), file: "x.podiumpack")
    #expect(archive.manifest.files == "files")
    #expect(try archive.readText("files/hello.yaml") == "kind: Service\n")
    #expect(try archive.readText("pack.yaml").contains("files: files\n"))
  }

  @Test func aLinkAmongTheImagesIsRefused() throws {
    var folder = MemoryFolder.greetings
    folder.others = ["images/web/secret"]
    #expect(throws: PackArchiveError.self) { try folder.contents() }
  }

  @Test func whatWorksOnlyWhereItWasWrittenIsNotBuilt() throws {
    var folder = MemoryFolder.greetings
    folder.files["hello.md"]? += "```solution\nkubectl apply -f hello.yaml\nkubectl apply -f=unused.yaml\n```\n"
    do {
      _ = try folder.contents()
      Issue.record("it was built")
    } catch {
      #expect(
        "\(error)"
          == "pack/hello.md:23: the command works with unused.yaml, which the lesson does not list: add it to `files:` at its beginning"
      )
    }
  }

  @Test func moreThanAnArchiveMayHoldIsNotBuilt() throws {
    #expect(PackArchive.Limit.excess(entries: 10_000, size: 4 << 30) == nil)
    var folder = MemoryFolder.greetings
    for number in 0..<10_000 { folder.files["images/x/\(number)"] = "" }
    #expect(throws: PackArchiveError(archive: "pack", reason: "has more than 10000 files")) { try folder.contents() }
    struct Hole: PackBytes {
      let size = 1 << 40
      func read(at offset: Int, count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
    }
    #expect(throws: PackArchiveError(archive: "x", reason: "is larger than 4 GB")) {
      try PackArchive.read(Hole(), file: "x")
    }
  }

  @Test(arguments: [1, 99, 100, 101, 154, 200, 239, 245])
  func namesOfEveryLengthAreHandled(_ length: Int) throws {
    var name = "images/"
    while name.utf8.count < length - 20 { name += "0123456789/" }
    if name.utf8.count < length { name += String(repeating: "f", count: length - name.utf8.count) }
    var folder = MemoryFolder.greetings
    if length > 7 { folder.files[name] = "x" }
    let archive = try PackArchive.read(BytesInMemory(try folder.contents().archive()), file: "x.podiumpack")
    #expect(length <= 7 || archive.exists(name))
    folder.files["images/" + String(repeating: "f", count: 101)] = "x"
    #expect(throws: PackArchiveError.self) { try folder.contents().archive() }
  }

  // MARK: Hostile archives

  @Test(arguments: [
    ("../x", "leads out of the pack's folder by `..`"),
    ("files/../../x", "leads out of the pack's folder by `..`"),
    ("/etc/passwd", "begins with /: a pack writes to its own folder only"),
    ("files/./x", "has an empty part or `.` in its name"),
    ("files//x", "has an empty part or `.` in its name"),
    ("files/x/", "has an empty part or `.` in its name"),
    ("files/\u{1B}[2J", "has a control character in its name"),
    ("files/a\nb", "has a control character in its name"),
    ("files/\u{202E}txt.sh", "has a control character in its name"),
    ("files/a\\b", "has a backslash in its name, which is a folder on some systems"),
    ("files/\u{301}x", "has a sign in its name that joins with /"),
    ("bin/sh", "is no part of a pack of format 1: lessons, files/… and images/… are"),
    ("checks.sh", "is no part of a pack of format 1: lessons, files/… and images/… are"),
    ("pack.sig", "is a signature, which a newer podium can check: this one cannot"),
    (
      "files/HELLO.yaml", "differs from \"files/hello.yaml\" only in capital letters or in how letters are put together"
    ),
    ("FILES/x", "differs from \"files\" only in capital letters or in how letters are put together"),
    ("files/hello.yaml/x", "is a file and a folder at once"),
    ("files/hello.yaml", "is there twice"),
  ])
  func aDangerousNameIsRefused(_ name: String, _ reason: String) throws {
    let refusal = try RawArchive.greetings(RawArchive.Entry(name: name)).refusal
    // Of two names that clash, the later one in the order is told.
    let found = try #require(refusal)
    #expect(
      found.hasSuffix(reason) || (reason.hasPrefix("differs") && found.contains("only in capital letters")), "\(found)")
    #expect(found.hasPrefix("x.podiumpack: \""))
    #expect(!found.contains("\u{1B}") && !found.contains("\n"))
  }

  @Test(arguments: [
    ("1", "is a hard link"), ("2", "is a symbolic link"), ("3", "is a device"), ("4", "is a device"),
    ("5", "is a folder, and those come with their files"), ("6", "is a fifo"), ("S", "is a sparse file"),
    ("x", "is something of a kind"),
    ("g", "is something of a kind"), ("L", "is something of a kind"), ("\u{0}", "is something of a kind"),
  ])
  func whatIsNoFileIsRefused(_ flag: String, _ reason: String) throws {
    let link = RawArchive.Entry(name: "files/zzz") { header in
      header[156] = flag.utf8.first!
      header.replaceSubrange(157..<168, with: Array("/etc/passwd".utf8))
    }
    #expect(try RawArchive.greetings(link).refusal?.hasPrefix("x.podiumpack: \"files/zzz\" \(reason)") == true)
  }

  @Test func aHeaderThatNoBuildWritesIsRefused() throws {
    let reason = "was not put there by podium pack build: its header is another one"
    for (field, text) in [(136, "00000000001"), (108, "0001750"), (265, "root"), (100, "0004755"), (100, "0000777")] {
      let entry = RawArchive.Entry(name: "files/zzz") {
        $0.replaceSubrange(field..<field + text.utf8.count, with: Array(text.utf8))
      }
      #expect(try RawArchive.greetings(entry).refusal == "x.podiumpack: \"files/zzz\" \(reason)")
    }
    let program = RawArchive.Entry(name: "files/zzz", isExecutable: true)
    #expect(
      try RawArchive.greetings(program).refusal
        == "x.podiumpack: \"files/zzz\" may be executed, which is for files of images only")
  }

  @Test func aSizeBeyondTheArchiveIsRefused() throws {
    for size in ["77777777777", "00000002001"] {
      let entry = RawArchive.Entry(name: "zzz.md") { $0.replaceSubrange(124..<135, with: Array(size.utf8)) }
      #expect(
        try RawArchive.greetings(entry).refusal
          == "x.podiumpack: \"zzz.md\" is said to be larger than what is left of the archive")
    }
    let binary = RawArchive.Entry(name: "zzz.md") { $0[124] = 0x80 }
    #expect(try RawArchive.greetings(binary).refusal == "x.podiumpack: \"zzz.md\" has no readable size")
  }

  @Test func tooManyFilesAreRefused() throws {
    var archive = RawArchive(entries: (0..<10_001).map { RawArchive.Entry(name: "files/\(100_000 + $0)") })
    archive.lock = "# pack.lock"
    #expect(archive.refusal == "x.podiumpack: has more than 10000 files")
  }

  @Test func theLockHasToFit() throws {
    var archive = try RawArchive.greetings()
    #expect(archive.refusal == nil)
    let right = try MemoryFolder.greetings.contents().lock
    archive.lock = PackLock(files: right.files.dropLast()).text
    #expect(archive.refusal == "x.podiumpack: \"pack.yaml\" is not in pack.lock")
    var wrong = right
    wrong.files.append(PackLock.File(name: "zzz.md", digest: right.files[0].digest))
    archive.lock = wrong.text
    #expect(archive.refusal == "x.podiumpack: \"zzz.md\" is in pack.lock, but not in the archive")
    wrong = right
    wrong.files[3].digest = right.files[0].digest
    archive.lock = wrong.text
    #expect(archive.refusal == "x.podiumpack: \"hello.md\" is not what pack.lock says: its digest is another one")
    wrong = right
    wrong.files[4].isExecutable = true
    archive.lock = wrong.text
    #expect(
      archive.refusal == "x.podiumpack: \"images/web/Containerfile\" is not marked in pack.lock as it is in the archive"
    )
    wrong = right
    wrong.files.insert(PackLock.File(name: "files/é".decomposed, digest: right.files[0].digest), at: 1)
    archive.lock = wrong.text
    archive.entries.insert(RawArchive.Entry(name: "files/é", content: archive.entries[0].content), at: 2)
    #expect(archive.refusal == "x.podiumpack: \"files/é\" is not in pack.lock")
    archive.entries.remove(at: 2)
    for text in [
      "", right.text.replacing("#", with: "##"), right.text + "\n", right.text.uppercased(),
      String(right.text.dropLast()),
    ] {
      archive.lock = text
      #expect(archive.refusal == "x.podiumpack: \"pack.lock\" is not as podium pack build writes it")
    }
    archive.lock = right.text.replacing("pack.lock 1:", with: "pack.lock 2:")
    #expect(
      archive.refusal
        == "x.podiumpack: \"pack.lock\" has a format that is not known to this program: use a newer podium")
    archive.hasLock = false
    #expect(
      archive.refusal
        == "x.podiumpack: \"pack.lock\" is not at the beginning: only archives that podium pack build made can be read")
  }

  @Test func anotherOrderIsRefused() throws {
    var archive = try RawArchive.greetings()
    archive.entries.reverse()
    #expect(archive.refusal == "x.podiumpack: \"images/web/run.sh\" is not in the order of the names")
  }

  @Test func aPackOfANewerFormatIsSaidToBeOne() throws {
    var archive = try RawArchive.greetings(RawArchive.Entry(name: "zz/novelty"))
    let index = try #require(archive.entries.firstIndex { $0.name == "pack.yaml" })
    archive.entries[index].content = Array("format: 2\nid: x\n".utf8)
    #expect(
      archive.refusal
        == "x.podiumpack/pack.yaml:1: format 2 is not known to this program, which reads format 1: use a newer podium")
  }

  @Test func anArchiveThatIsCutShortAnywhereIsRefused() throws {
    let bytes = try MemoryFolder.greetings.contents().archive()
    for count in 0..<bytes.count { #expect(RawArchive.refusal(Array(bytes[..<count])) != nil, "\(count)") }
    #expect(RawArchive.refusal(bytes) == nil)
    #expect(RawArchive.refusal(bytes + [0]) == "x.podiumpack: goes on behind its end")
    #expect(RawArchive.refusal(bytes + bytes) == "x.podiumpack: goes on behind its end")
  }

  /// Every bit counts: there is no byte that could be another one.
  @Test func anArchiveWithABitTurnedIsRefused() async throws {
    let bytes = try MemoryFolder.greetings.contents().archive()
    await Fuzz.run(rounds: 3_000) { random in
      var damaged = bytes
      damaged[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      if RawArchive.refusal(damaged) == nil { throw Fuzz.Broken("a damaged archive was read") }
    }
  }

  @Test func noArchiveEndsTheReader() async throws {
    let bytes = try MemoryFolder.greetings.contents().archive()
    await Fuzz.run(rounds: 1_000) { random in
      // Behind headers that fit again, so that the reader gets beyond them.
      var damaged = Fuzz.mutate(
        bytes, with: ["ustar\u{0}00", "0000644\u{0}", "files/", "../", "777777777777"], &random)
      for start in stride(from: 0, to: max(0, damaged.count - 511), by: 512) where damaged[start] != 0 {
        var block = Array(damaged[start..<start + 512])
        RawArchive.seal(&block)
        damaged.replaceSubrange(start..<start + 512, with: block)
      }
      if damaged != bytes, RawArchive.refusal(damaged) == nil { throw Fuzz.Broken("a damaged archive was read") }
    }
  }
}

extension String {
  /// With the accent as a sign of its own: another name that looks the same.
  fileprivate var decomposed: String { replacing("\u{E9}", with: "e\u{301}") }
}
