/// Bytes that are not the protobuf form of what they should be: what is wrong, and where.
public struct ProtobufError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Counted from the first byte of the body.
  public var offset: Int
  public var problem: String

  init(at offset: Int, _ problem: String) {
    self.offset = offset
    self.problem = problem
  }

  public var description: String { "protobuf: byte \(offset): \(problem)" }
}
