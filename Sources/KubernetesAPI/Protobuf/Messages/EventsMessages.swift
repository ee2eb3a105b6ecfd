extension MessageTable {
  /// The messages of the group `events.k8s.io`.
  static let events = MessageTable(
    """
    Event: metadata eventTime series reportingController reportingInstance action reason regarding related note type
      deprecatedSource deprecatedFirstTimestamp deprecatedLastTimestamp deprecatedCount
    EventSeries: count+ lastObservedTime
    """)
}
