/// Who executes the commands of a build, in a container of layers that are in the store.
public protocol BuildRunner: Sendable {
  func run(_ command: BuildCommand) async throws -> BuildCommandEnd
}

/// A `RUN` that is to be executed.
public struct BuildCommand: Sendable, Equatable {
  /// An archive of the store, and the digest of what is in it.
  public struct Layer: Sendable, Equatable {
    public var archive: String
    public var diffID: String

    public init(archive: String, diffID: String) {
      self.archive = archive
      self.diffID = diffID
    }
  }

  /// Lowest first.
  public var layers: [Layer]
  public var words: [String]
  /// Each as `NAME=value`.
  public var environment: [String]
  public var workingDirectory: String
  public var user: String

  public init(layers: [Layer], words: [String], environment: [String], workingDirectory: String, user: String) {
    self.layers = layers
    self.words = words
    self.environment = environment
    self.workingDirectory = workingDirectory
    self.user = user
  }
}

/// How it ended.
public struct BuildCommandEnd: Sendable, Equatable {
  public var code: Int32
  /// Why it has an end that is not its own: its time, its memory, a program that is not there. Empty otherwise.
  public var remark: String
  /// The last of what it wrote.
  public var output: String
  /// What it changed, as a layer that is in the store; nil when it changed nothing, or failed.
  public var layer: (digest: String, size: Int)? {
    get { layerDigest.map { ($0, layerSize) } }
    set { (layerDigest, layerSize) = (newValue?.digest, newValue?.size ?? 0) }
  }
  private var layerDigest: String?
  private var layerSize = 0

  public init(code: Int32, remark: String = "", output: String = "") {
    self.code = code
    self.remark = remark
    self.output = output
  }
}
