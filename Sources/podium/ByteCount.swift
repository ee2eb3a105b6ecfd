/// Bytes as people read them.
enum ByteCount {
  static func text(_ bytes: Int) -> String {
    if bytes < 100_000 { return bytes < 1_000 ? "\(bytes) bytes" : "\((bytes + 500) / 1_000) kB" }
    return ImagesVerb.sizeText(bytes)
  }
}
