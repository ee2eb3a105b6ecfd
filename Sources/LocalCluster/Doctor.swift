public import Documents
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
    return Doctor(findings: findings, canRunPods: capabilities.canRunPods)
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
