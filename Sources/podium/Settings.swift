internal import Console
internal import LocalCluster
internal import SystemIO

/// What the options before the verb have chosen.
struct Settings: Sendable {
  /// Programs that were started from a prompt stay with its cluster.
  var cluster = Environment["PODIUM_CLUSTER"] ?? "podium"
  var colour = Appearance.ColourChoice.auto
  var isAccessible = false
  /// Folders and archives whose lessons are there besides the others.
  var packs: [String] = []

  func paths() throws -> ClusterPaths { try ClusterPaths.resolve(cluster: cluster) }

  var appearance: Appearance { Appearance.detect(colour: colour, accessible: isAccessible) }

  /// One row an option: parsing and help read it.
  struct Option: Sendable {
    let name: String
    /// What stands for the value in the help; empty when there is none.
    let value: String
    let summary: String
    let apply: @Sendable (inout Settings, String) throws -> Void

    var takesValue: Bool { !value.isEmpty }
  }

  static let options: [Option] = [
    Option(name: "--cluster", value: "NAME", summary: "use another cluster than \"podium\"") { settings, name in
      settings.cluster = name
    },
    Option(name: "--pack", value: "PATH", summary: "add the lessons of a folder or archive; may be repeated") {
      settings, path in
      settings.packs.append(path)
    },
    Option(name: "--color", value: "WHEN", summary: "auto, always or never") { settings, word in
      guard let choice = Appearance.ColourChoice(rawValue: word) else {
        throw UsageError("--color takes auto, always or never, not \"\(word)\"")
      }
      settings.colour = choice
    },
    Option(name: "--accessible", value: "", summary: "plain lines for screen readers") { settings, _ in
      settings.isAccessible = true
    },
    Option(name: "--help", value: "", summary: "print this text") { _, _ in },
    Option(name: "--version", value: "", summary: "print the versions") { _, _ in },
  ]
}

/// The versions that the program tells of itself.
enum Version {
  static let podium = "0.1.0"
  /// The Kubernetes whose behaviour is followed.
  static let kubernetes = "v1.32.0"
}
