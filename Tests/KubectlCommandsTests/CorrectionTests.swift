import ClusterClient
import ObjectSchema
import Testing

@testable import KubectlCommands

/// What people are asked after a command that could not be understood.
@Suite(.timeLimit(.minutes(1)))
struct CorrectionTests {
  private func errors(of line: String, remarks: Bool = true) async throws -> [String] {
    let cluster = FakeCluster()
    cluster.add(try Fixture.yaml("reference/01-plain/get-yaml.txt"))
    cluster.add(try Fixture.yaml("reference/02-two-containers/get-yaml.txt"))
    var context = KubectlContext(
      cluster: ClusterConnection(
        client: ClusterClient(endpoint: cluster), contextName: "podium", server: "https://127.0.0.1:6443"),
      workingDirectory: "/")
    context.remarksOnTypingErrors = remarks
    let io = CapturedIO()
    #expect(await Kubectl.run(try CommandWords.split(line), context: context, io: io) == 1)
    return io.error.split(separator: "\n").map(String.init)
  }

  @Test(arguments: [
    ("get pod plian", "Did you mean plain?"), ("delete pod two-container", "Did you mean two-containers?"),
    ("exec two -- ls", "Did you mean two-containers?"), ("get pods --namespcae=x", "Did you mean --namespace?"),
  ])
  func theNearestWordIsNamed(_ line: String, _ remark: String) async throws {
    #expect(try await errors(of: line).last == remark)
    #expect(try await !errors(of: line, remarks: false).contains(remark))
  }

  @Test(arguments: ["get pod elephant", "get pods --zebra", "get pod plain -o nonsense"])
  func whatIsLikeNothingIsLeftAlone(_ line: String) async throws {
    #expect(try await errors(of: line) == errors(of: line, remarks: false))
  }

  @Test(arguments: [("wbe", "web", 1), ("web", "web", 0), ("pods", "pod", 1), ("abc", "xyz", 3), ("", "ab", 2)])
  func neighboursThatAreSwappedAreOneSlip(_ typed: String, _ meant: String, _ slips: Int) {
    #expect(Spelling.slips(from: typed, to: meant) == slips)
  }
}
