/// Figures for people who want to know how a store is doing.
public struct Statistics: Sendable, Equatable {
  public var objects: Int
  public var current: Revision

  /// The oldest revision that can be listed, and watched from.
  public var oldest: Revision
  public var watches: Int

  /// How often the disk was flushed for writes since the store was opened.
  public var flushes: Int
}
