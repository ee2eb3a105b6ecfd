internal import ClusterClient
internal import KubernetesAPI
internal import ObjectSchema

/// The sign of life that a node gives, small enough to be given often.
enum NodeLease {
  static let namespace = "kube-node-lease"
  /// How long after the last sign a node counts as alive.
  static let duration: Int32 = 40

  /// The lease, which goes with its node.
  static func lease(of node: Node, now: Timestamp) -> Lease {
    var lease = Lease()
    lease.metadata = ObjectMeta(name: node.name, namespace: namespace)
    var owner = OwnerReference()
    owner.apiVersion = "v1"
    owner.kind = "Node"
    owner.name = node.name
    owner.uid = node.uid
    lease.metadata.ownerReferences = [owner]
    lease.spec.holderIdentity = node.name
    lease.spec.leaseDurationSeconds = duration
    lease.spec.renewTime = now
    return lease
  }
}
