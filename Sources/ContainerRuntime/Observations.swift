/// Something that happened by itself.
public enum RuntimeEvent: Sendable, Equatable {
  case containerExited(ContainerID)
  case sandboxExited(String)
}

/// A container that was created and not removed.
public struct ContainerRecord: Sendable, Equatable {
  public enum State: Sendable, Equatable {
    case created
    case running(startedAt: Int64)
    case exited(startedAt: Int64, ExitStatus)
  }

  public var spec: ContainerSpec
  public var createdAt: Int64
  public var state: State

  public init(spec: ContainerSpec, createdAt: Int64, state: State) {
    self.spec = spec
    self.createdAt = createdAt
    self.state = state
  }
}

/// How a process ended. Times are nanoseconds since 1970.
public struct ExitStatus: Sendable, Equatable {
  /// The exit code, or 128 + the signal's number.
  public var code: Int32
  public var signal: Int32?
  public var wasOutOfMemory: Bool
  public var finishedAt: Int64

  public init(code: Int32, signal: Int32? = nil, wasOutOfMemory: Bool = false, finishedAt: Int64) {
    self.code = code
    self.signal = signal
    self.wasOutOfMemory = wasOutOfMemory
    self.finishedAt = finishedAt
  }
}

/// All that the runtime holds.
public struct Inventory: Sendable, Equatable {
  public var sandboxes: [Sandbox]
  public var containers: [ContainerRecord]

  public init(sandboxes: [Sandbox] = [], containers: [ContainerRecord] = []) {
    self.sandboxes = sandboxes
    self.containers = containers
  }
}

public struct ImageInfo: Sendable, Equatable {
  /// What a container is made from.
  public var id: String
  /// Full names with tags, such as `docker.io/library/busybox:latest`.
  public var names: [String]
  /// Name and digest, such as `docker.io/library/busybox@sha256:…`.
  public var digest: String
  public var size: Int64
  public var isStandIn: Bool
  /// The user that the image asks for, as written in it.
  public var user: String
  /// The signal by which the image wants to be stopped, as written in it; empty means TERM.
  public var stopSignal: String
  /// Whether it stays although no container uses it: it could not be had again, or somebody has put it here on purpose.
  public var isPinned: Bool
  /// Whether files of it belong to root on this node because their users cannot be had.
  public var lacksOwners: Bool

  public init(
    id: String, names: [String], digest: String, size: Int64, isStandIn: Bool, user: String = "",
    stopSignal: String = "", isPinned: Bool = false, lacksOwners: Bool = false
  ) {
    self.id = id
    self.names = names
    self.digest = digest
    self.size = size
    self.isStandIn = isStandIn
    self.user = user
    self.stopSignal = stopSignal
    self.isPinned = isPinned
    self.lacksOwners = lacksOwners
  }
}

/// How large a file system is, and how much of it may still be written.
public struct FileSystemRoom: Sendable, Equatable {
  public var capacityBytes: Int64
  public var availableBytes: Int64

  public init(capacityBytes: Int64, availableBytes: Int64) {
    self.capacityBytes = capacityBytes
    self.availableBytes = availableBytes
  }
}

/// What a container uses now.
public struct ResourceUsage: Sendable, Equatable {
  public var memoryWorkingSetBytes: Int64
  public var cpuNanoseconds: Int64
  public var measuredAt: Int64

  public init(memoryWorkingSetBytes: Int64, cpuNanoseconds: Int64, measuredAt: Int64) {
    self.memoryWorkingSetBytes = memoryWorkingSetBytes
    self.cpuNanoseconds = cpuNanoseconds
    self.measuredAt = measuredAt
  }
}
