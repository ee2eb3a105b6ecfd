internal import CMicroHTTPD
internal import Glibc
internal import KubernetesAPI

/// An answer in the form that libmicrohttpd sends, made outside of its thread because a long body takes its time.
// @unchecked: a response of libmicrohttpd may be used on any thread; exactly one of `queue` and `discard` is called.
struct PreparedResponse: @unchecked Sendable {
  private let pointer: OpaquePointer
  private let status: UInt32
  /// What a stream's chunks go through.
  let streamedBody: StreamedBody?

  /// These are libmicrohttpd's own business.
  private static let hopByHop: Set<String> = ["connection", "content-length", "date", "transfer-encoding"]

  init(_ response: APIResponse, for exchange: HTTPExchange) {
    var status = UInt32(clamping: response.status)
    switch response.body {
    case .bytes(let bytes):
      streamedBody = nil
      pointer = bytes.withUnsafeBytes {
        // Copied at once, so that the pointer is not kept.
        MHD_create_response_from_buffer(
          $0.count, UnsafeMutableRawPointer(mutating: $0.baseAddress), .RESPMEM_MUST_COPY)
      }
    case .stream(let stream):
      let body = StreamedBody(stream: stream, handle: exchange.handle)
      streamedBody = body
      pointer = MHD_create_response_from_callback(
        cmicrohttpd_unknown_size(), 32_768, readStreamedBody, Unmanaged.passRetained(body).toOpaque(),
        releaseStreamedBody)
    case .upgraded:
      streamedBody = nil
      status = 101
      // The exchange outlives its response: libmicrohttpd tells it last that it is completed.
      pointer = MHD_create_response_for_upgrade(upgradeConnection, Unmanaged.passUnretained(exchange).toOpaque())
    }
    self.status = status
    for field in response.headers.fields where !Self.hopByHop.contains(field.name.lowercased()) {
      _ = MHD_add_response_header(pointer, field.name, field.value)
    }
  }

  /// Hands the answer over to libmicrohttpd; false when the connection has to be closed instead.
  func queue(on handle: ConnectionHandle) -> Bool {
    defer { MHD_destroy_response(pointer) }
    return MHD_queue_response(handle.pointer, status, pointer) == .YES
  }

  func discard() { MHD_destroy_response(pointer) }
}

private func readStreamedBody(
  _ context: UnsafeMutableRawPointer?, _ position: UInt64, _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int
) -> Int {
  Unmanaged<StreamedBody>.fromOpaque(context!).takeUnretainedValue()
    .read(into: UnsafeMutableRawBufferPointer(start: buffer, count: size))
}

private func releaseStreamedBody(_ context: UnsafeMutableRawPointer?) {
  Unmanaged<StreamedBody>.fromOpaque(context!).release()
}

private func upgradeConnection(
  _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ exchangeContext: UnsafeMutableRawPointer?,
  _ early: UnsafePointer<CChar>?, _ earlySize: Int, _ socket: Int32, _ handle: OpaquePointer?
) {
  let exchange = Unmanaged<HTTPExchange>.fromOpaque(context!).takeUnretainedValue()
  exchange.hasUpgraded(
    UpgradedSocket(
      descriptor: socket, handle: handle!, early: Array(UnsafeRawBufferPointer(start: early, count: earlySize))))
}
