internal import Documents
internal import Glibc
internal import SystemIO

/// Enough about a file to notice that it is no longer the same one, without reading it.
struct FileIdentity: Equatable, Sendable {
  private var numbers: [Int64]

  init(_ path: String) throws(SystemCallError) {
    var status = stat()
    try systemCall("stat", on: path) { stat(path, &status) }
    numbers = [
      Int64(truncatingIfNeeded: status.st_dev), Int64(truncatingIfNeeded: status.st_ino), Int64(status.st_size),
      Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec), Int64(status.st_ctim.tv_sec),
      Int64(status.st_ctim.tv_nsec),
    ]
  }

  init?(_ document: Document?) {
    guard let list = document?.listValue else { return nil }
    numbers = list.compactMap(\.integerValue)
  }

  var document: Document { .list(numbers.map { .integer($0) }) }
}
