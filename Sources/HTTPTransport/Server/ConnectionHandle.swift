internal import CMicroHTTPD
internal import Glibc
internal import KubernetesAPI

/// libmicrohttpd's name for a connection.
// @unchecked: resuming is allowed on any thread, and everything else happens on libmicrohttpd's own.
struct ConnectionHandle: @unchecked Sendable {
  let pointer: OpaquePointer

  /// Whether a resumed connection is asked for its answer before its socket is read.
  ///
  /// A client that has closed its half would be cut off without an answer otherwise. libmicrohttpd asks all connections
  /// first whose time limit is not the common one.
  func setAnswersFirst(_ isFirst: Bool, _ limits: HTTPServerLimits) {
    cmicrohttpd_set_timeout(pointer, UInt32(limits.idleTime.components.seconds) + (isFirst ? 1 : 0))
  }

  /// To be called before an answer is broken off.
  ///
  /// libmicrohttpd closes such a connection when it is next asked how it goes on, which on a quiet server is when its
  /// time limit is over. One whose limit is not the common one is asked at once.
  func expectTheEnd() { cmicrohttpd_set_timeout(pointer, 1) }

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
