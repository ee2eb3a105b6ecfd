extension MessageTable {
  /// The messages of the group `policy`.
  static let policy = MessageTable(
    """
    Eviction: metadata deleteOptions
    """)
}
