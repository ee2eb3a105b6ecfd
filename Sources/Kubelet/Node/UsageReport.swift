internal import ClusterClient
internal import ContainerRuntime
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// What the node and its containers use, in the form of a kubelet's `/stats/summary`.
struct UsageReport: Sendable {
  static let interval = Duration.seconds(15)
  private static let nodeKey = "node"

  let context: KubeletContext

  /// Measures from time to time.
  func run() async {
    while !Task.isCancelled {
      var keys: Set<String> = [Self.nodeKey]
      if let usage = try? await context.runtime.usageOfNode() { context.usage.note(usage, of: Self.nodeKey) }
      for pod in context.board.pods {
        for container in Self.running(pod) {
          guard let usage = try? await context.runtime.usage(of: container.id) else { continue }
          keys.insert(container.id)
          context.usage.note(usage, of: container.id)
        }
      }
      context.usage.forget(except: keys)
      do { try await context.time.sleep(for: Self.interval) } catch { return }
    }
  }

  /// The summary as of now. What cannot be measured is left out.
  func document() async -> Document {
    var pods: [Document] = []
    for pod in context.board.pods.sorted(by: { ObjectKey($0) < ObjectKey($1) }) {
      if let document = await document(pod) { pods.append(document) }
    }
    var node: Document = ["nodeName": .string(context.configuration.nodeName)]
    if let usage = try? await context.runtime.usageOfNode() {
      add(context.usage.average(usage, of: Self.nodeKey, since: nil), to: &node)
    }
    return ["node": node, "pods": .list(pods)]
  }

  private func document(_ pod: Pod) async -> Document? {
    var containers: [Document] = []
    for container in Self.running(pod) {
      guard let usage = try? await context.runtime.usage(of: container.id) else { continue }
      var document: Document = ["name": .string(container.name), "startTime": .string(container.startedAt.text)]
      add(context.usage.average(usage, of: container.id, since: container.startedAt), to: &document)
      containers.append(document)
    }
    if containers.isEmpty { return nil }
    return [
      "podRef": ["name": .string(pod.name), "namespace": .string(pod.namespace), "uid": .string(pod.uid)],
      "startTime": .string(pod.status.startTime?.text ?? ""), "containers": .list(containers),
    ]
  }

  private func add(_ usage: UsageBook.Average, to document: inout Document) {
    let time = Document.string(usage.measuredAt.text)
    document["cpu"] = [
      "time": time, "usageNanoCores": .integer(usage.nanocores), "usageCoreNanoSeconds": .integer(usage.cpuNanoseconds),
      // Over which the average was taken; others who read summaries pass it over.
      "usageWindow": .string(usage.window.text),
    ]
    document["memory"] = ["time": time, "workingSetBytes": .integer(usage.memoryBytes)]
  }

  private static func running(_ pod: Pod) -> [(name: String, id: ContainerID, startedAt: Timestamp)] {
    (pod.status.initContainerStatuses + pod.status.containerStatuses + pod.status.ephemeralContainerStatuses)
      .compactMap { status in
        guard let startedAt = status.state.running?.startedAt, let id = status.containerID, let name = status.name
        else {
          return nil
        }
        return (name, ContainerName.id(id), startedAt)
      }
  }
}
