internal import CMicroHTTPD
internal import KubernetesAPI
internal import Synchronization

/// One request and its answer.
///
/// libmicrohttpd's thread reads and writes; the endpoint runs in a task of its own while the connection is suspended.
/// All changes of the stage happen under one lock, also those that suspend and resume.
final class HTTPExchange: Sendable {
  private enum Stage {
    /// The first line is there.
    case new
    case receiving(Receiving)
    /// Suspended until the endpoint has answered.
    case waiting
    /// Resumed: libmicrohttpd will ask what to send.
    case answered(PreparedResponse)
    case sending(StreamedBody?)
    case upgraded(UpgradedSocket)
    case over
  }

  private struct Receiving {
    var method: String
    var headers: HTTPHeaders
    var body: [UInt8] = []
    var identity: RequestAuthentication.Identity?
    var refusal: StatusError?
  }

  private let target: String
  private let connection: HTTPConnection
  let handle: ConnectionHandle
  private let listener: HTTPListener
  private let stage = Mutex(Stage.new)
  private let task = Mutex<Task<Void, Never>?>(nil)
  /// Ends without a value when the connection is closed before it could be upgraded.
  private let upgrades: AsyncStream<UpgradedSocket>
  private let upgraded: AsyncStream<UpgradedSocket>.Continuation

  init(target: String, connection: HTTPConnection, handle: ConnectionHandle, listener: HTTPListener) {
    self.target = target
    self.connection = connection
    self.handle = handle
    self.listener = listener
    (upgrades, upgraded) = AsyncStream.makeStream()
    listener.tally.enter()
    connection.begin(self)
  }

  // MARK: On libmicrohttpd's thread

  /// The header fields have come, a piece of the body, its end, or a suspended connection has been resumed.
  ///
  /// False closes the connection.
  func proceed(method: String, piece: UnsafeRawBufferPointer) -> Bool {
    stage.withLock { stage in
      switch stage {
      case .new:
        let receiving = receive(method)
        stage = .receiving(receiving)
        // A client that asks first, or wants to send far too much, is told at once; others may finish their sentence,
        // because closing with unread data would destroy the answer on its way.
        let isPatient = receiving.headers["Expect"] == nil && contentLength(receiving.headers) <= 16 * bodyLimit
        if let refusal = receiving.refusal, !isPatient { return refuse(refusal, &stage) }
        return true
      case .receiving(var receiving) where !piece.isEmpty:
        // Taken out first, so that the bytes are appended in place.
        stage = .new
        if receiving.refusal == nil {
          if receiving.body.count + piece.count > bodyLimit {
            receiving.refusal = tooLarge
            receiving.body = []
          } else {
            receiving.body += piece
          }
        }
        stage = .receiving(receiving)
        return true
      case .receiving(let receiving):
        connection.requestIsComplete()
        do throws(StatusError) {
          let request = try request(receiving)
          MHD_suspend_connection(handle.pointer)
          handle.setAnswersFirst(true, listener.limits)
          stage = .waiting
          start(request, receiving.identity)
          return true
        } catch {
          return refuse(error, &stage)
        }
      case .answered(let response):
        stage = .sending(response.streamedBody)
        handle.setAnswersFirst(false, listener.limits)
        return response.queue(on: handle)
      case .waiting, .sending, .upgraded, .over:
        return false
      }
    }
  }

  /// The answer is out, or the connection is gone.
  func completed() {
    let previous = stage.withLock { stage in
      defer { stage = .over }
      return stage
    }
    upgraded.finish()
    switch previous {
    case .sending(let body?): body.abandon()
    case .answered(let response):
      response.discard()
      response.streamedBody?.abandon()
    case .new, .receiving, .waiting, .sending(nil), .upgraded, .over: break
    }
    connection.end(self)
    listener.tally.leave()
  }

  /// The answer "101" is out; the socket now belongs to the endpoint.
  func hasUpgraded(_ socket: UpgradedSocket) {
    stage.withLock { $0 = .upgraded(socket) }
    upgraded.yield(socket)
    upgraded.finish()
  }

  private func refuse(_ error: StatusError, _ stage: inout Stage) -> Bool {
    stage = .sending(nil)
    return PreparedResponse(error.response, for: self).queue(on: handle)
  }

  private var bodyLimit: Int { listener.limits.bodyBytes }

  private var tooLarge: StatusError { .tooLarge("Request entity too large: limit is \(bodyLimit)") }

  private static let methods: Set<String> = ["GET", "POST", "PUT", "PATCH", "DELETE"]

  private func receive(_ method: String) -> Receiving {
    var receiving = Receiving(method: method, headers: handle.requestHeaders)
    do throws(StatusError) {
      // Who asks comes first: strangers learn nothing else.
      receiving.identity = try listener.authentication.identity(receiving.headers)
      if !Self.methods.contains(method) { throw .methodNotAllowed() }
      if contentLength(receiving.headers) > bodyLimit { throw tooLarge }
    } catch {
      receiving.refusal = error
    }
    return receiving
  }

  private func contentLength(_ headers: HTTPHeaders) -> Int { headers["Content-Length"].flatMap { Int($0) } ?? 0 }

  private func request(_ receiving: Receiving) throws(StatusError) -> APIRequest {
    if let refusal = receiving.refusal { throw refusal }
    guard let target = RequestTarget(target) else {
      throw .badRequest("the path or the query of the request is not percent-encoded UTF-8")
    }
    // The token has done its service here, and is nobody else's business.
    var headers = receiving.headers
    headers["Authorization"] = nil
    return APIRequest(
      receiving.method, target.path, query: target.query, headers: headers, body: receiving.body, user: .anonymous)
  }

  // MARK: In the exchange's task

  /// The task ends before the server's `stop` does: it is counted.
  private func start(_ request: APIRequest, _ identity: RequestAuthentication.Identity?) {
    listener.tally.enter()
    let task = Task {
      await run(request, identity)
      listener.tally.leave()
    }
    self.task.withLock { $0 = task }
  }

  private func run(_ request: APIRequest, _ identity: RequestAuthentication.Identity?) async {
    let response: APIResponse
    do throws(StatusError) {
      var request = request
      if let identity { request.user = try await identity.user() }
      response = try await listener.endpoint.send(request)
    } catch {
      response = error.response
    }
    let prepared = PreparedResponse(response, for: self)
    let isWanted = stage.withLock { stage in
      guard case .waiting = stage else { return false }
      stage = .answered(prepared)
      MHD_resume_connection(handle.pointer)
      return true
    }
    if !isWanted { prepared.discard() }
    switch response.body {
    case .bytes: break
    case .stream(let stream):
      guard isWanted, let body = prepared.streamedBody else { return stream.cancel() }
      if connection.hangUp != .none { body.end(.broken) }
      await body.pump()
    case .upgraded(let channel):
      for await socket in upgrades {
        await Splice.run(client: socket, server: channel, clientIsGone: { await socket.waitUntilClientIsGone() })
      }
      channel.close()
    }
  }

  // MARK: On any thread

  /// The client has closed the connection, at least its half.
  func clientHungUp(_ hangUp: HTTPConnection.HangUp) {
    switch stage.withLock({ $0 }) {
    // It may have closed its half only, and still wait for an answer that is soon complete; for a stream it is gone.
    case .waiting where hangUp == .complete: task.withLock { $0 }?.cancel()
    case .answered(let response): response.streamedBody?.end(.broken)
    case .sending(let body): body?.end(.broken)
    case .upgraded(let socket): socket.clientHungUp(hangUp)
    case .new, .receiving, .waiting, .over: break
    }
  }

  /// Brings the exchange to its end in an orderly way.
  func cancel() {
    switch stage.withLock({ $0 }) {
    case .answered(let response): response.streamedBody?.end(.finished)
    case .sending(let body): body?.end(.finished)
    case .new, .receiving, .waiting, .upgraded, .over: break
    }
    task.withLock { $0 }?.cancel()
  }

  /// Lets libmicrohttpd close the connection without an answer.
  func abort() {
    cancel()
    stage.withLock { stage in
      if case .waiting = stage {
        stage = .over
        MHD_resume_connection(handle.pointer)
      }
    }
  }
}
