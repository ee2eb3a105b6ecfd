internal import Documents

/// The kind of machine that an image is made for.
struct ImagePlatform: Sendable, Equatable, CustomStringConvertible {
  var system: String
  var architecture: String
  /// A finer division, such as `v8`; most images have none.
  var variant: String?

  /// What images call this kind of machine.
  static let own: ImagePlatform = {
    #if arch(x86_64)
      ImagePlatform(system: "linux", architecture: "amd64", variant: "v1")
    #elseif arch(arm64)
      ImagePlatform(system: "linux", architecture: "arm64", variant: "v8")
    #else
      ImagePlatform(system: "linux", architecture: "unknown")
    #endif
  }()

  init(system: String, architecture: String, variant: String? = nil) {
    self.system = system
    self.architecture = architecture
    self.variant = variant
  }

  /// Reads the `platform` member of a descriptor; nil when it names none.
  init?(_ document: Document) {
    guard let system = document["os"]?.stringValue, let architecture = document["architecture"]?.stringValue else {
      return nil
    }
    self.init(system: system, architecture: architecture, variant: document["variant"]?.stringValue)
  }

  var description: String { "\(system)/\(architecture)" }

  /// The first image that runs here: a variant of this kind of machine must be the one that all of its kind can run.
  static func fitting(_ descriptors: [BlobDescriptor]) -> BlobDescriptor? {
    descriptors.first { descriptor in
      guard let platform = descriptor.platform else { return false }
      return (platform.system, platform.architecture) == (own.system, own.architecture)
        && (platform.variant.map { $0.isEmpty || $0 == own.variant } ?? true)
    }
  }
}
