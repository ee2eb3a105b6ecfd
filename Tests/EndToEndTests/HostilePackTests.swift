import ClusterClient
import Documents
import Glibc
import HTTPTransport
import KubernetesAPI
import SystemIO
import TestSupport
import Testing

@testable import KubectlCommands
@testable import LessonEngine

/// Whatever the author of a pack writes, nothing runs on the machine, no file outside of the pack's is read or
/// written, and no other namespace is reached.
@Suite(.timeLimit(.minutes(2)))
struct HostilePackTests {
  @Test(.needsUserNamespace) func whatAPackTriesIsRefusedOrHarmless() async throws { try await tryEverything(.own) }

  @Test(.needsRoot, .needsOrdinaryUser) func soItIsForAnOrdinaryUser() async throws {
    try await tryEverything(.ordinaryUser)
  }

  private func tryEverything(_ account: Account) async throws {
    try await TemporaryFolder.with { folder in
      try await Learner.with(account) { learner in
        _ = try await RunningCluster.start(learner)
        let pack = try HostilePack(folder)
        let before = try await pack.surroundings(learner)
        let place = try await pack.open(learner)
        for (line, refusal) in pack.attempts {
          let outcome = await place.commands.run(line)
          #expect(outcome.exitCode != 0, "\(line): \(outcome.output)")
          #expect(outcome.output.contains(refusal), "\(line): \(outcome.output)")
        }
        try await inThePod(place, pack)
        await place.close()
        #expect(try await pack.surroundings(learner) == before)
      }
    }
  }

  /// What is tried with a pod of the lesson's own.
  private func inThePod(_ place: LessonPlace, _ pack: HostilePack) async throws {
    func run(_ line: String) async -> CommandOutcome { await place.commands.run(line) }
    #expect(await run("apply -f web.yaml").exitCode == 0)
    #expect(await run("wait --for=condition=Ready pod/web --timeout=30s").exitCode == 0)
    for (line, refusal) in pack.attemptsWithPod {
      let outcome = await run(line)
      #expect(outcome.exitCode != 0 && outcome.output.contains(refusal), "\(line): \(outcome.output)")
    }

    // What is meant for a shell is a word like any other.
    let words = await run("exec web -- echo $(id) `id` $HOME ${HOME} ~ * >x |y &&z")
    #expect(words.output == "$(id) `id` $HOME ${HOME} ~ * >x |y &&z\n")
    // Nothing comes in, whatever waits for it.
    #expect(await run("exec -i web -- cat") == CommandOutcome(exitCode: 0, output: ""))

    // An archive that wants to leave its target.
    #expect(await run("cp evil.tar web:/evil.tar").exitCode == 0)
    let script = #"rm /bin/tar; printf '#!/bin/sh\ncat /evil.tar' > /bin/tar; chmod +x /bin/tar"#
    #expect(await run("exec web -- sh -c \"\(script)\"").exitCode == 0)
    let unpacked = await run("cp web:/d got")
    #expect(unpacked.output.contains("tar contents corrupted"), "\(unpacked.output)")
    let linked = await run("cp web:/d linked")
    #expect(linked.output.contains("is outside of the folders"), "\(linked.output)")

    // Output without end, and a command without end.
    let flood = await run("exec web -- sh -c 'yes | head -c 20000000'")
    #expect(flood.output.utf8.count < 5 << 20)
    var hasty = place.commands
    hasty.patience = .seconds(1)
    let endless = await hasty.run("exec web -- sleep 1000")
    #expect(endless.exitCode == 124 && endless.output.contains("has not ended for 1 s"), "\(endless.output)")

    // Conditions see the container's files only, and wait for nothing in it.
    #expect(await run("exec web -- sh -c 'ln -s \(pack.marker) /link; mkfifo /pipe; ln -s / /up'").exitCode == 0)
    for path in [
      pack.marker, "/../../../.." + pack.marker, "/link", "/proc/1/root" + pack.marker, "/up/../.." + pack.marker,
    ] {
      try await judge("file \"\(path)\" in pod web exists", .notYet, place)
    }
    try await judge("file /pipe in pod web contains \"x\"", .notYet, place)
    try await judge("file /dev/zero in pod web contains \"x\"", .notYet, place)
    try await judge("GET http://pod/web:80/ answers 200", .notYet, place)
    try await judge("\"sleep 1000\" in pod web prints \"x\"", .notYet, place)
  }

  private func judge(_ sentence: String, _ verdict: Finding.Verdict, _ place: LessonPlace) async throws {
    let start = ContinuousClock.now
    let finding = await (try Condition(sentence, line: 1)).statement.judge(place.observation)
    #expect(finding.verdict == verdict, "\(sentence): \(finding.found)")
    #expect(ContinuousClock.now - start < .seconds(8), "\(sentence)")
  }
}

/// A pack with everything in it that somebody may try.
private struct HostilePack {
  let folder: TemporaryFolder
  /// A file of the machine that no lesson may see.
  let marker: String
  private let pack: Pack

  init(_ folder: TemporaryFolder) throws {
    self.folder = folder
    marker = folder.path("marker")
    try Files.write("nobody may read this\n", to: marker)
    for name in ["pack", "pack/files", "work", "work/linked"] { try Files.makeDirectories(folder.path(name)) }
    pack = Pack(
      manifest: try PackManifest.parse(
        "format: 1\nid: evil\nversion: 1.0.0\ntitle: Evil\nlessons: [evil]\n", file: "pack.yaml"),
      lessons: [try LessonParser.parse("---\nlesson: evil\ntitle: Evil\n---\n## One {#one}\nx\n", file: "evil.md")],
      fileTexts: [:], filesFolder: folder.path("pack/files"), folder: folder.path("pack"))
    for (name, text) in Self.manifests { try write(name, text) }
    try Files.makeLink(to: marker, at: folder.path("pack/files/link.yaml"))
    try Files.makeLink(to: "/", at: folder.path("pack/files/root"))
    try Files.makeLink(to: "../../..", at: folder.path("work/up"))
    try Files.makeLink(to: "../..", at: folder.path("work/linked/out"))
    try systemCall("mkfifo") { mkfifo(folder.path("pack/files/pipe.yaml"), 0o600) }
    let big = try Files.open(folder.path("pack/files/big.yaml"), O_WRONLY | O_CREAT)
    defer { close(big) }
    try systemCall("ftruncate") { ftruncate(big, 1 << 40) }
    try write("bomb.yaml", Self.aliasBomb)
    try Files.write(Self.evilArchive, to: folder.path("pack/files/evil.tar"))
  }

  private func write(_ name: String, _ text: String) throws {
    try Files.write(text, to: folder.path("pack/files/" + name))
  }

  private func context(_ learner: Learner) -> KubectlContext {
    let endpoint = HTTPClient(unixSocket: "\(learner.home)/runtime/podium/\(learner.cluster)/sockets/api.sock")
    let connection = ClusterConnection(
      client: ClusterClient(endpoint: endpoint, userAgent: "evil"), contextName: "evil", server: "")
    var context = KubectlContext(cluster: connection, workingDirectory: folder.path("work"))
    context.fetch = { _ in
      Issue.record("something was fetched")
      return (200, [])
    }
    context.open = { _ in
      Issue.record("another cluster was opened")
      return connection.client
    }
    return context
  }

  func open(_ learner: Learner) async throws -> LessonPlace {
    try await LessonPlace.open(pack.lessons[0], of: pack, context(learner))
  }

  /// All that is not the lesson's: objects of other namespaces and of none, and the files around the pack.
  func surroundings(_ learner: Learner) async throws -> [String] {
    let kinds = "configmaps,secrets,services,deployments,serviceaccounts,pods"
    let name = "{.metadata.namespace}/{.kind}/{.metadata.name} {.metadata.resourceVersion}"
    let objects = try await learner.kubectl("get", kinds, "-A", "-o", "jsonpath={range .items[*]}\(name){\"\\n\"}{end}")
    let others = try await learner.kubectl("get", "namespaces,nodes", "-o", "name")
    return (objects + others).split(separator: "\n").map(String.init).filter { !$0.contains("evil") }.sorted()
      + [try Files.readText(marker)] + (try Files.list(folder.path("")))
  }

  // MARK: What is tried

  private static let foreign = "a lesson's commands act in its own namespace \"evil\" only"
  private static let outside = "is outside of the folders that this command may use"

  /// Lines, and what is said to them.
  var attempts: [(line: String, refusal: String)] {
    machine + files + namespaces + nodes
  }

  private var machine: [(String, String)] {
    [
      ("!id", "a lesson cannot run \"!id\""), ("id", "a lesson cannot run \"id\""),
      ("kubectl", "an empty command"), ("sh -c id", "a lesson cannot run \"sh\""),
      ("kubectl-evil", "a lesson cannot run"), ("evil-plugin", "a lesson cannot run"),
      ("get pods | sh", "have no |"), ("get pods > /tmp/x", "have no >"), ("get pods && id", "have no &&"),
      ("get pods ; id", "have no ;"), ("get pods & id", "have no &"), ("create -f - < x", "have no <"),
      ("$(id)", "a lesson cannot run"), ("`id`", "a lesson cannot run"), ("get 'pods", "is not closed"),
      ("edit pod web", "cannot run \"edit\""), ("config view", "cannot run \"config\""),
      ("proxy --port=0", "cannot run \"proxy\""), ("port-forward pod/web 8080:80", "cannot run \"port-forward\""),
      ("attach web", "cannot run \"attach\""), ("diff -f web.yaml", "cannot run \"diff\""),
      ("drain node-1", "cannot run \"drain\""), ("cordon node-1", "cannot run \"cordon\""),
      ("taint node node-1 a=b:NoSchedule", "cannot run \"taint\""), ("plugin list", "cannot run \"plugin\""),
      ("completion bash", "cannot run \"completion\""), ("auth can-i '*' '*'", "cannot run \"auth\""),
      ("--kubeconfig /etc/passwd get pods", "a lesson cannot run \"--kubeconfig\""),
      ("get pods --kubeconfig /etc/passwd", "this cluster is the only one"),
      ("get pods --kubeconfig=\(marker)", "this cluster is the only one"),
      ("get pods --context other", "this cluster is the only one"),
      ("get pods -s https://127.0.0.1:1", "this cluster is the only one"),
      ("get pods --server=http://127.0.0.1:1", "this cluster is the only one"),
      ("get pods --token x", "this cluster is the only one"), ("get pods --cluster x", "this cluster is the only one"),
      ("get pods --user x", "this cluster is the only one"),
      ("logs -f web", "does not end by itself"), ("get pods -w", "does not end by itself"),
      ("sleep 100000", "sleep needs"), ("sleep -1", "sleep needs"), ("sleep nan", "sleep needs"),
    ]
  }

  private var files: [(String, String)] {
    [
      ("apply -f /etc/passwd", Self.outside), ("apply -f \(marker)", Self.outside),
      ("apply -f ../../marker", Self.outside), ("apply -f ../pack/../marker", Self.outside),
      ("apply -f link.yaml", Self.outside), ("apply -f root/etc/passwd", Self.outside),
      ("apply -R -f root", Self.outside),
      ("apply -f up", Self.outside), ("apply -f /proc/self/environ", Self.outside),
      ("apply -f /proc/self/cwd/pack.yaml", Self.outside), ("apply -f /dev/zero", Self.outside),
      ("apply -f pipe.yaml", "is neither a file nor a folder"), ("apply -f big.yaml", "is larger than the 64 MiB"),
      ("apply -f bomb.yaml", "document contains excessive aliasing"),
      ("apply -f http://127.0.0.1:1/x.yaml", "nothing is fetched from here"),
      ("create -f https://example.com/x.yaml", "nothing is fetched from here"),
      ("replace -f /etc/passwd", Self.outside), ("delete -f /etc/passwd", Self.outside),
      ("create configmap x --from-file=/etc/passwd", Self.outside),
      ("create configmap x --from-file=\(folder.path("pack/files/link.yaml"))", Self.outside),
      ("create configmap x --from-env-file=/etc/environment", Self.outside),
      ("create secret generic x --from-file=a=/etc/shadow", Self.outside),
      ("create secret tls x --cert=/etc/passwd --key=/etc/passwd", Self.outside),
      ("get pods -o jsonpath-file=/etc/passwd", Self.outside), ("get pods -o go-template-file=\(marker)", Self.outside),
      ("get pods -o custom-columns-file=\(marker)", Self.outside),
      ("patch configmap kube-root-ca.crt --patch-file=\(marker)", Self.outside),
    ]
  }

  private var namespaces: [(String, String)] {
    [
      ("get pods -n kube-system", Self.foreign), ("get pods --namespace=default", Self.foreign),
      ("get pods -A", Self.foreign), ("get secrets --all-namespaces", Self.foreign),
      ("delete configmap --all -n default", Self.foreign), ("delete pods --all -A", Self.foreign),
      ("create configmap x -n default", Self.foreign), ("run x --image=busybox -n default", Self.foreign),
      ("apply -f foreign.yaml", Self.foreign), ("apply -f foreign.yaml -n default", Self.foreign),
      ("create -f cluster.yaml", Self.foreign), ("create namespace other", Self.foreign),
      ("delete namespace evil", Self.foreign), ("delete namespace default", Self.foreign),
      ("label namespace evil a=b", Self.foreign), ("annotate namespace evil a=b", Self.foreign),
      ("label namespace evil pod-security.kubernetes.io/enforce-", Self.foreign),
      ("get namespaces", Self.foreign),
      ("get --raw /api/v1/namespaces/default/configmaps", Self.foreign),
      ("get --raw /api/v1/namespaces/evil/../default/configmaps", Self.foreign),
      ("get --raw /podium/status", Self.foreign), ("get --raw /metrics", Self.foreign),
      ("get pods -n default --as=system:admin", Self.foreign),
      ("get pods -n default --as=x --as-group=system:masters", Self.foreign),
    ]
  }

  private var nodes: [(String, String)] {
    let security = "violates PodSecurity \"baseline:latest\""
    return [
      ("label node --all a=b", Self.foreign), ("delete node --all", Self.foreign),
      ("debug node/podium-node-1 --image=busybox", ""),
      ("apply -f privileged.yaml", security), ("apply -f host.yaml", "hostPID=true"),
      ("apply -f host.yaml", "hostPath volumes (volume \"v\")"), ("apply -f mirror.yaml", "mirror"),
      ("run x --image=busybox --privileged", security),
    ]
  }

  var attemptsWithPod: [(line: String, refusal: String)] {
    [
      ("cp web:/etc/hostname /tmp/x", Self.outside), ("cp web:/etc/hostname ../x", Self.outside),
      ("cp web:/etc/hostname up/x", Self.outside), ("cp web:/etc/hostname \(marker)", Self.outside),
      ("cp web:/etc/hostname \(folder.path("pack/files/web.yaml"))", Self.outside),
      ("cp /etc/passwd web:/x", Self.outside), ("cp ../../marker web:/x", Self.outside),
      ("cp link.yaml web:/x", Self.outside), ("cp root web:/x", Self.outside),
      ("cp default/web:/etc/hostname x", Self.foreign),
      ("debug web --image=busybox --profile=sysadmin", "violates PodSecurity"),
      ("exec -n kube-system web -- id", Self.foreign),
      ("set image deploy/x a=b -n default", Self.foreign),
    ]
  }

  // MARK: What is in its files

  private static let container = "containers: [{name: web, image: busybox, command: [sleep, '1000']"
  private static let manifests: [(name: String, text: String)] = [
    (
      "web.yaml",
      "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {terminationGracePeriodSeconds: 0, \(container)}]}}"
    ),
    ("foreign.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: x, namespace: default}}"),
    ("cluster.yaml", "{apiVersion: v1, kind: Namespace, metadata: {name: other}}"),
    (
      "privileged.yaml",
      "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {\(container), securityContext: {privileged: true}}]}}"
    ),
    (
      "host.yaml",
      """
      {apiVersion: v1, kind: Pod, metadata: {name: h}, spec: {hostPID: true, hostNetwork: true,
       volumes: [{name: v, hostPath: {path: /}}], \(container)}]}}
      """
    ),
    (
      "mirror.yaml",
      """
      {apiVersion: v1, kind: Pod, metadata: {name: m-node-1, annotations: {kubernetes.io/config.mirror: x}},
       spec: {serviceAccountName: default, \(container)}]}}
      """
    ),
  ]

  /// Nine levels of nine aliases each.
  private static let aliasBomb =
    "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
    + (1..<9).map { level in
      "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ","))]\n"
    }.joined()

  /// A file above the target, and one by way of a link in the archive.
  private static var evilArchive: [UInt8] {
    let content = Array("evil".utf8)
    func entry(_ name: String, _ kind: TarArchive.Kind, link: String = "") -> [UInt8] {
      let size = kind == .file ? content.count : 0
      let header = TarArchive.header(TarArchive.Entry(name: name, kind: kind, size: size, linkTarget: link))
      return header + (kind == .file ? content + TarArchive.padding(size) : [])
    }
    return entry("d/out", .symbolicLink, link: "../..") + entry("d/out/marker", .file)
      + entry("../../marker", .file) + entry("/etc/evil", .file) + TarArchive.end
  }
}
