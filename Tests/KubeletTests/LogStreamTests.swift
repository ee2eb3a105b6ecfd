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

extension TemporaryFolder {
  fileprivate func append(_ text: String, to name: String) throws {
    let descriptor = try Files.open(path(name), O_WRONLY | O_APPEND)
    defer { close(descriptor) }
    #expect(Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count)
  }
}
