import Documents
import Testing

@testable import LessonEngine

@Suite struct MutationTests {
  private let head = "---\nlesson: a\ntitle: A\nfiles: [own.yaml, given.yaml]\n---\n"

  private func mutations(_ solution: String, text: String = "", files: [String: String] = [:]) throws -> [Mutation] {
    let lesson = try LessonParser.parse(
      head + "## A {#a}\n\(text)\n```check\npod web exists\n```\n```solution\(solution)\n```\n", file: "a.md")
    let pack = Pack(manifest: PackManifest(), lessons: [lesson], fileTexts: files, filesFolder: "", folder: "")
    return Mutation.all(of: lesson.steps[0].solutions[0], in: lesson, pack)
  }

  @Test(arguments: [
    ("kubectl run web --image=nginx", ["image httpd: run web --image=httpd", "name web-2: run web-2 --image=nginx"]),
    (
      "run web --image busybox -- sleep 9",
      ["image alpine: run web --image alpine -- sleep 9", "name web-2: run web-2 --image busybox -- sleep 9"]
    ),
    ("scale deployment web --replicas=3", ["count --replicas=4: scale deployment web --replicas=4"]),
    ("label pod web tier=front", ["label tier=front-2: label pod web tier=front-2"]),
    ("set image pod/web app=nginx:1.27", ["image app=httpd: set image pod/web app=httpd"]),
    (
      "exec web -- sh -c 'echo a > /tmp/b; cat /proc/1/comm'",
      ["path /tmp/b-2: exec web -- sh -c 'echo a > /tmp/b-2; cat /proc/1/comm'"]
    ),
    ("exec web -- /bin/touch /tmp/b", ["path /tmp/b-2: exec web -- /bin/touch /tmp/b-2"]),
    ("create secret generic key --from-literal=a=b", ["name key-2: create secret generic key-2 --from-literal=a=b"]),
    ("expose pod web --port=80", ["port --port=81: expose pod web --port=81"]),
    ("delete pod web", []),
  ])
  func changesWhatLearnersType(command: String, expected: [String]) throws {
    let found = try mutations("\n" + command).map { mutation in
      let text = mutation.commands[0].text
      return
        "\(mutation.subject.rawValue) \(mutation.replacement): \(text.hasPrefix("kubectl ") ? String(text.dropFirst(8)) : text)"
    }
    #expect(found == expected)
  }

  @Test func aNameIsChangedInEveryCommand() throws {
    let found = try mutations("\nrun web --image=nginx\nwait pod/web --for=condition=Ready\nexec web-1 -- ls")
    let name = try #require(found.first { $0.subject == .name })
    #expect(
      name.commands.map(\.text) == [
        "run web-2 --image=nginx", "wait pod/web-2 --for=condition=Ready", "exec web-1 -- ls",
      ])
  }

  @Test func whatIsFreeIsLeftAlone() throws {
    #expect(try mutations(" free=\"image, name\"\nrun web --image=nginx").isEmpty)
  }

  private static let manifest = """
    kind: Pod
    metadata: {name: web, labels: {app: web}}
    spec:
      containers:
      - {name: a, image: nginx, volumeMounts: [{name: box, mountPath: /box}], env: [{name: MODE, value: prod}]}
      - {name: b, image: busybox, command: [sleep, "60"]}
    """

  @Test func ofAManifestThatLearnersWriteEachFieldIsChanged() throws {
    let found = try mutations("\napply -f own.yaml", files: ["own.yaml": Self.manifest])
    #expect(
      found.map { "\($0.subject.rawValue) \($0.original) \($0.replacement)" } == [
        "name web web-2", "label web web-2", "image nginx httpd", "name a a-2", "path /box /box-2",
        "variable prod prod-2", "image busybox alpine", "name b b-2", "command 60 60-2", "count 2 containers 1",
      ])
    let object = try #require(try Document.parse(yaml: Self.manifest).first)
    let path = try #require(found[4].object?.apply(to: object))
    #expect(path["spec"]?["containers"]?.listValue?[0]["volumeMounts"]?.listValue?[0]["mountPath"] == "/box-2")
    let count = try #require(found[9].object?.apply(to: object))
    #expect(count["spec"]?["containers"]?.listValue?.count == 1)
    #expect(found[0].object?.isDone == false)
    #expect(found[9].object?.isDone == true)
  }

  @Test func aManifestThatIsHandedOutIsTakenAsItIs() throws {
    #expect(
      try mutations("\napply -f given.yaml", text: "Apply `given.yaml`.", files: ["given.yaml": Self.manifest]).isEmpty)
  }

  @Test func theSameSeedShufflesInTheSameWay() throws {
    let lessons = try "abcdefgh".map { letter in
      try LessonParser.parse("---\nlesson: \(letter)\ntitle: A\n---\n## A {#a}\n", file: "a.md")
    }
    func order(_ order: LessonOrder) -> String { order.arranged(lessons).map(\.id).joined() }
    #expect(order(.shuffled(seed: 7)) == order(.shuffled(seed: 7)))
    #expect(order(.shuffled(seed: 7)) != order(.shuffled(seed: 8)))
    #expect(order(.shuffled(seed: 7)).sorted() == Array("abcdefgh"))
    #expect(order(.reversed) == "hgfedcba")
  }
}
