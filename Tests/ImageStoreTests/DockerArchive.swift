import Documents
import TestSupport

@testable import ImageStore

/// An archive of one image with two layers, in the form of `docker save`.
///
/// - Parameter diffIDs: What the configuration says of its layers in place of the truth.
func dockerArchive(
  _ folder: TemporaryFolder, tags: [String], system: String = "linux",
  architecture: String = ImagePlatform.own.architecture, diffIDs: [String]? = nil, owner: FileOwner = .root
) throws -> String {
  let base = folder.path("base.tar")
  let own = folder.path("own.tar")
  var tool = LayerEntry.script("tool", "tool")
  tool.owner = owner
  let layers = [
    try LayerWriter.write([.text("base", "base")], to: base).digest,
    try LayerWriter.write([tool], to: own).digest,
  ]
  let config: Document = [
    "architecture": .string(architecture), "os": .string(system),
    "config": ["Entrypoint": ["/tool"], "User": "1000:1000"],
    "rootfs": ["type": "layers", "diff_ids": .list((diffIDs ?? layers).map { .string("sha256:" + $0) })],
  ]
  let manifest: Document = [
    [
      "Config": "config.json", "RepoTags": .list(tags.map { .string($0) }),
      "Layers": ["0/layer.tar", "1/layer.tar"],
    ]
  ]
  let archive = folder.path("saved.tar")
  _ = try LayerWriter.write(
    [
      .program("base.tar", copyOf: base), .link("0/layer.tar", to: "../base.tar"),
      .program("1/layer.tar", copyOf: own),
      .text("config.json", config.jsonText()), .text("manifest.json", manifest.jsonText()),
    ], to: archive)
  return archive
}
