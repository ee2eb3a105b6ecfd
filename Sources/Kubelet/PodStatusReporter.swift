internal import ClusterClient
internal import ControlLoop
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// Sends a pod's status, always the newest, and in the end its deletion; waits for a control plane that is away.
struct PodStatusReporter: Sendable {
  private struct Order: Sendable {
    var pod: Pod
    var status: PodStatus?
    var deletes = false
  }

  private let context: KubeletContext
  private let deliver: AsyncStream<PodLifecycle.Event>.Continuation
  // Each order contains all that the one before asked for, so that only the newest must be kept.
  private let orders: AsyncStream<Order>
  private let sink: AsyncStream<Order>.Continuation

  init(context: KubeletContext, deliver: AsyncStream<PodLifecycle.Event>.Continuation) {
    self.context = context
    self.deliver = deliver
    (orders, sink) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func report(_ status: PodStatus, of pod: Pod) { sink.yield(Order(pod: pod, status: status)) }

  /// - Parameter pod: With the status that was reported last.
  func delete(_ pod: Pod, last status: PodStatus?) { sink.yield(Order(pod: pod, status: status, deletes: true)) }

  func run() async {
    for await order in orders {
      if let status = order.status { await send(status, of: order.pod) }
      if order.deletes, await delete(order.pod) { deliver.yield(.podDeleted) }
    }
  }

  private func send(_ status: PodStatus, of pod: Pod) async {
    var patch: Document = ["status": status.document()]
    // The uid makes the server refuse the status for another pod of the same name; a static pod is shown under another.
    if !pod.isStatic { patch["metadata"] = ["uid": .string(pod.uid)] }
    _ = await context.insist { () async throws(StatusError) in
      _ = try await context.client.patch(
        Pod.self, pod.name, namespace: pod.namespace, subresource: "status", .merge, patch)
    }
  }

  private func delete(_ pod: Pod) async -> Bool {
    var options = DeleteOptions()
    options.gracePeriodSeconds = 0
    options.preconditions = Preconditions()
    options.preconditions?.uid = pod.metadata.uid
    return await context.insist { () async throws(StatusError) in
      try await context.client.delete(Pod.self, pod.name, namespace: pod.namespace, options)
    }
  }
}
