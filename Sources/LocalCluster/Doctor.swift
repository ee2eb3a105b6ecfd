public import Documents
internal import ImageStore
internal import LinuxRuntime

/// What this machine allows, tried out, for people to read.
public struct Doctor: Sendable {
  public struct Finding: Sendable {
    public let subject: String
    /// `ok`, `limited` or `missing`.
    public let verdict: String
    public let explanation: String
    /// A command that would allow more.
    public let remedy: String?
  }

  public let findings: [Finding]
  public let canRunPods: Bool

  public static func examine() async -> Doctor {
    let capabilities = await HostCapabilities.probe(places: ClusterPaths.places)
    let findings = capabilities.findings.map { finding in
      let verdict =
        switch finding.verdict {
        case .works: "ok"
        case .restricted: "limited"
        case .missing: "missing"
        }
      return Finding(
        subject: finding.subject, verdict: verdict, explanation: finding.explanation, remedy: finding.remedy)
    }
    let own = [sockets(), builtInImages()]
    return Doctor(
      findings: findings + own, canRunPods: capabilities.canRunPods && !own.contains { $0.verdict == "missing" })
  }

  /// Everything of a cluster meets there.
  private static func sockets() -> Finding {
    let subject = "sockets"
    do {
      let place = try ClusterPaths.trySockets()
      return Finding(
        subject: subject, verdict: "ok", explanation: "The sockets of clusters find room in \(place).", remedy: nil)
    } catch {
      return Finding(
        subject: subject, verdict: "missing", explanation: "There is no place for the sockets of clusters (\(error)).",
        remedy: "export XDG_RUNTIME_DIR=$(mktemp -d)")
    }
  }

  private static func builtInImages() -> Finding {
    let subject = "built-in images"
    do {
      try BuiltInMaterials.located().check()
      return Finding(
        subject: subject, verdict: "ok", explanation: "The built-in images can be made of what is installed.",
        remedy: nil)
    } catch {
      var remedy: String?
      // The other program comes with this one.
      if case ImageStoreError.material("/bin/busybox", _) = error { remedy = "sudo apt-get install busybox-static" }
      return Finding(
        subject: subject, verdict: "missing", explanation: "No cluster starts without its images: \(error).",
        remedy: remedy)
    }
  }

  /// The same for programs.
  public var document: Document {
    let findings = findings.map { finding -> Document in
      [
        "subject": .string(finding.subject), "verdict": .string(finding.verdict),
        "explanation": .string(finding.explanation), "remedy": finding.remedy.map { .string($0) } ?? .null,
      ]
    }
    return ["canRunPods": .bool(canRunPods), "findings": .list(findings)]
  }
}
