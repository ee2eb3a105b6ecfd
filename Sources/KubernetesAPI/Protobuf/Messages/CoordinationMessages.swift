extension MessageTable {
  /// The messages of the group `coordination.k8s.io`.
  static let coordination = MessageTable(
    """
    Lease: metadata spec
    LeaseSpec: holderIdentity+ leaseDurationSeconds+ acquireTime renewTime leaseTransitions+ strategy+
      preferredHolder+
    """)
}
