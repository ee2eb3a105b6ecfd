internal import Console
internal import LocalCluster

/// `podium doctor`: what this machine allows, tried out.
enum DoctorVerb {
  @Sendable
  static func run(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    if let word = arguments.first { throw UsageError("podium doctor takes no words: found \"\(word)\"") }
    let appearance = settings.appearance
    let doctor = await Doctor.examine()
    for finding in doctor.findings {
      let verdict = StyledText(finding.verdict.padding(to: 9), finding.verdict == "ok" ? .ok : .warning)
      let words = TextReflow.wrap(finding.explanation, width: appearance.width - 9)
        .split(separator: "\n").joined(separator: "\n" + String(repeating: " ", count: 9))
      StandardOutput.print((verdict + StyledText(words)).rendered(in: appearance))
      if let remedy = finding.remedy {
        StandardOutput.print(
          (StyledText("         to allow it: ") + StyledText(remedy, .code)).rendered(in: appearance))
      }
    }
    StandardOutput.print(doctor.canRunPods ? "Pods can run here." : "Pods cannot run here yet.")
    return doctor.canRunPods ? 0 : 1
  }
}
