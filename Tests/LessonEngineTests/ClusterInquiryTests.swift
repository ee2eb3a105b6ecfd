import ClusterClient
import KubernetesAPI
import Testing

@testable import LessonEngine

/// What a cluster answers, and what that says: a refusal is not an absence, and a broken way is not a failing program.
@Suite(.timeLimit(.minutes(1)))
struct ClusterInquiryTests {
  /// Answers each request by what it is for: the last word of its path.
  private struct Cluster: APIEndpoint {
    var answers: [String: @Sendable (APIRequest) throws(StatusError) -> APIResponse] = [:]

    func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
      for (word, answer) in answers where request.path.contains("/\(word)") { return try answer(request) }
      throw .forbidden("pods", "web", "User \"learner\" cannot do this")
    }

    var inquiry: ClusterInquiry { ClusterInquiry(client: ClusterClient(endpoint: self)) }

    /// A container in which every command comes to this end.
    static func running(_ outcome: RemoteCommandOutcome, printing text: String = "") -> Cluster {
      Cluster(answers: [
        "exec": { request throws(StatusError) in
          let (session, response) = try RemoteCommandSession.accept(request)
          // It ends with the connection, which the inquiry closes.
          Task {
            await session.run { session in
              try? await session.write(output: Array(text.utf8))
              return outcome
            }
          }
          return response
        }
      ])
    }

    /// A way to a port at whose end somebody complains, or nobody says anything.
    static func forwarding(_ complaint: String?) -> Cluster {
      Cluster(answers: [
        "portforward": { request throws(StatusError) in
          var (response, _) = try WebSocketHandshake.accept(request, protocols: ["v4.channel.k8s.io"])
          let (near, far) = PipeChannel.pair()
          response.body = .upgraded(far)
          let socket = WebSocket(over: near, role: .server)
          Task {
            for channel in [UInt8(0), 1] { try? await socket.send(.binary([channel, 80, 0])) }
            if let complaint { try? await socket.send(.binary([1] + Array(complaint.utf8))) }
            _ = try? await socket.receive()
            await socket.close()
          }
          return response
        }
      ])
    }
  }

  private func judge(_ sentence: String, _ cluster: Cluster) async throws -> Finding {
    var story = Story()
    story.pod("web") {
      $0.run()
      $0.spec.nodeName = "node-1"
    }
    return await (try Condition(sentence)).statement.finding(in: Observation(story.history, cluster.inquiry))
  }

  private static let noCat = StatusError.internalError(
    "error executing command in container: failed to exec in container: OCI runtime exec failed: exec failed: "
      + "unable to start container process: exec: \"cat\": executable file not found in $PATH: unknown")

  @Test(arguments: [
    ("log of pod web contains \"x\"", "the log of pod web cannot be read"),
    ("log of pod web does not contain \"x\"", "the log of pod web cannot be read"),
    ("\"ls\" in pod web fails", "no command can be run in pod web"),
    ("file /x in pod web does not exist", "files of pod web cannot be read"),
    ("port 80 of pod web refuses connections", "port 80 of pod web cannot be reached"),
    ("GET http://pod/web:80/ answers 200", "port 80 of pod web cannot be reached"),
    (
      "containers web and web of pod web share the pid namespace",
      "what the containers of pod web share cannot be seen"
    ),
  ])
  func aRefusalTellsNothing(sentence: String, found: String) async throws {
    let finding = try await judge(sentence, Cluster())
    #expect(finding.verdict == .cannotTell)
    #expect(finding.found == found)
    #expect(finding.because == "pods \"web\" is forbidden: User \"learner\" cannot do this")
  }

  @Test func aProgramThatIsMissingProvesNothing() async throws {
    let cluster = Cluster.running(.failed(Self.noCat))
    for sentence in ["\"cat /x\" in pod web fails", "\"cat /x\" in pod web exits with code 126"] {
      let finding = try await judge(sentence, cluster)
      #expect(finding.verdict == .cannotTell)
      #expect(finding.because == "exec: \"cat\": executable file not found in $PATH")
    }
    let file = try await judge("file /x in pod web does not exist", cluster)
    #expect(file.verdict == .cannotTell)
    #expect(file.found == "file /x cannot be read in container web")
    #expect(file.because == "exec: \"cat\": executable file not found in $PATH")
    let shared = try await judge("containers web and web of pod web do not share the pid namespace", cluster)
    #expect(shared.verdict == .cannotTell)
  }

  @Test func aBrokenWayIsNoFailingProgram() async throws {
    let lost = StatusError.internalError("unable to upgrade connection: container not found (\"web\")")
    let finding = try await judge("\"ls\" in pod web fails", .running(.failed(lost)))
    #expect(finding.verdict == .notYet)
    #expect(finding.found.contains("container not found"))
  }

  @Test(arguments: [
    ("cat: /x: No such file or directory", "does not exist", Finding.Verdict.pass),
    ("cat: /x: Is a directory", "exists", .pass), ("cat: can't open '/x': Permission denied", "exists", .cannotTell),
  ])
  func aProgramReadsFilesWhereNoKubeletDoes(output: String, claim: String, verdict: Finding.Verdict) async throws {
    let finding = try await judge("file /x in pod web \(claim)", .running(.exited(1), printing: output))
    #expect(finding.verdict == verdict, "\(finding.text)")
  }

  @Test func onlyARefusedConnectionIsRefused() async throws {
    let refused = Cluster.forwarding("error forwarding port 80: failed to connect: connection refused")
    #expect(try await judge("port 80 of pod web refuses connections", refused).verdict == .pass)
    let cut = Cluster.forwarding("error forwarding port 80: sandbox abc is not running")
    for claim in ["refuses", "accepts"] {
      let finding = try await judge("port 80 of pod web \(claim) connections", cut)
      #expect(finding.verdict == .notYet)
      #expect(finding.found.hasPrefix("port 80 cannot be reached: error forwarding"))
    }
    #expect(try await judge("port 80 of pod web accepts connections", .forwarding(nil)).verdict == .pass)
  }
}
