extension MessageTable {
  /// The messages of the group `autoscaling`.
  static let autoscaling = MessageTable(
    """
    Scale: metadata spec status
    ScaleSpec: replicas
    ScaleStatus: replicas+ selector
    """)
}
