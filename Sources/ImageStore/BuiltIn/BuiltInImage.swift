/// A recipe for one of the images that need no registry: its names, what it adds to the base, how it starts.
struct BuiltInImage: Sendable {
  /// As people write them, the first being the usual one.
  var names: [String]
  var entries: [LayerEntry]
  var config: ImageConfig

  /// The names in full.
  var fullNames: [String] {
    names.map { name in
      guard let reference = try? ImageReference(name) else {
        preconditionFailure("a built-in image has the impossible name \(name)")
      }
      return reference.withDefaultTag.description
    }
  }

  static let allNames = Set(all.flatMap(\.fullNames))

  static let all: [BuiltInImage] = [
    busybox, alpine, ubuntu, debian, nginx, httpd, kuard, helloApp, k8sBook, goDemo, mongo, curl,
  ]
}

/// Where every image has its copy of the program that plays its servers.
let workloadPath = "usr/libexec/podium-workload"

/// Names under which a role of the workload program is called; the links hold wherever the layer is unpacked.
func roles(_ paths: [String]) -> [LayerEntry] {
  paths.map { path in
    let depth = path.utf8.count { $0 == UInt8(ascii: "/") }
    return .link(path, to: String(repeating: "../", count: depth) + workloadPath)
  }
}

/// The usual search path of images.
let standardPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

func osRelease(name: String, id: String, like: String? = nil) -> LayerEntry {
  .text(
    "etc/os-release",
    """
    PRETTY_NAME="Podium's stand-in for \(name)"
    NAME="Podium's stand-in for \(name)"
    ID=\(id)
    \(like.map { "ID_LIKE=\($0)\n" } ?? "")VARIANT="busybox and a small server program"

    """)
}
