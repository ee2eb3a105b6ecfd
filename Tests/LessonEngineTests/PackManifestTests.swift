import Documents
import TestSupport
import Testing

@testable import LessonEngine

@Suite struct PackManifestTests {
  private let least = "format: 1\nid: my-pack\nversion: 1.2.3\ntitle: Mine\nlessons: [hello]\n"

  private func problem(_ text: String) -> String? {
    do {
      _ = try PackManifest.parse(text, file: "pack.yaml")
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test func readsEveryField() throws {
    let manifest = try PackManifest.parse(
      least + """
        licence: CC-BY-4.0
        authors: [A. Author, B. Author]
        language: pt-BR
        contact: a@b.example
        requires: [exec, files]
        files: manifests
        policy:
          skip: no
          solutions: after-pass
        images:
          - name: my-pack/app:1
            containerfile: images/app/Containerfile
          - {name: "my-pack/base:2.1", layout: images/base}
        """, file: "pack.yaml")
    #expect(manifest.id == "my-pack" && manifest.title == "Mine")
    #expect(manifest.version == PackVersion("1.2.3"))
    #expect(manifest.lessons == [PackManifest.LessonEntry(id: "hello", line: 5)])
    #expect(manifest.licence == "CC-BY-4.0")
    #expect(manifest.authors == ["A. Author", "B. Author"])
    #expect(manifest.language == "pt-BR" && manifest.contact == "a@b.example" && manifest.files == "manifests")
    #expect(manifest.requires == [.exec, .files])
    #expect(manifest.policy.skipping == .no && manifest.policy.solutions == .afterPass)
    #expect(manifest.images.map(\.name) == ["my-pack/app:1", "my-pack/base:2.1"])
    #expect(manifest.images.map(\.source) == [.containerfile("images/app/Containerfile"), .layout("images/base")])
    #expect(manifest.images.map(\.line) == [16, 18])
  }

  @Test func whatIsLeftOutHasItsUsualValue() throws {
    let manifest = try PackManifest.parse(least, file: "pack.yaml")
    #expect(manifest.policy == PackPolicy() && manifest.policy.allowsSkipping)
    #expect(manifest.files == "files" && manifest.language == "en" && manifest.images.isEmpty)
  }

  @Test(arguments: [
    ("", "pack.yaml:1: expected the fields of a pack, beginning with `format: 1`"),
    ("id: x", "pack.yaml:1: expected `format: 1`"),
    ("id: x\nformat: one", "pack.yaml:2: expected `format: 1`"),
    ("format: 1\nid: [", "pack.yaml:2: did not find expected node content"),
    ("format: 1\nid: [x]", "pack.yaml:2: expected `id:` with a text"),
    ("format: 1\nid: x\nversion: 1.0.0\ntitle: \"\"", "pack.yaml:4: expected `title:` with a text"),
    (
      "format: 1\nid: x\nversion: 1.0.0\ntitle: X\nlessons: []",
      "pack.yaml:5: expected `lessons:` with at least one id"
    ),
    (
      "format: 1\nid: x\nversion: 1.0.0\ntitle: X\nlessons:\n- a\n- a", "pack.yaml:7: the lesson \"a\" is listed twice"
    ),
    (
      "format: 1\nid: library\nversion: 1.0.0\ntitle: X\nlessons: [a]\nimages: [{name: 'library/a:1', layout: x}]",
      "pack.yaml:6: a pack that is called library can bring no images: their names would be those of others"
    ),
    (
      "format: 2\nnovelty: 1",
      "pack.yaml:1: format 2 is not known to this program, which reads format 1: use a newer podium"
    ),
    ("format: 1\nid: My", "pack.yaml:2: the id \"My\" may have lower-case letters, digits and dashes"),
    ("format: 1\nid: x\nversion: 1.0", "pack.yaml:3: expected `version:` with three numbers and dots, such as 1.0.0"),
    (
      "format: 1\nid: x\nversion: v1.0.0",
      "pack.yaml:3: expected `version:` with three numbers and dots, such as 1.0.0, not \"v1.0.0\""
    ),
    ("format: 1\nid: x\nversion: 1.0.0", "pack.yaml:1: expected `title: Pods for beginners`"),
  ])
  func whatIsMissingOrWrongIsNamedWithItsPlace(_ text: String, _ message: String) {
    #expect(problem(text) == message)
  }

  @Test(arguments: [
    ("colour: red", "unknown field \"colour\": expected one of format, id, version, title, licence, "),
    ("class: x", "\"class\" is for a newer podium: this one reads packs without it"),
    ("requires: [magic]", "unknown capability \"magic\": expected one of objects, events, exec, files, "),
    ("policy: {skip: perhaps}", "unknown skip \"perhaps\": expected one of allowed, no"),
    ("policy: {skip: with-code}", "skip: with-code is for a newer podium"),
    ("policy: {solutions: soon}", "unknown solutions \"soon\": expected one of after-pass, after-hints, never"),
    ("policy: no", "expected `policy:` with `skip:` or `solutions:` below it"),
    ("policy: {hints: 3}", "unknown field \"hints\" of the policy: expected skip or solutions"),
    ("files: /etc", "/etc is a place on one machine: name the folder as seen from pack.yaml"),
    ("language: e", "\"e\" is no language: expected one such as en or pt-BR"),
    ("images: x", "expected `images:` with a list, such as `- {name: my-pack/app:1, layout: images/app}`"),
    ("images: [{layout: x}]", "an image needs a name, such as `name: my-pack/app:1`"),
    (
      "images: [{name: 'nginx:1', layout: x}]",
      "the image \"nginx:1\" is not the pack's own: its name begins with my-pack/, as my-pack/app:1"
    ),
    ("images: [{name: 'other/app:1', layout: x}]", "the image \"other/app:1\" is not the pack's own"),
    (
      "images: [{name: 'docker.io/my-pack/app:1', layout: x}]",
      "the image \"docker.io/my-pack/app:1\" is not the pack's own"
    ),
    ("images: [{name: my-pack/app, layout: x}]", "the image \"my-pack/app\" needs a tag, as my-pack/app:1"),
    ("images: [{name: 'my-pack/A:1', layout: x}]", "\"my-pack/A:1\" cannot be the name of an image"),
    (
      "images: [{name: 'my-pack/a:1'}]",
      "the image my-pack/a:1 comes from one of layout, archive, containerfile, and not from 0"
    ),
    (
      "images: [{name: 'my-pack/a:1', layout: x, archive: y}]",
      "the image my-pack/a:1 comes from one of layout, archive, containerfile, and not from 2"
    ),
    (
      "images: [{name: 'my-pack/a:1', layout: ../x}]",
      "\"../x\" is no path in the pack's folder images: expected one such as images/app"
    ),
    ("images: [{name: 'my-pack/a:1', layout: /etc}]", "\"/etc\" is no path in the pack's folder images"),
    ("images: [{name: 'my-pack/a:1', url: x}]", "unknown field \"url\" of an image: expected one of name, layout, "),
    (
      "images: [{name: 'my-pack/a:1', layout: images/x}, {name: 'my-pack/a:1', layout: images/y}]",
      "the image my-pack/a:1 is listed twice"
    ),
    ("authors: me", "expected `authors:` with a list, such as [a, b]"),
    ("licence: \"\\e[2J\"", "the text of `licence` has a control character in it"),
  ])
  func aFieldThatIsNotUnderstoodIsExplained(_ line: String, _ message: String) {
    #expect(
      problem(least + line)?.hasPrefix("pack.yaml:6: " + message) == true, "\(problem(least + line) ?? "nothing")")
  }

  @Test(arguments: ["../../etc/passwd", "a/b", "", "A"])
  func onlyAnIdCanBeListedAsALesson(_ id: String) {
    let text = least.replacing("[hello]", with: "[\"\(id)\"]")
    #expect(
      problem(text) == "pack.yaml:5: \"\(id)\" is no id of a lesson: lower-case letters, digits and dashes")
  }

  @Test func theSchemaKnowsWhatTheReaderKnows() throws {
    let schema = PackManifest.schema
    #expect(schema["properties"]?.mapValue?.entries.map(\.key) == PackField.all.map(\.name))
    #expect(schema["required"] == ["format", "id", "version", "title", "lessons"])
    // Every example is a value that the reader takes.
    for field in PackField.all where !field.isRequired {
      #expect(problem(least + "\(field.name): \(field.example)") == nil, "\(field.name)")
    }
  }

  @Test func noManifestEndsTheReader() async {
    let text = least + "authors: [A]\npolicy: {skip: no}\nrequires: [exec]\nimages: [{name: x}]\nlanguage: pt-BR\n"
    await Fuzz.run(rounds: 2_000) { random in
      let damaged = Fuzz.mutate(
        Array(text.utf8), with: ["[", "{", "- ", ": ", "1.2.3-", "&a ", "*a", "!!int ", "~", "\u{1B}"], &random)
      guard let manifest = try? PackManifest.parse(String(decoding: damaged, as: UTF8.self), file: "pack.yaml") else {
        return
      }
      let isWell = Identifier.isValid(manifest.id) && !manifest.lessons.isEmpty && !manifest.files.hasPrefix("/")
      if !isWell || !manifest.title.unicodeScalars.allSatisfy({ !$0.isControl }) {
        throw Fuzz.Broken("took \(manifest) for a pack")
      }
    }
  }

  @Test func versionsAreOrderedAsSemanticVersioningOrdersThem() throws {
    let ordered = [
      "0.9.10", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
      "1.0.0", "1.0.1", "1.2.0", "1.10.0",
    ].compactMap(PackVersion.init)
    #expect(ordered.count == 11)
    #expect(ordered.shuffled().sorted() == ordered)
    for text in ["", "1", "1.2", "01.2.3", "1.2.3.4", "1.2.x", "1.2.3-", "1.2.3+", "1.2.3-a..b", "1.2.3-01", "-1.0.0"] {
      #expect(PackVersion(text) == nil, "\(text)")
    }
    #expect(PackVersion("1.2.3-rc.1+linux")?.description == "1.2.3-rc.1+linux")
  }
}
