import Glibc

/// Writes all bytes; a reader that has gone away is not an error of ours.
func write(_ text: String, to descriptor: Int32) {
  write(Array(text.utf8), to: descriptor)
}

func write(_ bytes: [UInt8], to descriptor: Int32) {
  var written = 0
  while written < bytes.count {
    let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, bytes.count - written) }
    if count > 0 {
      written += count
    } else if count < 0 && errno == EAGAIN {
      // Standard output may be a pipe that somebody else made non-blocking.
      var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      poll(&entry, 1, -1)
    } else if count == 0 || errno != EINTR {
      return
    }
  }
}

/// A whole file of at most `limit` bytes; nil when it cannot be read.
func readFile(_ path: String, limit: Int = 1 << 20) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  if descriptor < 0 { return nil }
  defer { close(descriptor) }
  var content: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 16_384)
  while content.count < limit {
    let count = read(descriptor, &chunk, chunk.count)
    if count < 0 && errno == EINTR { continue }
    if count < 0 { return nil }
    if count == 0 { break }
    content.append(contentsOf: chunk[..<count])
  }
  return content
}

/// A whole small file as text.
func readText(_ path: String, limit: Int = 1 << 20) -> String? {
  readFile(path, limit: limit).map { String(decoding: $0, as: UTF8.self) }
}

/// The names in a directory, sorted, without `.` and `..`; nil when it cannot be read.
func listDirectory(_ path: String) -> [String]? {
  guard let directory = opendir(path) else { return nil }
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    if name != "." && name != ".." { names.append(name) }
  }
  return names.sorted()
}
