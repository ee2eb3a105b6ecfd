internal import LessonEngine
internal import LocalCluster

extension PackImageSupply {
  /// The images that this pack lists.
  init(_ pack: Pack) {
    self.init(
      pack: pack.id, folder: pack.folder,
      items: pack.manifest.images.map { Item(name: $0.name, source: Source($0.source), line: $0.line) })
  }

  /// Why images of a pack cannot be made, as far as reading tells.
  static func findings(_ pack: Pack) -> [PackFinding] {
    PackImageSupply(pack).problems().map {
      PackFinding(rule: .image, file: $0.file, line: $0.line, lesson: "", message: $0.message)
    }
  }
}

extension PackImageSupply.Source {
  fileprivate init(_ source: PackImage.Source) {
    switch source {
    case .layout(let path): self = .layout(path)
    case .archive(let path): self = .archive(path)
    case .containerfile(let path): self = .containerfile(path)
    }
  }
}
