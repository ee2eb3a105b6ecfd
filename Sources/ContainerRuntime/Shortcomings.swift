/// What pods may ask for that a node cannot do; nil is what it can.
public struct Shortcomings: Sendable, Equatable {
  public struct Shortcoming: Sendable, Equatable {
    /// Part of a sentence: `no cgroup is delegated to this user`.
    public var reason: String
    /// A command that would change it, if one does.
    public var remedy: String?

    public init(reason: String, remedy: String?) {
      self.reason = reason
      self.remedy = remedy
    }
  }

  /// Setting limits on memory, cpu and processes.
  public var limits: Shortcoming?
  /// Programs and files of users and groups other than root.
  public var otherUsers: Shortcoming?
  /// Keeping the owners of an image's files, of those that have users who cannot be had.
  public var owners: Shortcoming?
  /// Rights over the machine itself: making device nodes, loading modules, setting the clock.
  public var machineRights: Shortcoming?

  public init() {}
}
