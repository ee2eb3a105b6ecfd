internal import CMicroHTTPD
internal import Glibc
internal import KubernetesAPI

/// libmicrohttpd's name for a connection.
// @unchecked: resuming is allowed on any thread, and everything else happens on libmicrohttpd's own.
struct ConnectionHandle: @unchecked Sendable {
  let pointer: OpaquePointer

  /// The header fields of the request that is being received.
  var requestHeaders: HTTPHeaders {
    let collector = HeaderCollector()
    withExtendedLifetime(collector) {
      _ = MHD_get_connection_values(
        pointer, .HEADER_KIND, collectHeader, Unmanaged.passUnretained(collector).toOpaque())
    }
    return collector.headers
  }
}

private final class HeaderCollector {
  var headers = HTTPHeaders()
}

private func collectHeader(
  _ context: UnsafeMutableRawPointer?, _ kind: MHD_ValueKind, _ name: UnsafePointer<CChar>?,
  _ value: UnsafePointer<CChar>?
) -> MHD_Result {
  if let name {
    Unmanaged<HeaderCollector>.fromOpaque(context!).takeUnretainedValue()
      .headers.add(String(cString: name), value.map { String(cString: $0) } ?? "")
  }
  return .YES
}
