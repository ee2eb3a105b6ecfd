import ContainerRuntime
import Documents
import Glibc
import KubernetesAPI
import ObjectSchema
import Synchronization
import SystemIO
import TestSupport
import Testing

@testable import Kubelet

@Suite(.timeLimit(.minutes(1)))
struct LogStreamTests {
  private let log = """
    2026-11-21T12:04:14.000000001Z stdout F one
    2026-11-21T12:04:15.000000002Z stderr F two
    2026-11-21T12:04:16.000000003Z stdout P a long
    2026-11-21T12:04:16.000000004Z stdout F  line
    2026-11-21T12:04:17.000000005Z stdout F four

    """

  struct Case: Sendable {
    var query: [String: String]
    var expected: String
  }

  @Test(arguments: [
    Case(query: [:], expected: "one\ntwo\na long line\nfour\n"),
    Case(query: ["tailLines": "1"], expected: "four\n"),
    Case(query: ["tailLines": "2"], expected: "a long line\nfour\n"),
    Case(query: ["tailLines": "0"], expected: ""),
    Case(query: ["tailLines": "99"], expected: "one\ntwo\na long line\nfour\n"),
    Case(query: ["limitBytes": "6"], expected: "one\ntw"),
    Case(query: ["sinceTime": "2026-11-21T12:04:16Z"], expected: "a long line\nfour\n"),
    Case(query: ["sinceSeconds": "3"], expected: "four\n"),
    Case(
      query: ["timestamps": "true", "tailLines": "2"],
      expected: "2026-11-21T12:04:16.000000003Z a long line\n2026-11-21T12:04:17.000000005Z four\n"),
  ])
  func givesThePartThatIsAskedFor(_ row: Case) async throws {
    try await TemporaryFolder.with { folder in
      let path = try folder.write(log, to: "0.log")
      let request = APIRequest("GET", "/", query: row.query.map { QueryItem($0.key, $0.value) })
      let now = try #require(Timestamp("2026-11-21T12:04:20Z"))
      let stream = try LogStream(
        path, LogRequest(request, now: now), hasEnded: { true }, changes: { AsyncStream { nil } })
      var text: [UInt8] = []
      while let chunk = try await stream.next() { text += chunk }
      #expect(String(decoding: text, as: UTF8.self) == row.expected)
    }
  }

  /// Its parts reach over the border of any piece that is read at once.
  @Test(arguments: [16_384, 16_500, 30_000, 200_000]) func countsALongLineAsOne(_ length: Int) async throws {
    try await TemporaryFolder.with { folder in
      let long = String(repeating: "x", count: length)
      var lines = ["F first"]
      var rest = long[...]
      while rest.count > 16_384 {
        lines.append("P \(rest.prefix(16_384))")
        rest = rest.dropFirst(16_384)
      }
      lines += ["F \(rest)", "F last"]
      let path = try folder.write(
        lines.map { "2026-11-21T12:04:14.000000001Z stdout \($0)\n" }.joined(), to: "0.log")
      for (count, expected) in [(1, "last\n"), (2, long + "\nlast\n"), (3, "first\n\(long)\nlast\n")] {
        let request = APIRequest("GET", "/", query: [QueryItem("tailLines", "\(count)")])
        let stream = try LogStream(
          path, LogRequest(request, now: Timestamp(seconds: 0)), hasEnded: { true }, changes: { AsyncStream { nil } })
        var text: [UInt8] = []
        while let chunk = try await stream.next() { text += chunk }
        #expect(String(decoding: text, as: UTF8.self) == expected)
      }
    }
  }

  @Test func followsUntilTheContainerHasEnded() async throws {
    try await TemporaryFolder.with { folder in
      let path = try folder.write("2026-11-21T12:04:14.000000001Z stdout F one\n", to: "0.log")
      let hasEnded = Atomic(false)
      let (changes, bell) = AsyncStream.makeStream(of: Void.self)
      var wanted = LogRequest(APIRequest("GET", "/"), now: Timestamp(seconds: 0))
      wanted.follows = true
      let stream = try LogStream(path, wanted) {
        hasEnded.load(ordering: .relaxed)
      } changes: {
        changes
      }
      #expect(try await stream.next() == Array("one\n".utf8))
      async let next = stream.next()
      try folder.append("2026-11-21T12:04:15.000000001Z stdout F two\n", to: "0.log")
      #expect(try await next == Array("two\n".utf8))
      async let last = stream.next()
      try folder.append("2026-11-21T12:04:16.000000001Z stdout F last\n", to: "0.log")
      #expect(try await last == Array("last\n".utf8))
      async let end = stream.next()
      hasEnded.store(true, ordering: .relaxed)
      bell.yield()
      #expect(try await end == nil)
    }
  }

  @Test(.timeLimit(.minutes(1))) func followsIntoTheFilesThatComeAfterAFullOne() async throws {
    try await TemporaryFolder.with { folder in
      func line(_ number: Int) -> String { "2026-11-21T12:04:14.000000001Z stdout F line \(number)\n" }
      /// As the runtime does it: a file is full, and an empty one takes its name.
      func rotate(_ second: Int) throws {
        try folder.write("", to: "0.log.20261121-12041\(second)")
        try Files.exchange(folder.path("0.log.20261121-12041\(second)"), folder.path("0.log"))
      }
      let path = try folder.write(line(0), to: "0.log")
      let hasEnded = Atomic(false)
      var wanted = LogRequest(APIRequest("GET", "/"), now: Timestamp(seconds: 0))
      wanted.follows = true
      let stream = try LogStream(path, wanted) {
        hasEnded.load(ordering: .relaxed)
      } changes: {
        AsyncStream { try? await Task.sleep(for: .milliseconds(5)) }
      }
      #expect(try await stream.next() == Array("line 0\n".utf8))
      async let rest = TextOf.all(stream)
      for number in 1...3 {
        try folder.append(line(number), to: "0.log")
        try rotate(number)
      }
      // Who reads it still has it.
      try Files.removeTree(folder.path("0.log.20261121-120411"))
      try folder.append(line(4), to: "0.log")
      hasEnded.store(true, ordering: .relaxed)
      #expect(try await rest == "line 1\nline 2\nline 3\nline 4\n")

      // Who does not follow reads the newest file only.
      wanted.follows = false
      let newest = try LogStream(path, wanted, hasEnded: { true }, changes: { AsyncStream { nil } })
      #expect(try await TextOf.all(newest) == "line 4\n")
    }
  }

  @Test func keepsTheLogsOfTwoAttempts() async throws {
    try await TemporaryFolder.with { folder in
      for name in ["0.log", "8.log", "8.log.20261121-120414", "9.log", "9.log.20261121-120414", "10.log", "notes"] {
        try folder.write("", to: "main/" + name)
      }
      FormerLogs.remove(
        besides: ContainerSpec(
          id: "c", sandboxID: "s", name: "main", attempt: 10, imageID: "i", logPath: folder.path("main/10.log")))
      #expect(try Files.list(folder.path("main")) == ["10.log", "9.log", "9.log.20261121-120414", "notes"])
    }
  }

  struct Refusal: Sendable {
    var status: String
    var isPrevious = false
    var expected: String
  }

  @Test(arguments: [
    Refusal(
      status: "{state: {waiting: {reason: ContainerCreating}}}",
      expected: "container \"main\" in pod \"web\" is waiting to start: ContainerCreating"),
    Refusal(
      status: "{state: {waiting: {reason: PodInitializing}}}",
      expected: "container \"main\" in pod \"web\" is waiting to start: PodInitializing"),
    Refusal(
      status: "{state: {waiting: {reason: ErrImagePull}}}",
      expected: "container \"main\" in pod \"web\" is waiting to start: image can't be pulled"),
    Refusal(
      status: "{state: {waiting: {reason: ImagePullBackOff}}}",
      expected: "container \"main\" in pod \"web\" is waiting to start: trying and failing to pull image"),
    Refusal(
      status: "{state: {running: {}}}", isPrevious: true,
      expected: "previous terminated container \"main\" in pod \"web\" not found"),
  ])
  func refusesInKubernetesWords(_ row: Refusal) throws {
    let document = try #require(
      try Document.parse(
        yaml: "{metadata: {name: web}, status: {containerStatuses: [{name: main, restartCount: 0}]}}"
      ).first)
    var pod = Pod.decode(document).value
    let status = try #require(try Document.parse(yaml: row.status).first)
    pod.status.containerStatuses[0].state = ContainerStatus.decode(status).value.state
    var request = LogRequest(APIRequest("GET", "/"), now: Timestamp(seconds: 0))
    request.isPrevious = row.isPrevious
    #expect {
      try request.attempt(of: "main", in: pod)
    } throws: { error in
      (error as? StatusError)?.message == row.expected && (error as? StatusError)?.code == 400
    }
  }

  @Test(arguments: [
    ("{running: {}}", 3, false, 3), ("{running: {}}", 3, true, 2), ("{terminated: {containerID: x}}", 3, false, 3),
    ("{terminated: {containerID: x}}", 3, true, 2), ("{waiting: {reason: CrashLoopBackOff}}", 3, false, 3),
    ("{waiting: {reason: CrashLoopBackOff}}", 3, true, 3),
  ])
  func findsTheAttemptThatIsMeant(_ state: String, _ restarts: Int32, _ isPrevious: Bool, _ expected: Int) throws {
    let yaml = """
      metadata: {name: web}
      status: {containerStatuses: [{name: main, restartCount: \(restarts), state: \(state), lastState: {terminated: {exitCode: 1}}}]}
      """
    let pod = Pod.decode(try #require(try Document.parse(yaml: yaml).first)).value
    var request = LogRequest(APIRequest("GET", "/"), now: Timestamp(seconds: 0))
    request.isPrevious = isPrevious
    #expect(try request.attempt(of: "main", in: pod).number == expected)
  }
}

private enum TextOf {
  static func all(_ stream: LogStream) async throws -> String {
    var text: [UInt8] = []
    while let chunk = try await stream.next() { text += chunk }
    return String(decoding: text, as: UTF8.self)
  }
}

extension TemporaryFolder {
  fileprivate func append(_ text: String, to name: String) throws {
    let descriptor = try Files.open(path(name), O_WRONLY | O_APPEND)
    defer { close(descriptor) }
    #expect(Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count)
  }
}
