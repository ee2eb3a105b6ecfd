/// Why something about an image could not be done.
public enum ImageStoreError: Error, CustomStringConvertible {
  /// A program that the built-in images are made of is not there or not fit.
  case material(path: String, problem: String)
  /// A file of the store is gone.
  case missing(path: String)
  /// A file of the store does not hold what its name promises.
  case damaged(path: String, problem: String)
  /// What a name leads to is whole, and nothing that could be run here.
  case unusable(digest: String, problem: String)
  /// An archive asks for something that no image may have.
  case refused(archive: String, entry: String, problem: String)
  /// A pack brings an image under a name that another one has.
  case taken(name: String, pack: String)
  /// Images are being pulled or built, and what they are made of must not be removed meanwhile.
  case busy
  /// A file became shorter while it was being copied.
  case changed(path: String)
  /// libarchive's own words.
  case archive(path: String, problem: String)

  public var description: String {
    switch self {
    case .material(let path, let problem): "cannot make the built-in images from \(path): \(problem)"
    case .damaged(let path, let problem):
      "\(path) is damaged: \(problem); remove it, and import or pull the image again (stand-ins come back by themselves)"
    case .missing(let path): "\(path) is missing: import or pull the image again (stand-ins come back by themselves)"
    case .unusable(let digest, let problem): "\(digest) \(problem)"
    case .refused(let archive, let entry, let problem):
      "\(archive): entry \(entry) \(problem); nothing was taken from it"
    case .taken(let name, let pack):
      "the image \(name) is here already, and not from the pack \(pack): podium images rm \(name) makes room for the pack's"
    case .busy: "an image is being pulled or built: prune again when that is done"
    case .changed(let path): "\(path) was changed while it was being copied: try again"
    case .archive(let path, let problem): "\(path): \(problem)"
    }
  }
}
