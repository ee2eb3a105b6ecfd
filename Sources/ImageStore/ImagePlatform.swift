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

  /// Whether an image for it runs here: a variant of this kind of machine must be the one that all of its kind can run.
  var runsHere: Bool {
    (system, architecture) == (Self.own.system, Self.own.architecture)
      && (variant.map { $0.isEmpty || $0 == Self.own.variant } ?? true)
  }

  /// What an index offers this machine: first what is made for it, then what does not say for which machine it is.
  static func candidates(_ descriptors: [BlobDescriptor]) -> [BlobDescriptor] {
    descriptors.filter { $0.platform?.runsHere == true } + descriptors.filter { $0.platform == nil }
  }
}

extension Images {
  /// The kind of machine that images must be made for to run here.
  public static var ownPlatform: String { ImagePlatform.own.description }
}
