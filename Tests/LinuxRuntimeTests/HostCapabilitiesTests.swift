import LinuxRuntime
import SystemIO
import TestSupport
import Testing

extension RealNodes {
  @Suite(.needsNodes) struct HostCapabilitiesTests {
    @Test func saysWhatThisMachineAllowsAndHowToGetTheRest() async throws {
      try await LeakCensus.check([.controlGroups, .networkLinks, .mounts, .processes], matching: "doctor") {
        let capabilities = await HostCapabilities.probe(places: ["/tmp/not/there/yet"])
        #expect(capabilities.canRunPods, "\(capabilities.findings)")
        for finding in capabilities.findings {
          #expect(finding.explanation.hasSuffix("."))
          #expect((finding.remedy == nil) == (finding.verdict == .works), "\(finding)")
        }
        let verdicts = Dictionary(uniqueKeysWithValues: capabilities.findings.map { ($0.subject, $0.verdict) })
        #expect(verdicts[isRoot ? "namespaces" : "user namespaces"] == .works)
        #expect(verdicts["limits"] == (isRoot ? .works : .restricted))
        #expect(verdicts["image layers"] == .works)
        #expect(verdicts["pod network"] == .works)
        let others = [
          "system mounts", "several nodes", "system call filters", "api port", "open files", "processes",
          "file notices", "disk /tmp/not/there/yet",
        ]
        for subject in others { #expect(verdicts[subject] == .works, "\(subject)") }
        #expect(!Files.exists("/tmp/not"))
      }
    }
  }
}
