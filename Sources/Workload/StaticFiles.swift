import Glibc

/// An ordinary file that a web server is about to send.
struct StaticFile {
  let descriptor: Int32
  let size: Int
  let modified: time_t

  enum Failure: Error {
    case missing(Int32)
    case isDirectory
    case forbidden(Int32)
  }

  static func open(_ path: String) -> Result<StaticFile, Failure> {
    // Non-blocking, so that a named pipe in the way does not stop the server.
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 { return .failure(errno == EACCES || errno == EPERM ? .forbidden(errno) : .missing(errno)) }
    var status = stat()
    fstat(descriptor, &status)
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      return .success(StaticFile(descriptor: descriptor, size: Int(status.st_size), modified: status.st_mtim.tv_sec))
    case S_IFDIR:
      close(descriptor)
      return .failure(.isDirectory)
    default:
      close(descriptor)
      return .failure(.forbidden(EACCES))
    }
  }

  var lastModified: String { CalendarTime(modified, utc: true).httpDate }

  /// As nginx makes it: time and size in hexadecimal.
  var entityTag: String { "\"\(String(modified, radix: 16))-\(String(size, radix: 16))\"" }

  /// The answer to a GET: all of it, one range of it, or "you have it already".
  func response(to request: HTTPRequest, status: Int = 200, headers: [(String, String)]) -> HTTPResponse {
    let validators = [("Last-Modified", lastModified), ("ETag", entityTag)]
    let whole = FilePart(descriptor: descriptor, offset: 0, remaining: size)
    if status == 200 {
      let unchanged =
        request.header("if-none-match").map { $0 == entityTag || $0 == "*" || $0 == "W/" + entityTag }
        ?? request.header("if-modified-since").map { $0 == lastModified }
      if unchanged == true {
        return HTTPResponse(304, headers.filter { $0.0 != "Content-Type" } + validators, body: .file(whole))
      }
      switch range(request.header("range"), request.header("if-range")) {
      case .whole: break
      case .unsatisfiable:
        close(descriptor)
        return HTTPResponse(
          416, headers.filter { $0.0 != "Content-Type" } + [("Content-Range", "bytes */\(size)")], text: "")
      case .part(let first, let last):
        let part = FilePart(descriptor: descriptor, offset: first, remaining: last - first + 1)
        return HTTPResponse(
          206, headers + validators + [("Content-Range", "bytes \(first)-\(last)/\(size)")], body: .file(part))
      }
    }
    return HTTPResponse(status, headers + validators + [("Accept-Ranges", "bytes")], body: .file(whole))
  }

  private enum Range {
    case whole
    case part(Int, Int)
    case unsatisfiable
  }

  /// One range; lists of ranges are answered with the whole file, which is always allowed.
  private func range(_ header: String?, _ condition: String?) -> Range {
    guard let header, header.hasPrefix("bytes="),
      condition == nil || condition == entityTag || condition == lastModified
    else { return .whole }
    let ends = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, !header.contains(",") else { return .whole }
    switch (Int(ends[0]), Int(ends[1])) {
    case (let first?, let last?) where first <= last && first >= 0:
      return first < size ? .part(first, min(last, size - 1)) : .unsatisfiable
    case (let first?, nil) where ends[1].isEmpty && first >= 0:
      return first < size ? .part(first, size - 1) : .unsatisfiable
    case (nil, let suffix?) where ends[0].isEmpty:
      return suffix > 0 && size > 0 ? .part(max(0, size - suffix), size - 1) : .unsatisfiable
    default: return .whole
    }
  }
}

/// A name as part of an address.
func percentEncoded(_ text: String) -> String {
  var result = ""
  for byte in text.utf8 {
    switch byte {
    case 45, 46, 95, 126, 47, 48...57, 65...90, 97...122: result.unicodeScalars.append(Unicode.Scalar(byte))
    default:
      let digits = String(byte, radix: 16, uppercase: true)
      result += "%" + (digits.count < 2 ? "0" : "") + digits
    }
  }
  return result
}
