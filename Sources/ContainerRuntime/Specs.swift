/// What a sandbox is to be: the namespaces that the containers of one pod share.
public struct SandboxSpec: Sendable, Equatable {
  public var id: String
  public var podUID: String
  public var podName: String
  public var podNamespace: String
  /// How often the pod's sandbox was made before.
  public var attempt: Int
  public var hostname: String
  /// A network of one container alone has no way to anybody else.
  public var network: NamespaceMode = .pod
  public var processes: NamespaceMode = .container
  public var ipc: NamespaceMode = .pod
  public var qosClass: QualityOfService = .bestEffort
  public var resources = ResourceLimits()
  public var sysctls: [String: String] = [:]
  public var labels: [String: String] = [:]

  public init(
    id: String, podUID: String, podName: String, podNamespace: String, attempt: Int = 0, hostname: String
  ) {
    self.id = id
    self.podUID = podUID
    self.podName = podName
    self.podNamespace = podNamespace
    self.attempt = attempt
    self.hostname = hostname
  }
}

/// Whose namespace a process lives in.
public enum NamespaceMode: String, Sendable, Equatable {
  case container, pod, node
}

public enum QualityOfService: String, Sendable, Equatable {
  case guaranteed = "Guaranteed"
  case burstable = "Burstable"
  case bestEffort = "BestEffort"
}

/// What a cgroup is told; absent means no limit.
public struct ResourceLimits: Sendable, Equatable {
  public var memoryBytes: Int64?
  public var cpuMillicores: Int64?
  public var cpuRequestMillicores: Int64?
  public var processes: Int64?

  public init() {}
}

/// A sandbox that exists.
public struct Sandbox: Sendable, Equatable {
  public var spec: SandboxSpec
  public var addresses: [String]
  public var isRunning: Bool
  /// Nanoseconds since 1970.
  public var createdAt: Int64

  public init(spec: SandboxSpec, addresses: [String], isRunning: Bool, createdAt: Int64) {
    self.spec = spec
    self.addresses = addresses
    self.isRunning = isRunning
    self.createdAt = createdAt
  }
}

/// What a container is to be.
public struct ContainerSpec: Sendable, Equatable {
  public var id: ContainerID
  public var sandboxID: String
  public var name: String
  /// How often this container of the pod was made before.
  public var attempt: Int
  /// The image as `findImage` named it: its `id`.
  public var imageID: String
  /// Replaces the image's entrypoint.
  public var command: [String] = []
  /// Replaces the image's arguments.
  public var arguments: [String] = []
  /// Laid over the image's environment, in this order.
  public var environment: [EnvironmentVariable] = []
  public var workingDirectory: String?
  public var mounts: [Mount] = []
  /// Text files of the kubelet (hosts, resolv.conf, hostname) by their path in the container.
  public var files: [String: String] = [:]
  public var user: UserSpec = UserSpec()
  public var security = SecuritySpec()
  public var resources = ResourceLimits()
  /// How readily the kernel ends it, of all programs of the machine, when the memory of all is used up: from 0, as any
  /// other program, to 1000.
  public var outOfMemoryScore = 0
  /// The container of the pod whose processes this one shares; nil leaves it to the sandbox.
  public var processesOf: ContainerID?
  public var hasTerminal = false
  public var keepsInputOpen = false
  public var closesInputAfterFirstAttach = false
  /// By which its kubelet asks it to end; kept with it for the next kubelet.
  public var stopSignal: Int32 = 15
  /// Where the log is written, in the container runtime interface's line format.
  public var logPath: String
  public var logRotation = LogRotation()
  /// A file of the node that is mounted at `terminationMessagePath`.
  public var terminationMessageFile: String?
  public var terminationMessagePath: String?
  /// A directory of the node that keeps what the container writes to its root, in `upper`; nil for memory that goes with
  /// the container.
  public var writableLayer: String?
  public var labels: [String: String] = [:]

  public init(
    id: ContainerID, sandboxID: String, name: String, attempt: Int = 0, imageID: String, logPath: String
  ) {
    self.id = id
    self.sandboxID = sandboxID
    self.name = name
    self.attempt = attempt
    self.imageID = imageID
    self.logPath = logPath
  }
}

/// When a log goes on in a new file, and how many files of it are kept.
///
/// The newest file has the log's own name, an older one that name and the time when it was full.
public struct LogRotation: Sendable, Equatable {
  /// In bytes: a file that has grown to this is full.
  public var fileSize: Int64
  /// With the newest.
  public var files: Int
  /// In seconds: so long a file goes on although it is full, so that what is written in one go stays together. Only when
  /// it has grown to many times its size, nobody waits any longer.
  public var patience: Int64

  public init(fileSize: Int64 = 10 << 20, files: Int = 5, patience: Int64 = 0) {
    self.fileSize = fileSize
    self.files = files
    self.patience = patience
  }
}

public struct EnvironmentVariable: Sendable, Equatable {
  public var name: String
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// A directory or file of the node that appears in a container.
public struct Mount: Sendable, Equatable {
  public var source: String
  /// A place inside of the source that appears alone; nothing outside of the source can be reached by it. Empty: all.
  public var part: String
  public var target: String
  public var isReadOnly: Bool
  /// Whether that holds for what is mounted below it too.
  public var isRecursivelyReadOnly: Bool

  public init(
    source: String, part: String = "", target: String, isReadOnly: Bool = false, isRecursivelyReadOnly: Bool = false
  ) {
    self.source = source
    self.part = part
    self.target = target
    self.isReadOnly = isReadOnly
    self.isRecursivelyReadOnly = isRecursivelyReadOnly
  }
}

/// Who the container's processes are; absent means what the image says.
public struct UserSpec: Sendable, Equatable {
  public var user: UInt32?
  public var group: UInt32?
  public var supplementaryGroups: [UInt32] = []
  /// Whether those are all, whatever groups the image puts the user into.
  public var hasNoGroupsOfTheImage = false

  public init() {}
}

/// What the container's processes may do.
public struct SecuritySpec: Sendable, Equatable {
  public var isPrivileged = false
  public var hasReadOnlyRoot = false
  public var allowsPrivilegeEscalation = true
  /// Names without `CAP_`.
  public var addedCapabilities: [String] = []
  public var droppedCapabilities: [String] = []
  public var systemCalls = SystemCallPolicy.unconfined

  public init() {}
}

/// Which system calls a container's processes may make.
public enum SystemCallPolicy: Sendable, Equatable {
  case unconfined
  /// What the runtime thinks right for containers.
  case runtimeDefault
  /// A seccomp profile in JSON, with the name of its file for messages.
  case profile(path: String, content: String)
}

/// A program to be run beside a container's own.
public struct ExecSpec: Sendable, Equatable {
  public var containerID: ContainerID
  public var command: [String]
  public var streams: AttachSpec
  /// Of a terminal, as it is from the beginning.
  public var size: (columns: UInt16, rows: UInt16)? {
    get { terminalColumns > 0 || terminalRows > 0 ? (terminalColumns, terminalRows) : nil }
    set { (terminalColumns, terminalRows) = newValue ?? (0, 0) }
  }
  private var terminalColumns: UInt16 = 0
  private var terminalRows: UInt16 = 0

  public init(containerID: ContainerID, command: [String], streams: AttachSpec) {
    self.containerID = containerID
    self.command = command
    self.streams = streams
  }
}

/// Which streams the caller takes part in.
public struct AttachSpec: Sendable, Equatable {
  public var input: Bool
  public var output: Bool
  public var errors: Bool
  public var terminal: Bool

  public init(input: Bool = false, output: Bool = true, errors: Bool = true, terminal: Bool = false) {
    self.input = input
    self.output = output
    self.errors = errors
    self.terminal = terminal
  }
}
