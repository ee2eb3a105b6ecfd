import ClusterClient
import Glibc
import KubectlCommands
import SystemIO
import Testing

/// `kubectl config` on files: what is written, and what is left alone.
@Suite(.timeLimit(.minutes(1)))
struct ConfigTests {
  private static let file = """
    apiVersion: v1
    kind: Config
    clusters:
    - name: lab
      cluster: {server: "https://127.0.0.1:1", someday: known}
    contexts:
    - name: one
      context: {cluster: lab, user: me}
    - name: two
      context: {cluster: lab, user: me, namespace: shop}
    current-context: one
    users:
    - name: me
      user: {token: secret}
    extensions: [{name: other-tool, extension: {kept: true}}]

    """

  /// A folder with the file in it, gone after the test.
  private func withFile(mode: UInt32 = 0o600, _ body: (_ folder: String) async throws -> Void) async throws {
    let folder = "/tmp/podium-config-\(UInt32.random(in: 0...UInt32.max))"
    try Files.makeDirectories(folder)
    try Files.write(Self.file, to: folder + "/config", mode: mode)
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body(folder)) } catch { outcome = .failure(error) }
    try Files.removeTree(folder)
    try outcome.get()
  }

  private func config(_ line: String, in folder: String) async throws -> Ran {
    try await FakeCluster().kubectl("config \(line) --kubeconfig=config", in: folder)
  }

  @Test func aChangeKeepsWhatOtherToolsHaveWritten() async throws {
    try await withFile { folder in
      let ran = try await config("set-context --current --namespace=x", in: folder)
      #expect(ran.output == "Context \"one\" modified.\n")
      let text = try Files.readText(folder + "/config")
      for part in ["    someday: known\n", "extensions:\n", "    kept: true\n", "    namespace: x\n", "token: secret"] {
        #expect(text.contains(part), "\(part) in\n\(text)")
      }
      #expect(try Files.list(folder) == ["config"])
    }
  }

  @Test func aChangeKeepsWhoMayReadTheFile() async throws {
    try await withFile(mode: 0o640) { folder in
      try #require(chmod(folder + "/config", 0o640) == 0)
      _ = try await config("use-context two", in: folder)
      var status = stat()
      #expect(stat(folder + "/config", &status) == 0)
      #expect(status.st_mode & 0o777 == 0o640)
    }
  }

  @Test func aLinkIsFollowed() async throws {
    try await withFile { folder in
      try Files.makeLink(to: folder + "/config", at: folder + "/link")
      let ran = try await FakeCluster().kubectl("config use-context two --kubeconfig=link", in: folder)
      #expect(ran.code == 0)
      #expect(try Files.linkTarget(folder + "/link") == folder + "/config")
      #expect(try await config("current-context", in: folder).output == "two\n")
    }
  }

  @Test func aFileThatSomebodyElseIsWritingIsLeftAlone() async throws {
    try await withFile { folder in
      try Files.write("", to: folder + "/config.lock")
      let ran = try await config("use-context two", in: folder)
      #expect(ran == Ran(output: "", error: "error: open \(folder)/config.lock: file exists\n", code: 1))
      #expect(try Files.readText(folder + "/config") == Self.file)
    }
  }

  @Test func withoutAFileThereIsTheOneCluster() async throws {
    let cluster = FakeCluster()
    #expect(try await cluster.kubectl("config current-context").output == "podium\n")
    #expect(
      try await cluster.kubectl("config view -o jsonpath={.clusters[*].cluster.server}").output
        == "https://127.0.0.1:6443")
    let ran = try await cluster.kubectl("config use-context podium")
    #expect(
      ran
        == Ran(
          output: "", error: "error: there is no configuration file here: name one with --kubeconfig\n", code: 1))
  }

  @Test func theFirstFileThatKnowsANameCounts() async throws {
    try await withFile { folder in
      try Files.write(
        "contexts: [{name: two, context: {cluster: other, user: me}}]\ncurrent-context: two\n", to: folder + "/first")
      var context = KubectlContext(
        cluster: ClusterConnection(
          client: ClusterClient(endpoint: FakeCluster()), contextName: "podium", server: "unix:///nowhere"),
        workingDirectory: folder)
      context.configuration = ConfigPlaces(paths: ["own"], initial: context.cluster.configuration)
      context.variables = ["KUBECONFIG": "first:none:config"]
      let io = CapturedIO(input: nil)
      #expect(await Kubectl.run(["config", "get-contexts"], context: context, io: io) == 0)
      #expect(
        io.output == """
          CURRENT   NAME     CLUSTER   AUTHINFO   NAMESPACE
                    one      lab       me         
          *         podium   podium    podium     
                    two      other     me         

          """)
      // New entries go to the program's own file, changes to where the entry is.
      let changing = CapturedIO(input: nil)
      _ = await Kubectl.run(["config", "set-context", "three", "--cluster=lab"], context: context, io: changing)
      _ = await Kubectl.run(["config", "set-context", "one", "--namespace=here"], context: context, io: changing)
      #expect(changing.output == "Context \"three\" created.\nContext \"one\" modified.\n")
      #expect(try Files.readText(folder + "/own").contains("name: three"))
      #expect(try Files.readText(folder + "/config").contains("namespace: here"))
      #expect(!(try Files.readText(folder + "/first")).contains("here"))
    }
  }
}
