import ContainerRuntime
import Documents
import KubernetesAPI
import ObjectSchema
import SimulatedRuntime
import TestSupport
import Testing

@testable import Kubelet

/// Which images a kubelet removes, and when.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct ImageGarbageTests {
  private static let gibibyte: Int64 = 1 << 30

  /// A disk of a hundred gibibytes, with the images of the given sizes on it.
  private static func machine(free: Int64, _ images: [(name: String, size: Int64)]) -> ScriptedRuntime.Settings {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.disk = FileSystemRoom(capacityBytes: 100 * gibibyte, availableBytes: free * gibibyte)
    for image in images {
      settings.images[image.name] = ImageInfo(
        id: "sha256:" + image.name, names: [image.name], digest: image.name, size: image.size * gibibyte,
        isStandIn: false)
    }
    return settings
  }

  private func present(_ node: SimulatedNode) async throws -> Set<String> {
    Set(try await node.runtime.listImages().compactMap(\.names.first))
  }

  private func warnings(_ node: SimulatedNode) -> [String] {
    node.events("oracle").filter { $0.hasPrefix("Warning") }
  }

  @Test func aDiskWithRoomKeepsAllImages() async throws {
    try await SimulatedNode.run(settings: Self.machine(free: 16, [("old", 5)])) { node in
      try await node.pass(.seconds(700))
      #expect(try await present(node) == ["old"])
      #expect(warnings(node) == [])
    }
  }

  @Test func aFullDiskIsFreedOfWhatNobodyUses() async throws {
    var settings = Self.machine(
      free: 10, [("a", 4), ("b", 4), ("c", 4), ("d", 4), ("used", 9), ("own", 9), ("shared", 9)])
    settings.images["own"]?.isPinned = true
    settings.imagesOfOthers = ["sha256:shared"]
    try await SimulatedNode.run(settings: settings) { node in
      try await node.create("{metadata: {name: user}, spec: {containers: [{name: main, image: used}]}}")
      // Seen a while after the others, and young when the disk is looked at.
      try await node.pass(.seconds(240))
      node.runtime.change {
        $0.images["young"] = $0.images["a"].map { image in
          var image = image
          image.id = "sha256:young"
          image.names = ["young"]
          return image
        }
      }
      try await node.pass(.seconds(61))
      // From ten free gibibytes to twenty.
      #expect(try await present(node) == ["d", "used", "own", "shared", "young"])
      #expect(warnings(node) == [])
    }
  }

  @Test func thatTooLittleCouldBeFreedIsTold() async throws {
    try await SimulatedNode.run(settings: Self.machine(free: 10, [("a", 4)])) { node in
      try await node.pass(.seconds(601))
      #expect(try await present(node) == [])
      let gibibyte = Self.gibibyte
      func message(_ wanted: Int64, _ freed: Int64) -> String {
        "Failed to garbage collect required amount of images. Attempted to free \(wanted * gibibyte) bytes, "
          + "but only found \(freed * gibibyte) bytes eligible to free."
      }
      #expect(
        warnings(node) == [
          "Warning FreeDiskSpaceFailed \(message(10, 4))", "Warning FreeDiskSpaceFailed \(message(6, 0))",
          "Warning ImageGCFailed \(message(6, 0))",
        ])
    }
  }

  @Test func thatImagesCannotBeRemovedIsTold() async throws {
    var settings = Self.machine(free: 10, [("a", 4), ("b", 4)])
    settings.removalFailure = "read-only file system"
    try await SimulatedNode.run(settings: settings) { node in
      try await node.pass(.seconds(601))
      #expect(
        warnings(node) == [
          "Warning ImageGCFailed wanted to free \(10 * Self.gibibyte) bytes, but freed 0 bytes space with errors in "
            + "image deletion: [read-only file system, read-only file system]"
        ])
    }
  }

  @Test func aDiskWithoutASizeIsTold() async throws {
    var settings = Self.machine(free: 0, [])
    settings.disk = FileSystemRoom(capacityBytes: 0, availableBytes: 0)
    try await SimulatedNode.run(settings: settings) { node in
      try await node.pass(.seconds(301))
      #expect(warnings(node) == ["Warning InvalidDiskCapacity invalid capacity 0 on image filesystem"])
    }
  }

  @Test func whatWasNotUsedForLongGoesFromAnyDisk() {
    var records = ImageRecords()
    let images = ["a", "b"].map { ImageInfo(id: $0, names: [$0], digest: $0, size: 1, isStandIn: false) }
    func look(_ seconds: Int64, _ inUse: Set<String>) -> [ImageRecords.Candidate] {
      let now = Timestamp(seconds: seconds)
      return records.note(images, inUse: inUse, detected: seconds == 1 ? ImageRecords.longAgo : now, now: now)
    }
    #expect(look(1, ["b"]).map(\.id) == ["a"])
    // Whatever was not used for longest goes first.
    #expect(look(2, ["a"]).map(\.id) == ["b"])
    #expect(look(3, []).map(\.id) == ["b", "a"])
    #expect(look(3, []).map(\.lastUsed) == [Timestamp(seconds: 1), Timestamp(seconds: 2)])
  }

  @Test func settingsThatContradictEachOtherAreRefused() {
    var policy = ImageGarbagePolicy()
    #expect(policy.problem == nil)
    policy.lowThresholdPercent = 90
    #expect(
      policy.problem
        == "imageGCLowThresholdPercent (--image-gc-low-threshold) 90 must be less than imageGCHighThresholdPercent "
        + "(--image-gc-high-threshold) 85")
    policy.highThresholdPercent = 101
    #expect(
      policy.problem
        == "imageGCHighThresholdPercent (--image-gc-high-threshold) 101 must be between 0 and 100, inclusive")
    policy = ImageGarbagePolicy()
    policy.maximumAge = .seconds(60)
    #expect(policy.problem == "imageMaximumGCAge 1m0s must be greater than imageMinimumGCAge 2m0s")
  }

  /// A removal that failed leaves a dead container, until the next look.
  @Test func deadContainersAreTakenAwayButTheLatest() async throws {
    try await SimulatedNode.run { node in
      try await node.create("{metadata: {name: plain}, spec: {containers: [{name: main, image: busybox}]}}")
      try await node.wait("plain") { $0?.status.phase == "Running" }
      let record = try #require(try await node.runtime.inventory().containers.first)
      for attempt in [-2, -1] {
        var spec = record.spec
        spec.id = "left\(attempt)"
        spec.attempt = attempt
        try await node.runtime.startContainer(try await node.runtime.createContainer(spec))
        node.runtime.end(spec.id, code: 1)
      }
      var stray = SandboxSpec(id: "stray", podUID: "nobody", podName: "gone", podNamespace: "default", hostname: "gone")
      stray.attempt = 0
      _ = try await node.runtime.createSandbox(stray)
      try await node.pass(.seconds(61))
      let inventory = try await node.runtime.inventory()
      #expect(inventory.containers.map(\.spec.id) == [record.spec.id])
      #expect(inventory.sandboxes.map(\.spec.id) == [record.spec.sandboxID])
    }
  }
}
