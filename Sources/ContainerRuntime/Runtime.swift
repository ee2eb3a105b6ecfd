/// What a kubelet needs from a container runtime, in the shape of the container runtime interface: sandboxes hold the
/// shared namespaces of a pod, containers join them, images are found or pulled.
///
/// Every call returns when its work is done. What happens by itself (an exit, an out-of-memory kill) arrives in
/// `events`.
public protocol Runtime: Sendable {
  /// Name and version, as a node reports it: `podium://1.0`.
  var version: String { get }

  /// Everything that still runs or has ended and was not removed: what a restarted kubelet adopts.
  func inventory() async throws(RuntimeError) -> Inventory

  /// Each call gives a stream of its own, beginning now.
  func events() -> AsyncStream<RuntimeEvent>

  func createSandbox(_ spec: SandboxSpec) async throws(RuntimeError) -> Sandbox
  /// Ends the sandbox and what runs in it, and removes every trace of both. A sandbox that is not there is fine.
  func removeSandbox(_ id: String) async throws(RuntimeError)

  /// Prepares the container's root file system and checks that it could start.
  func createContainer(_ spec: ContainerSpec) async throws(RuntimeError) -> ContainerID
  /// Returns once the program has been executed.
  func startContainer(_ id: ContainerID) async throws(RuntimeError)
  /// Sends a signal to the container's first process; an ended one is fine.
  func signalContainer(_ id: ContainerID, _ signal: Int32) async throws(RuntimeError)
  /// Ends the container if it runs and removes its file system and cgroup. Its log stays.
  func removeContainer(_ id: ContainerID) async throws(RuntimeError)
  /// One container of the inventory; nil when there is no such container.
  func container(_ id: ContainerID) async throws(RuntimeError) -> ContainerRecord?

  func exec(_ spec: ExecSpec) async throws(RuntimeError) -> any ExecSession
  /// Joins the streams of the container's own first process.
  func attach(_ id: ContainerID, _ streams: AttachSpec) async throws(RuntimeError) -> any ExecSession
  /// A connection to a port inside the sandbox's network.
  func dial(sandbox id: String, port: UInt16) async throws(RuntimeError) -> any ByteConnection
  func usage(of id: ContainerID) async throws(RuntimeError) -> ResourceUsage
  /// Of everything on the node together.
  func usageOfNode() async throws(RuntimeError) -> ResourceUsage

  /// What the kernel shows of a sandbox that runs.
  func anatomy(of sandbox: String) async throws(RuntimeError) -> Anatomy

  /// What is at a path inside a container that runs, without the help of any program in it.
  func file(_ path: String, in id: ContainerID, upTo limit: Int) async throws(RuntimeError) -> ContainerFile
  /// What there still is of a pod, in words.
  func remains(ofPod uid: String) async throws(RuntimeError) -> [String]

  /// Makes a file system in memory of so many bytes at a directory of the node; it stays until `unmount`.
  func mountMemory(at directory: String, size: Int64) async throws(RuntimeError)
  func unmount(_ directory: String) async throws(RuntimeError)

  /// What pods may ask for that this node cannot do.
  var shortcomings: Shortcomings { get }

  func findImage(_ reference: String) async throws(RuntimeError) -> ImageInfo?
  /// Each of the logins is a configuration as `docker login` writes it: `{"auths": …}`.
  func pullImage(_ reference: String, logins: [String]) async throws(RuntimeError) -> ImageInfo
  func listImages() async throws(RuntimeError) -> [ImageInfo]
  /// Takes an image away that no container needs; false when somebody else on the machine needs it, and it stays.
  func removeImage(_ id: String) async throws(RuntimeError) -> Bool
  /// The file system that holds the images.
  func imageFileSystem() async throws(RuntimeError) -> FileSystemRoom
}

extension Runtime {
  /// For runtimes whose containers have no files.
  public func mountMemory(at directory: String, size: Int64) async throws(RuntimeError) {}
  public func unmount(_ directory: String) async throws(RuntimeError) {}

  /// For runtimes without a kernel below them.
  public func anatomy(of sandbox: String) async throws(RuntimeError) -> Anatomy {
    throw RuntimeError(.unsupported, "\(version) cannot look into a sandbox")
  }

  public func file(_ path: String, in id: ContainerID, upTo limit: Int) async throws(RuntimeError) -> ContainerFile {
    throw RuntimeError(.unsupported, "\(version) cannot look into a container")
  }

  public func remains(ofPod uid: String) async throws(RuntimeError) -> [String] {
    let sandboxes = try await inventory().sandboxes.filter { $0.spec.podUID == uid }
    return sandboxes.map { "its sandbox \($0.spec.id.prefix(12))" }
  }

  public var shortcomings: Shortcomings { Shortcomings() }

  /// For runtimes that have no shorter way.
  public func container(_ id: ContainerID) async throws(RuntimeError) -> ContainerRecord? {
    try await inventory().containers.first { $0.spec.id == id }
  }
}

/// 64 hexadecimal digits, unique for ever.
public typealias ContainerID = String

/// Why the runtime could not do what it was asked for; the kubelet turns it into events and waiting reasons.
public struct RuntimeError: Error, Equatable, CustomStringConvertible {
  public enum Reason: Sendable, Equatable {
    case imageNotFound
    case invalidImageName
    case imagePullFailed
    /// The container cannot be made: a missing mount source, no such user.
    case createFailed
    /// The program could not be executed.
    case startFailed
    case notFound
    case notRunning
    /// The machine does not allow it; the message says what would enable it.
    case unsupported
    case failed
  }

  public var reason: Reason
  public var message: String

  public init(_ reason: Reason, _ message: String) {
    self.reason = reason
    self.message = message
  }

  public var description: String { message }
}

/// A two-way stream of bytes, such as a connection into a pod.
public protocol ByteConnection: Sendable {
  /// Empty at the end of the stream.
  func read() async throws -> [UInt8]
  func write(_ bytes: [UInt8]) async throws
  /// Nothing more will be written; reading goes on.
  func closeWriting()
  func close()
}

/// A process that was started in a container, or joined, with its streams.
public protocol ExecSession: Sendable {
  /// Empty at the end of the stream. With a terminal, everything arrives here.
  func readOutput() async throws -> [UInt8]
  /// Empty at the end of the stream, at once when there is a terminal.
  func readErrors() async throws -> [UInt8]
  func writeInput(_ bytes: [UInt8]) async throws
  func closeInput()
  func resize(columns: UInt16, rows: UInt16)
  /// How the process ended.
  func wait() async throws(RuntimeError) -> ExitStatus
  /// The caller is gone: ends the process if it was started by `exec`, leaves it alone if it was joined.
  func abandon()
}
