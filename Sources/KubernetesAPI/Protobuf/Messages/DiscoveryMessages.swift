extension MessageTable {
  /// The messages of the group `discovery.k8s.io`.
  static let discovery = MessageTable(
    """
    Endpoint: addresses conditions hostname+ targetRef deprecatedTopology nodeName+ zone+ hints
    EndpointConditions: ready+ serving+ terminating+
    EndpointHints: forZones forNodes
    EndpointPort: name+ protocol+ port+ appProtocol+
    EndpointSlice: metadata endpoints ports addressType+
    ForNode: name+
    ForZone: name+
    """)
}
