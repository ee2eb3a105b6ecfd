import Documents
import SystemIO
import TestSupport
import Testing

/// What the doctor says where something is missing.
@Suite(.timeLimit(.minutes(1)))
struct DoctorTests {
  /// Runs the doctor by a shell that has taken something away before.
  private func examine(
    after script: String, account: Account = .own, wrapper: [String] = []
  ) async throws -> (findings: [String: Document], canRunPods: Bool?, answer: ProgramOutput) {
    try await TemporaryFolder.with { folder in
      account.own(folder.path)
      let words = wrapper + ["sh", "-c", "\(script)\nexec \(BuiltProgram.path("podium")) doctor -o json"]
      let command = account.command(words[0], Array(words.dropFirst()))
      let answer = try await ProgramOutput.of(
        command.program, command.arguments,
        environment: ["HOME": folder.path, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"],
        folder: folder.path, within: .seconds(40))
      let document = try Document.parse(json: Array(answer.output.utf8))
      let findings = (document["findings"]?.listValue ?? []).map { ($0["subject"]?.stringValue ?? "", $0) }
      return (
        Dictionary(findings, uniquingKeysWith: { $1 }), document["canRunPods"]?.boolValue, answer
      )
    }
  }

  @Test(.needsRoot) func rootMayDoEverything() async throws {
    let (findings, canRunPods, answer) = try await examine(after: "", account: .root)
    #expect(canRunPods == true && answer.end == .exited(0))
    for (subject, finding) in findings {
      #expect(finding["verdict"]?.stringValue == "ok", "\(subject)")
      #expect(finding["remedy"]?.isNull == true, "\(subject)")
    }
    #expect(findings["limits"]?["explanation"]?.stringValue?.contains("kills for lack of memory are counted") == true)
  }

  @Test(.needsOrdinaryUser) func whatAnOrdinaryUserLacksHasARemedy() async throws {
    let (findings, canRunPods, answer) = try await examine(after: "ulimit -n 200", account: .ordinaryUser)
    #expect(canRunPods == true && answer.end == .exited(0), "\(answer)")
    let limits = findings["limits"]
    #expect(limits?["verdict"]?.stringValue == "limited")
    #expect(
      limits?["explanation"]?.stringValue?.hasPrefix("Limits on memory, cpu and processes cannot be set: ") == true)
    #expect(limits?["remedy"]?.stringValue?.isEmpty == false)
    let files = findings["open files"]
    #expect(
      files?["explanation"]?.stringValue
        == "Only 200 files may be open at once, enough for about 25 containers.")
    #expect(files?["remedy"]?.stringValue == "ulimit -n 4096")
  }

  @Test(.needsRoot) func withoutNamespacesThereAreNoPods() async throws {
    let (findings, canRunPods, answer) = try await examine(
      after: "echo 0 > /proc/sys/user/max_mnt_namespaces", account: .root,
      wrapper: ["unshare", "--user", "--map-root-user"])
    #expect(canRunPods == false && answer.end == .exited(1), "\(answer)")
    let namespaces = findings["namespaces"]
    #expect(namespaces?["verdict"]?.stringValue == "missing")
    #expect(
      namespaces?["explanation"]?.stringValue
        == "This root may not make namespaces (clone: No space left on device): it is root of a container.")
    #expect(namespaces?["remedy"]?.stringValue?.hasPrefix("docker run --privileged") == true)
    // Nothing else of a node can be tried then.
    #expect(findings["image layers"] == nil && findings["api port"] != nil)
  }

  @Test(.needsRoot) func aPlaceThatCannotBeWrittenToIsNamed() async throws {
    let (findings, canRunPods, answer) = try await examine(
      after: "export HOME=/proc/nowhere", account: .root)
    #expect(canRunPods == false && answer.end == .exited(1), "\(answer)")
    let disk = findings["disk /proc/nowhere/.local/state"]
    #expect(disk?["verdict"]?.stringValue == "missing", "\(answer.output)")
  }

  /// What is wrong with the surroundings, how it is made so in a mount namespace of its own, and what is said.
  struct Surroundings: Sendable, CustomTestStringConvertible {
    var subject: String
    var script: String
    var explanation: String
    var remedy: String
    var testDescription: String { script }
  }

  @Test(
    .needsRoot,
    arguments: [
      Surroundings(
        subject: "built-in images", script: "mount --bind /bin/sh /bin/busybox",
        explanation:
          "No cluster starts without its images: cannot make the built-in images from /bin/busybox: it needs shared libraries; install the package busybox-static.",
        remedy: "sudo apt-get install busybox-static"),
      Surroundings(
        subject: "disk /mnt/.local/share",
        script: "mount -t tmpfs none /mnt && mount -o remount,ro /mnt && export HOME=/mnt",
        explanation: "Nothing can be stored in /mnt/.local/share (open /mnt/<...>: Read-only file system).",
        remedy: "sudo mount -o remount,rw $(findmnt -no TARGET -T /mnt)"),
      Surroundings(
        subject: "disk /mnt/.local/share",
        script: "mount -t tmpfs -o nr_inodes=1 none /mnt && export HOME=/mnt",
        explanation: "Nothing can be stored in /mnt/.local/share (open /mnt/<...>: No space left on device).",
        remedy: "podium images prune"),
      Surroundings(
        subject: "disk /mnt/.local/share",
        script: "mount -t tmpfs -o size=50m none /mnt && export HOME=/mnt",
        explanation: "There is little room for images and volumes in /mnt/.local/share: 52 MB.",
        remedy: "podium images prune"),
      Surroundings(
        subject: "sockets", script: "export XDG_RUNTIME_DIR=/tmp/" + String(repeating: "x", count: 90),
        explanation: "There is no place for the sockets of clusters (the path <...> is too long for them).",
        remedy: "export XDG_RUNTIME_DIR=$(mktemp -d)"),
    ])
  func whatTheSurroundingsLackHasARemedy(_ case: Surroundings) async throws {
    let (findings, canRunPods, answer) = try await examine(
      after: `case`.script, account: .root, wrapper: ["unshare", "--mount"])
    #expect(canRunPods == false && answer.end == .exited(1), "\(answer)")
    let finding = findings[`case`.subject]
    #expect(finding?["verdict"]?.stringValue == "missing")
    #expect(
      TextPattern(`case`.explanation).matches(finding?["explanation"]?.stringValue ?? ""), "\(answer.output)")
    #expect(finding?["remedy"]?.stringValue == `case`.remedy)
  }

  /// The whole way from a remedy that is said to what it brings.
  @Test(.needsRoot, .needsOrdinaryUser, .needsPrograms("newuidmap")) func remediesHelp() async throws {
    let lacking = try await examine(after: "", account: .ordinaryUser)
    let others = lacking.findings["other users"]
    #expect(others?["verdict"]?.stringValue == "limited")
    #expect(others?["remedy"]?.stringValue?.hasPrefix("sudo usermod --add-subuids ") == true)
    try await Account.withSubordinateIDs {
      let enough = try await examine(after: "", account: .ordinaryUser).findings["other users"]
      #expect(enough?["verdict"] == "ok", "\(enough.map { "\($0)" } ?? "")")
    }
    // A helper without the right to map ids: pods run all the same, with one.
    try await Account.withSubordinateIDs {
      let command = Account.ordinaryUser.command(BuiltProgram.path("podium"), ["doctor", "-o", "json"])
      let line = ([command.program] + command.arguments).joined(separator: " ")
      let broken = try await examine(
        after: "mount --bind /usr/bin/false /usr/bin/newuidmap\nexec \(line)", account: .root,
        wrapper: ["unshare", "--mount"])
      let others = broken.findings["other users"]
      #expect(others?["verdict"] == "limited", "\(broken.answer)")
      #expect(others?["remedy"] == "sudo chmod u+s /usr/bin/newuidmap /usr/bin/newgidmap")
      #expect(broken.findings["system mounts"]?["verdict"] == "ok")
    }
    try await Account.withSubordinateIDs(count: 1000) {
      let few = try await examine(after: "", account: .ordinaryUser).findings["other users"]
      #expect(few?["verdict"] == "limited")
      #expect(few?["explanation"]?.stringValue?.hasPrefix("There are too few subordinate ids") == true)
      #expect(few?["remedy"]?.stringValue?.hasSuffix(" podium-images") == true)
    }
  }

  @Test func otherWordsAreRefused() async throws {
    try await Learner.with { learner in
      let answer = try await learner.podium("doctor", "-o", "yaml")
      #expect(answer.end == .exited(2))
      #expect(answer.error.contains("podium doctor takes nothing but --json: found \"-o yaml\""), "\(answer.error)")
      let told = try await learner.podium("doctor")
      #expect(told.output.hasSuffix("Pods can run here.\n"))
    }
  }
}
