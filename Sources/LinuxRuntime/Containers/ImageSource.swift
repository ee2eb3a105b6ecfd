public import ContainerRuntime

/// An image with all that is needed to make a container from it.
public struct ContainerImage: Sendable, Equatable {
  public var info: ImageInfo
  public var entrypoint: [String] = []
  public var arguments: [String] = []
  public var environment: [String] = []
  public var workingDirectory = ""
  /// Directories with the unpacked layers, lowest first.
  public var layers: [String]

  public init(info: ImageInfo, layers: [String]) {
    self.info = info
    self.layers = layers
  }
}

/// Where containers get their images from.
public protocol ImageSource: Sendable {
  /// By the name that a pod gives, or by the `id` of its `ImageInfo`; nil when it is not here.
  func find(_ reference: String) async throws(RuntimeError) -> ContainerImage?
  /// Each of the logins is a configuration as `docker login` writes it.
  func pull(_ reference: String, logins: [String]) async throws(RuntimeError) -> ContainerImage
  func list() async throws(RuntimeError) -> [ImageInfo]
  /// False when somebody on the machine needs the image, and it stays.
  func remove(_ id: String) async throws(RuntimeError) -> Bool
  /// The file system that holds the images.
  func fileSystem() async throws(RuntimeError) -> FileSystemRoom
}
