import ContainerRuntime
import LinuxRuntime
import SystemIO
import TestSupport
import Testing

extension RealNodes {
  @Suite(.needsNodes) struct NodeBundleTests {
    @Test func isFoundWhileItRuns() async throws {
      try await TemporaryFolder.with { folder in
        let spec = try TestNode.spec(cluster: "found", folder)
        try Files.makeDirectories(folder.path("image"))
        func found() -> Int32? {
          NodeBundle.find(cluster: "found", node: "podium", runtimeDirectory: spec.runtimeDirectory)?.initPID
        }
        #expect(found() == nil)
        let bundle = try await NodeBundle.launch(spec)
        #expect(found() == bundle.initPID)
        await #expect(throws: RuntimeError(.failed, "node podium of cluster found is running already")) {
          try await NodeBundle.launch(spec)
        }
        await bundle.stop()
        #expect(found() == nil)
      }
    }
  }
}
