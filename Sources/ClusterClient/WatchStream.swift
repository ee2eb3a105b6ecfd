public import Documents
public import KubernetesAPI

/// One line of a watch.
public struct WatchEvent<Object: NamedObject>: Sendable {
  public var type: WatchEventType
  /// For a bookmark only its resource version means something.
  public var object: Object
}

/// A watch, decoded. Ends when the server ends it; an error that the server sends in the stream is thrown.
public struct WatchStream<Object: NamedObject>: AsyncSequence, Sendable {
  private let lines: DocumentLines

  init(lines: any ByteStream) { self.lines = DocumentLines(lines) }

  public func makeAsyncIterator() -> Iterator { Iterator(lines: lines.makeAsyncIterator()) }

  /// Tells the server that nobody listens any more.
  public func cancel() { lines.cancel() }

  public struct Iterator: AsyncIteratorProtocol {
    var lines: DocumentLines.Iterator

    public mutating func next() async throws -> WatchEvent<Object>? {
      guard let line = try await lines.next() else { return nil }
      guard let type = line["type"]?.stringValue.flatMap(WatchEventType.init), let object = line["object"] else {
        throw StatusError.internalError("the watch sent a line that is no event")
      }
      if type == .error { throw StatusError(Status.decode(object).value) }
      return WatchEvent(type: type, object: Object.decode(object).value.typed())
    }
  }
}

/// A stream of JSON documents, one a line.
public struct DocumentLines: AsyncSequence, Sendable {
  private let stream: any ByteStream

  public init(_ stream: any ByteStream) { self.stream = stream }

  public func makeAsyncIterator() -> Iterator { Iterator(stream: stream) }

  public func cancel() { stream.cancel() }

  public struct Iterator: AsyncIteratorProtocol {
    let stream: any ByteStream
    private var pending: [UInt8] = []
    private var position = 0

    init(stream: any ByteStream) { self.stream = stream }

    public mutating func next() async throws -> Document? {
      while true {
        if let end = pending[position...].firstIndex(of: 0x0A) {
          let line = Array(pending[position..<end])
          position = end + 1
          if line.isEmpty { continue }
          return try ClusterClient.parse(line)
        }
        pending.removeFirst(position)
        position = 0
        guard
          let chunk = try await withTaskCancellationHandler(
            operation: { try await stream.next() }, onCancel: stream.cancel)
        else { return nil }
        pending += chunk
      }
    }
  }
}
