import Testing

@testable import LessonEngine

@Suite struct LessonSearchTests {
  private func pack(_ id: String, _ lessons: String...) throws -> Pack {
    var folder = MemoryFolder()
    folder.files["pack.yaml"] =
      "{format: 1, id: \(id), version: 1.0.0, title: T, lessons: [\(lessons.joined(separator: ", "))]}"
    for lesson in lessons {
      folder.files[lesson + ".md"] = "---\nlesson: \(lesson)\ntitle: T\n---\n## S {#s}\nx\n"
    }
    return try Pack.load(folder)
  }

  @Test func aLessonIsFoundByWhateverTellsItApart() throws {
    let packs = [try pack("a", "one", "both"), try pack("b", "both", "two")]
    #expect(try packs.lesson(named: "two").0.id == "b")
    #expect(try packs.lesson(named: "a/both").0.id == "a")
    #expect(try packs.lesson(named: "b/both").0.id == "b")
    #expect(packs.named.flatMap(\.lessons).map(\.name) == ["one", "a/both", "b/both", "two"])
  }

  @Test(arguments: [
    ("both", "\"both\" is a lesson of several packs: say a/both or b/both"),
    ("tow", "there is no lesson \"tow\"; did you mean two?"),
    ("bot", "there is no lesson \"bot\"; did you mean both?"),
    ("a/two", "there is no lesson \"a/two\""),
  ])
  func whatIsNotFoundIsExplained(_ name: String, _ message: String) throws {
    let packs = [try pack("a", "one", "both"), try pack("b", "both", "two")]
    do {
      _ = try packs.lesson(named: name)
      Issue.record("\(name) was found")
    } catch {
      #expect("\(error)".hasPrefix(message))
    }
  }
}

@Suite struct PackDifferenceTests {
  private func difference(_ change: (inout MemoryFolder) -> Void) throws -> [String] {
    let old = MemoryFolder.greetings
    var new = old
    change(&new)
    let (one, other) = (try old.contents().lock, try new.contents().lock)
    return PackDifference(try old.pack(), one, try new.pack(), other).changes.map {
      "\($0.kind) \($0.subject) \($0.name)" + ($0.detail.isEmpty ? "" : " \($0.detail)")
    }
  }

  @Test func tellsWhatIsPermanentApart() throws {
    #expect(try difference { _ in } == [])
    #expect(
      try difference { $0.files["pack.yaml"]? += "licence: CC0-1.0\n" } == ["changed field licence nothing -> CC0-1.0"])
    #expect(
      try difference { $0.files["hello.md"] = $0.files["hello.md"]?.replacing("Look.", with: "Look well.") } == [
        "changed step hello/look"
      ])
    #expect(
      try difference { $0.files["hello.md"] = $0.files["hello.md"]?.replacing("Words.", with: "Other words.") } == [
        "changed lesson hello"
      ])
    #expect(
      try difference { $0.files["hello.md"] = $0.files["hello.md"]?.replacing("#look", with: "#see") } == [
        "removed step hello/look", "added step hello/see",
      ])
    #expect(
      try difference { folder in
        folder.files["files/hello.yaml"]? += "#\n"
        folder.files["images/web/run.sh"] = nil
        folder.files["NOTICE"] = "Well."
      } == ["removed file images/web/run.sh", "added file NOTICE", "changed file files/hello.yaml"])
    #expect(
      try difference { folder in
        folder.files["bye.md"] = "---\nlesson: bye\ntitle: Bye\n---\n## Go {#go}\nx\n"
        folder.files["pack.yaml"] = folder.files["pack.yaml"]?.replacing("[hello]", with: "[bye, hello]")
      } == ["added lesson bye", "added step bye/go"])
  }
}
