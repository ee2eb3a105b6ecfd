internal import ContainerRuntime
internal import ControlLoop
internal import SystemIO

/// Takes away what pods have left in the runtime: all but the latest dead container of each, and everything of pods that
/// are gone.
///
/// Each pod's worker does so itself as long as all goes well; this finds what failed.
struct ContainerGarbage: Sendable {
  let context: KubeletContext

  func run() async {
    while (try? await context.time.sleep(for: context.configuration.containerGarbageInterval)) != nil {
      do {
        try await collect()
      } catch {
        context.recorder.record(context.nodeReference, .warning("ContainerGCFailed", "\(error)"))
      }
    }
  }

  private func collect() async throws(RuntimeError) {
    // What is there first, and then who is known: nothing is made for a pod before it is known.
    let inventory = try await context.runtime.inventory()
    let logs = (try? Files.list(context.configuration.logDirectory)) ?? []
    let known = context.board.uids
    let others = inventory.sandboxes.filter { $0.spec.labels[PodLabels.imageBuild] == nil }
    for sandbox in others where !known.contains(sandbox.spec.podUID) {
      try await context.runtime.removeSandbox(sandbox.spec.id)
    }
    for container in Self.superseded(inventory, known) { try await context.runtime.removeContainer(container) }
    for name in logs where !known.contains(name.split(separator: "_").last.map(String.init) ?? "") {
      try? Files.removeTree("\(context.configuration.logDirectory)/\(name)")
    }
  }

  /// Dead containers after which there was another one of the same name in the same sandbox.
  private static func superseded(_ inventory: Inventory, _ known: Set<String>) -> [ContainerID] {
    struct Place: Hashable {
      var sandbox: String
      var name: String
    }
    let sandboxes = Set(inventory.sandboxes.filter { known.contains($0.spec.podUID) }.map(\.spec.id))
    let attempts = Dictionary(grouping: inventory.containers.filter { sandboxes.contains($0.spec.sandboxID) }) {
      Place(sandbox: $0.spec.sandboxID, name: $0.spec.name)
    }
    return attempts.values.flatMap { records in
      let latest = records.map(\.spec.attempt).max()
      return records.filter { record in
        if case .exited = record.state { record.spec.attempt != latest } else { false }
      }
    }.map(\.spec.id).sorted()
  }
}
