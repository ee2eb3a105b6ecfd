internal import Console
internal import LocalCluster

/// `podium doctor [--json]`: what this machine allows, tried out.
enum DoctorVerb {
  @Sendable
  static func run(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    let isForPrograms = try wantsJSON(arguments)
    let appearance = settings.appearance
    let doctor = await Doctor.examine()
    if isForPrograms {
      StandardOutput.print(doctor.document.jsonText(indentedBy: 2))
      return doctor.canRunPods ? 0 : 1
    }
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

  private static func wantsJSON(_ arguments: [String]) throws -> Bool {
    switch arguments {
    case []: return false
    case ["--json"], ["-o", "json"], ["-ojson"], ["-o=json"], ["--output", "json"], ["--output=json"]: return true
    default:
      throw UsageError(
        "podium doctor takes nothing but --json: found \"\(arguments.joined(separator: " "))\"")
    }
  }
}
