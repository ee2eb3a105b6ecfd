internal import Glibc

/// Lines on standard output and standard error, whole or not at all.
enum StandardOutput {
  static func print(_ text: String) { write(text + "\n", to: 1) }

  /// Rows of equally many cells, the first one with the titles; every column is as wide as its widest cell.
  static func print(table rows: [[String]]) {
    for row in rows {
      let cells = row.indices.map { column in
        column == row.count - 1
          ? row[column] : row[column].padding(to: (rows.map { $0[column].count }.max() ?? 0) + 3)
      }
      print(cells.joined())
    }
  }

  static func printError(_ text: String) { write(text + "\n", to: 2) }

  static func write(_ text: String, to descriptor: Int32) { write(Array(text.utf8), to: descriptor) }

  static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, bytes.count - written) }
      if count > 0 {
        written += count
        continue
      }
      if count < 0 && errno == EINTR { continue }
      if count < 0 && errno == EAGAIN {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&entry, 1, -1)
        continue
      }
      return
    }
  }
}
