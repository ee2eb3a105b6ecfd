internal import ControlLoop
internal import KubernetesAPI
internal import ObjectSchema
internal import SystemIO

/// The folder of the node whose files are pods, looked at whenever something in it has changed.
struct StaticPodFolder: Sendable {
  /// How often it is looked at where the kernel does not tell of changes.
  private static let interval = Duration.seconds(1)

  let context: KubeletContext
  let path: String

  /// What was read of a file, as long as it does not change.
  private struct Reading {
    var stamp: Files.Stamp
    var pod: Pod?
  }

  /// Tells which pods there are to be, each time that they have changed, the first time at once.
  func run(_ tell: @Sendable ([Pod]) -> Void) async {
    var readings: [String: Reading] = [:]
    var told: [String]?
    while !Task.isCancelled {
      // Anew each time, because the folder may be another one by now; before it is read, so that no change is missed.
      let watched = context.configuration.isToldOfFiles ? try? WatchedFolder(path) : nil
      let names = ((try? Files.list(path)) ?? []).filter { !$0.hasPrefix(".") }
      readings = readings.filter { names.contains($0.key) }
      for name in names {
        let file = path + "/" + name
        guard let stamp = Files.stamp(of: file), readings[name]?.stamp != stamp else { continue }
        readings[name] = Reading(stamp: stamp, pod: read(file))
      }
      let pods = Self.unique(names.compactMap { readings[$0]?.pod })
      if told != pods.map(\.uid) {
        told = pods.map(\.uid)
        tell(pods)
      }
      await pause(watched)
    }
  }

  /// Links are not told of, nor folders that come into being: now and then it is looked at all the same.
  private func pause(_ watched: WatchedFolder?) async {
    guard let watched else {
      try? await context.time.sleep(for: Self.interval)
      return
    }
    await withTaskGroup { group in
      group.addTask { try? await watched.changed() }
      group.addTask { try? await context.time.sleep(for: context.configuration.fileCheckInterval) }
      await group.next()
      group.cancelAll()
    }
  }

  /// Of two files for the same pod the first one counts.
  private static func unique(_ pods: [Pod]) -> [Pod] {
    var seen: Set<String> = []
    return pods.filter { seen.insert("\($0.namespace)/\($0.name)").inserted }
  }

  private func read(_ file: String) -> Pod? {
    do throws(SystemCallError) {
      let content = try Files.read(file)
      do throws(StaticPodFile.Problem) {
        return try StaticPodFile.pod(
          content, path: file, node: context.configuration.nodeName, seen: context.time.now())
      } catch {
        complain("\(file) is not run as a pod: \(error.message)")
      }
    } catch {
      complain("\(file) cannot be read: \(error)")
    }
    return nil
  }

  /// Nobody asked for the pod, so the node is what the complaint is about.
  private func complain(_ message: String) {
    context.recorder.record(context.nodeReference, .warning("InvalidStaticPod", message))
  }
}
