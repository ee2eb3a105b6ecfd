/// Something that answers Kubernetes API requests: the API server itself, a connection to one, a kubelet.
public protocol APIEndpoint: Sendable {
  func send(_ request: APIRequest) async throws(StatusError) -> APIResponse
}

/// One request, free of sockets.
public struct APIRequest: Sendable {
  public var method: String
  /// The path as it was sent, percent-decoded, without the query.
  public var path: String
  public var query: [QueryItem]
  public var headers: HTTPHeaders
  public var body: [UInt8]
  /// Who asks, as the transport has made sure.
  public var user: UserInfo

  public init(
    _ method: String, _ path: String, query: [QueryItem] = [], headers: HTTPHeaders = HTTPHeaders(),
    body: [UInt8] = [], user: UserInfo = .admin
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
    self.user = user
  }

  /// The first value of a query parameter.
  public func query(_ name: String) -> String? { query.first { $0.name == name }?.value }

  /// Whether a query parameter is there and not false.
  public func isSet(_ name: String) -> Bool {
    guard let value = query(name) else { return false }
    return value != "false" && value != "0"
  }
}

public struct QueryItem: Sendable, Equatable {
  public var name: String
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// Header fields in order; names do not depend on case.
public struct HTTPHeaders: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  public private(set) var fields: [QueryItem]

  public init() { fields = [] }

  public init(dictionaryLiteral elements: (String, String)...) {
    fields = elements.map { QueryItem($0.0, $0.1) }
  }

  public mutating func add(_ name: String, _ value: String) { fields.append(QueryItem(name, value)) }

  /// The first value; setting one replaces all.
  public subscript(name: String) -> String? {
    get {
      let wanted = name.lowercased()
      return fields.first { $0.name.lowercased() == wanted }?.value
    }
    set {
      let wanted = name.lowercased()
      fields.removeAll { $0.name.lowercased() == wanted }
      if let newValue { fields.append(QueryItem(name, newValue)) }
    }
  }

  public func all(_ name: String) -> [String] {
    let wanted = name.lowercased()
    return fields.filter { $0.name.lowercased() == wanted }.map(\.value)
  }
}

public struct APIResponse: Sendable {
  public enum Body: Sendable {
    case bytes([UInt8])
    /// Chunks as they come: a watch, a followed log.
    case stream(any ByteStream)
    /// Status 101: from here on both sides speak another protocol over this channel.
    case upgraded(any ByteChannel)
  }

  public var status: Int
  public var headers: HTTPHeaders
  public var body: Body

  public init(status: Int = 200, headers: HTTPHeaders = HTTPHeaders(), body: Body = .bytes([])) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  public init(status: Int = 200, json: [UInt8]) {
    self.init(status: status, headers: ["Content-Type": "application/json"], body: .bytes(json))
  }
}

/// A one-way stream of bytes that its reader may give up.
public protocol ByteStream: Sendable {
  /// The next chunk; nil at the end. Throws what broke the stream.
  func next() async throws -> [UInt8]?
  /// The reader has gone: whoever produces may stop.
  func cancel()
}

/// A two-way stream of bytes.
public protocol ByteChannel: Sendable {
  /// What has arrived; nil at the end of the stream.
  func read() async throws -> [UInt8]?
  func write(_ bytes: [UInt8]) async throws
  /// Nothing more will be written; reading goes on.
  func closeWriting()
  func close()
}
