/// What the kernel shows of a sandbox and of each container in it.
public struct Anatomy: Sendable, Equatable {
  public struct Process: Sendable, Equatable {
    /// As the node counts.
    public var id: Int32
    /// As the container counts.
    public var innerID: Int32
    public var user: UInt32
    public var command: String

    public init(id: Int32, innerID: Int32, user: UInt32, command: String) {
      self.id = id
      self.innerID = innerID
      self.user = user
      self.command = command
    }
  }

  public struct Mount: Sendable, Equatable {
    public var path: String
    public var type: String
    /// The directory of the node behind it; empty where there is none.
    public var source: String
    public var isReadOnly: Bool

    public init(path: String, type: String, source: String, isReadOnly: Bool) {
      self.path = path
      self.type = type
      self.source = source
      self.isReadOnly = isReadOnly
    }
  }

  /// The sandbox, or a container.
  public struct Member: Sendable, Equatable {
    public var name: String
    /// Inode numbers by kind: `net`, `ipc`, `uts`, `pid`, `mnt`, `user`, `cgroup`.
    public var namespaces: [String: UInt64] = [:]
    /// The first one is the container's own; later ones are its children, or were started by `exec`.
    public var processes: [Process] = []
    public var mounts: [Mount] = []
    /// Empty where there are no cgroups.
    public var cgroup = ""
    public var memoryLimit: Int64?
    public var memoryUse: Int64?
    public var cpuMillicores: Int64?
    public var processLimit: Int64?

    public init(name: String) { self.name = name }
  }

  public var sandbox: Member
  public var containers: [Member]

  public init(sandbox: Member, containers: [Member] = []) {
    self.sandbox = sandbox
    self.containers = containers
  }
}

/// What is at a path inside a container.
public enum ContainerFile: Sendable, Equatable {
  case missing
  case directory
  /// The beginning of its content, and its whole size.
  case file([UInt8], size: Int)
  /// A device, a pipe or a socket.
  case other
}
