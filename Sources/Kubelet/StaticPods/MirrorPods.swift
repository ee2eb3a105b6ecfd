internal import ClusterClient
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// The objects by which the API shows the static pods of a node: they can be looked at, and come back when deleted.
struct MirrorPods: Sendable {
  let context: KubeletContext

  /// Shows a static pod; its status is told by whoever holds it.
  func show(_ pod: Pod, after pause: Duration) async {
    if pause > .zero, (try? await context.time.sleep(for: pause)) == nil { return }
    // That the node itself is still unknown is no answer.
    let nodeIsUnknown = { (error: StatusError) in error.isNotFound && error.status.details?.kind == "nodes" }
    await context.insist(unless: nodeIsUnknown) { () async throws(StatusError) in
      var mirror = pod
      mirror.metadata.uid = nil
      mirror.metadata.creationTimestamp = nil
      mirror.metadata.annotations[Pod.mirrorAnnotation] = pod.uid
      mirror.metadata.ownerReferences = [try await owner()]
      mirror.status = PodStatus()
      _ = try await context.client.create(mirror)
    }
  }

  /// Removes the object at once; the containers are another matter.
  func remove(_ mirror: Pod) async {
    var options = DeleteOptions()
    options.gracePeriodSeconds = 0
    options.preconditions = Preconditions()
    options.preconditions?.uid = mirror.metadata.uid
    await context.insist { () async throws(StatusError) in
      try await context.client.delete(Pod.self, mirror.name, namespace: mirror.namespace, options)
    }
  }

  private func owner() async throws(StatusError) -> OwnerReference {
    let node = try await context.client.get(Node.self, context.configuration.nodeName)
    var owner = OwnerReference()
    owner.apiVersion = "v1"
    owner.kind = "Node"
    owner.name = node.name
    owner.uid = node.uid
    owner.controller = true
    return owner
  }
}
