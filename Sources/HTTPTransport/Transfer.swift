internal import CCurl
internal import KubernetesAPI
internal import Synchronization

/// One request on its way, and the answer as it comes in.
///
/// `prepare`, `receive…` and `end` are called on the transfer thread, everything else from anywhere.
final class Transfer: Sendable {
  private struct State {
    var head: CheckedContinuation<Result<APIResponse, StatusError>, Never>?
    var isCancelled = false
    var headers = HTTPHeaders()
    var status = 0
    /// Set when the answer tells its length: then it is handed over whole, unless it is wanted in pieces.
    var collected: [UInt8]?
    /// Its reader owns it, so that one that is forgotten ends the transfer.
    weak var stream: TransferStream?
    var isStreamed = false
    var failure: CURLcode?
  }

  // @unchecked: set by `prepare` and cleared by `end`, both on the transfer thread, which alone uses them.
  private final class Handles: @unchecked Sendable {
    var easy: UnsafeMutableRawPointer?
    var headers: UnsafeMutablePointer<curl_slist>?
    var body: UnsafeMutablePointer<UInt8>?
    /// Where libcurl puts the details of a failure.
    var report: UnsafeMutablePointer<CChar>?
  }

  private let request: APIRequest
  private let target: ClientTarget
  /// The URL in full of a request to a server that is no Kubernetes API.
  private let webURL: String?
  private let state = Mutex(State())
  private let handles = Handles()

  init(_ request: APIRequest, _ target: ClientTarget, webURL: String? = nil) {
    self.request = request
    self.target = target
    self.webURL = webURL
  }

  /// What libcurl says of the end, if that was not a good one.
  var failure: CURLcode? { state.withLock(\.failure) }

  var easy: UnsafeMutableRawPointer? { handles.easy }

  /// Sends the request; returns when the answer has begun, or is whole if it is one that tells its length.
  func run() async throws(StatusError) -> APIResponse {
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isCancelled = state.withLock { state in
          if !state.isCancelled { state.head = continuation }
          return state.isCancelled
        }
        if isCancelled {
          continuation.resume(returning: .failure(.unreachable("the request was cancelled")))
        } else {
          TransferThread.shared.order(.start(self))
        }
      }
    } onCancel: {
      state.withLock { $0.isCancelled = true }
      TransferThread.shared.order(.cancel(self))
    }
    return try result.get()
  }

  func cancel() { TransferThread.shared.order(.cancel(self)) }
  func resume() { TransferThread.shared.order(.resume(self)) }

  // MARK: On the transfer thread

  func prepare() -> UnsafeMutableRawPointer? {
    if state.withLock(\.isCancelled) {
      finishHead(.failure(.unreachable("the request was cancelled")))
      return nil
    }
    guard let easy = curl_easy_init() else {
      finishHead(.failure(.unreachable("libcurl has no memory")))
      return nil
    }
    handles.easy = easy
    target.configure(easy)
    ccurl_set_text(easy, CURLOPT_URL, webURL ?? target.url(request))
    ccurl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method)
    if request.method == "HEAD" { ccurl_set_number(easy, CURLOPT_NOBODY, 1) }
    // A server that has to be asked whether it wants a body costs a round trip.
    var lines = (webURL == nil ? target.headers(request) : request.headers.lines) + ["Expect:"]
    if webURL != nil { WebClient.configure(easy) }
    // Left alone, libcurl claims that every body is a form.
    if request.headers["Content-Type"] == nil { lines.append("Content-Type:") }
    for line in lines {
      handles.headers = curl_slist_append(handles.headers, line)
    }
    ccurl_set_pointer(easy, CURLOPT_HTTPHEADER, handles.headers)
    if !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method) {
      let body = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, request.body.count))
      body.initialize(from: request.body, count: request.body.count)
      handles.body = body
      ccurl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
      ccurl_set_pointer(easy, CURLOPT_POSTFIELDS, body)
    }
    let report = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    report.initialize(to: 0)
    handles.report = report
    ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, report)
    let context = Unmanaged.passRetained(self).toOpaque()
    ccurl_set_pointer(easy, CURLOPT_PRIVATE, context)
    ccurl_set_pointer(easy, CURLOPT_HEADERDATA, context)
    ccurl_set_receiver(easy, CURLOPT_HEADERFUNCTION, receiveHeader)
    ccurl_set_pointer(easy, CURLOPT_WRITEDATA, context)
    ccurl_set_receiver(easy, CURLOPT_WRITEFUNCTION, receiveBody)
    return easy
  }

  fileprivate func receive(headerLine line: String) {
    state.withLock { state in
      if line.hasPrefix("HTTP/") {
        // An interim answer may come first; the last one counts.
        state.headers = HTTPHeaders()
        state.status = Int(line.split(separator: " ").dropFirst().first ?? "") ?? 0
      } else if let colon = line.firstIndex(of: ":") {
        let value = line[line.index(after: colon)...].drop { $0 == " " }
        state.headers.add(String(line[..<colon]), String(value))
      }
    }
  }

  /// Called with an empty line: the headers are complete.
  fileprivate func receiveEndOfHeaders() {
    let response = state.withLock { state -> APIResponse? in
      guard state.status >= 200, !state.isStreamed, state.collected == nil else { return nil }
      if webURL == nil, state.headers["Content-Length"] != nil || state.status == 204 {
        state.collected = []
        return nil
      }
      let stream = TransferStream(self)
      state.stream = stream
      state.isStreamed = true
      return APIResponse(status: state.status, headers: state.headers, body: .stream(stream))
    }
    if let response { finishHead(.success(response)) }
  }

  /// False when the reader is so slow that the sender has to wait.
  fileprivate func receive(body bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let stream = state.withLock { state -> TransferStream? in
      if state.collected != nil { state.collected?.append(contentsOf: bytes) }
      return state.stream
    }
    // Without a reader the bytes are dropped: the order to end the transfer is on its way.
    return stream?.accept(bytes) ?? true
  }

  func end(_ code: CURLcode) {
    let (stream, response) = state.withLock { state -> (TransferStream?, APIResponse?) in
      if code != CURLE_OK { state.failure = code }
      let response = state.collected.map {
        APIResponse(status: state.status, headers: state.headers, body: .bytes($0))
      }
      return (state.stream, response)
    }
    let number = handles.easy.map { Int32(ccurl_get_number($0, CURLINFO_OS_ERRNO)) } ?? 0
    let failure = target.unreachable(code, handles.report.map { String(cString: $0) } ?? "", errno: number)
    if code == CURLE_OK, let response {
      finishHead(.success(response))
    } else {
      finishHead(.failure(failure))
    }
    stream?.end(code == CURLE_OK ? nil : failure)
    release()
  }

  private func release() {
    guard let easy = handles.easy else { return }
    handles.easy = nil
    let context = ccurl_get_pointer(easy, CURLINFO_PRIVATE)
    curl_easy_cleanup(easy)
    curl_slist_free_all(handles.headers)
    handles.headers = nil
    handles.body?.deallocate()
    handles.body = nil
    handles.report?.deallocate()
    handles.report = nil
    if let context { Unmanaged<Transfer>.fromOpaque(context).release() }
  }

  /// The first call counts.
  private func finishHead(_ result: Result<APIResponse, StatusError>) {
    let continuation = state.withLock { state in
      defer { state.head = nil }
      return state.head
    }
    continuation?.resume(returning: result)
  }
}

private func receiveHeader(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes, let context else { return 0 }
  let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  var line = UnsafeRawBufferPointer(start: bytes, count: size * count)
  while let last = line.last, last == 0x0D || last == 0x0A { line = UnsafeRawBufferPointer(rebasing: line.dropLast()) }
  if line.isEmpty {
    transfer.receiveEndOfHeaders()
  } else {
    transfer.receive(headerLine: String(decoding: line, as: UTF8.self))
  }
  return size * count
}

private func receiveBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes, let context else { return 0 }
  let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  let isTaken = bytes.withMemoryRebound(to: UInt8.self, capacity: size * count) {
    transfer.receive(body: UnsafeBufferPointer(start: $0, count: size * count))
  }
  return isTaken ? size * count : Int(CURL_WRITEFUNC_PAUSE)
}
