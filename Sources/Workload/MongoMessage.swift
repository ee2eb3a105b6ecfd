/// One message of MongoDB's wire protocol, as spoken by the drivers of its 3.x days.
struct MongoMessage {
  enum Operation: UInt32 {
    case reply = 1
    case update = 2001
    case insert = 2002
    case query = 2004
  }

  static let headerLength = 16
  static let lengthLimit = 1 << 20

  var requestID: UInt32
  var responseTo: UInt32
  var operation: UInt32
  var body: [UInt8]

  var bytes: [UInt8] {
    littleEndian(UInt32(body.count + Self.headerLength)) + littleEndian(requestID) + littleEndian(responseTo)
      + littleEndian(operation) + body
  }

  enum Cut {
    case message(MongoMessage)
    case incomplete
    case malformed
  }

  /// Takes a whole message off the front of the bytes received.
  static func cut(_ input: inout [UInt8]) -> Cut {
    guard let length = uint32(input[...]) else { return .incomplete }
    guard length >= headerLength, length <= lengthLimit else { return .malformed }
    guard input.count >= length, let requestID = uint32(input[4...]), let responseTo = uint32(input[8...]),
      let operation = uint32(input[12...])
    else { return .incomplete }
    let body = Array(input[headerLength..<Int(length)])
    input.removeFirst(Int(length))
    return .message(MongoMessage(requestID: requestID, responseTo: responseTo, operation: operation, body: body))
  }

  static func query(_ collection: String, _ selector: BSONDocument, id: UInt32) -> MongoMessage {
    let body =
      littleEndian(UInt32(0)) + Array(collection.utf8) + [0] + littleEndian(UInt32(0)) + littleEndian(UInt32(0))
      + selector.bytes
    return MongoMessage(requestID: id, responseTo: 0, operation: Operation.query.rawValue, body: body)
  }

  /// Puts the document in the place of the one that the selector finds, or adds it.
  static func upsert(_ collection: String, _ selector: BSONDocument, _ document: BSONDocument, id: UInt32)
    -> MongoMessage
  {
    let body =
      littleEndian(UInt32(0)) + Array(collection.utf8) + [0] + littleEndian(UInt32(1)) + selector.bytes + document.bytes
    return MongoMessage(requestID: id, responseTo: 0, operation: Operation.update.rawValue, body: body)
  }

  static func reply(_ documents: [[UInt8]], to request: UInt32) -> MongoMessage {
    let body =
      littleEndian(UInt32(8)) + littleEndian(UInt64(0)) + littleEndian(UInt32(0))
      + littleEndian(UInt32(documents.count))
      + documents.flatMap { $0 }
    return MongoMessage(requestID: 0, responseTo: request, operation: Operation.reply.rawValue, body: body)
  }

  /// The collection's name and what follows it, in the three requests alike.
  var collectionAndRest: (name: String, rest: ArraySlice<UInt8>)? {
    let named = body.dropFirst(4)
    guard let end = named.firstIndex(of: 0) else { return nil }
    return (String(decoding: named[..<end], as: UTF8.self), named[(end + 1)...])
  }

  /// The documents at the front of the bytes.
  static func documents(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var result: [ArraySlice<UInt8>] = []
    var rest = bytes
    while let length = BSONDocument.length(rest) {
      result.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    return result
  }
}
