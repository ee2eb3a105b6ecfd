internal import Documents

/// The protocol by which `exec` and `attach` carry a command's streams over a WebSocket:
/// the first byte of each binary message names the stream that the rest belongs to.
enum RemoteCommandChannels {
  /// Version 5 can tell that standard input has ended; otherwise both are the same.
  static let version5 = "v5.channel.k8s.io"
  static let version4 = "v4.channel.k8s.io"
  static let versions = [version5, version4]

  enum Channel: UInt8, Sendable {
    case input = 0
    case output = 1
    case error = 2
    /// How the command ended, as a `Status`.
    case outcome = 3
    case resize = 4
    /// The stream named by the next byte has ended.
    case close = 255
  }

  /// Long data travels in pieces, so that other streams are not held up.
  static let pieceSize = 32_768

  static func message(_ channel: Channel, _ bytes: [UInt8]) -> WebSocket.Message {
    .binary([channel.rawValue] + bytes)
  }

  /// The stream and the data of a message; nil for a stream that is not known, which is passed over.
  static func split(_ message: WebSocket.Message) -> (channel: Channel, bytes: [UInt8])? {
    // Some clients send what people type as text.
    let bytes =
      switch message {
      case .binary(let bytes): bytes
      case .text(let text): Array(text.utf8)
      }
    guard let first = bytes.first, let channel = Channel(rawValue: first) else { return nil }
    return (channel, Array(bytes.dropFirst()))
  }
}

/// Which streams of a command are wanted, as the query of an `exec` or `attach` request says.
public struct RemoteCommandStreams: Sendable, Equatable {
  public var input: Bool
  public var output: Bool
  public var error: Bool
  public var terminal: Bool

  public init(input: Bool = false, output: Bool = true, error: Bool = true, terminal: Bool = false) {
    self.input = input
    self.output = output
    self.error = error
    self.terminal = terminal
  }

  public init(of request: APIRequest) {
    self.init(
      input: request.isSet("stdin"), output: request.isSet("stdout"), error: request.isSet("stderr"),
      terminal: request.isSet("tty"))
  }

  public var query: [QueryItem] {
    [("stdin", input), ("stdout", output), ("stderr", error), ("tty", terminal)]
      .filter(\.1).map { QueryItem($0.0, "true") }
  }
}

public struct TerminalSize: Sendable, Equatable {
  public var width: UInt16
  public var height: UInt16

  public init(width: UInt16, height: UInt16) {
    self.width = width
    self.height = height
  }

  init?(json: [UInt8]) {
    guard let document = try? Document.parse(json: json),
      let width = document["Width"]?.integerValue, let height = document["Height"]?.integerValue,
      let width = UInt16(exactly: width), let height = UInt16(exactly: height)
    else { return nil }
    self.init(width: width, height: height)
  }

  var json: [UInt8] { Array("{\"Width\":\(width),\"Height\":\(height)}".utf8) }
}

/// How a remote command ended.
public enum RemoteCommandOutcome: Sendable, Equatable {
  case exited(Int32)
  /// It could not be started, or was lost.
  case failed(StatusError)

  var status: Status {
    var status = Status()
    switch self {
    case .exited(0):
      status.status = "Success"
    case .exited(let code):
      status.status = "Failure"
      status.message =
        "command terminated with non-zero exit code: command terminated with exit code \(code)"
      status.reason = "NonZeroExitCode"
      var details = StatusDetails()
      details.causes = [StatusCause(reason: "ExitCode", message: "\(code)")]
      status.details = details
    case .failed(let error):
      status = error.status
    }
    return status
  }

  /// What there is to complain of, in words; nil after success.
  public var complaint: String? { self == .exited(0) ? nil : status.message }

  /// The status as clients read it.
  public var statusBytes: [UInt8] { status.document().json() }

  init(json: [UInt8]) {
    guard let document = try? Document.parse(json: json) else {
      self = .failed(.internalError("the command's outcome is not readable: \(String(decoding: json, as: UTF8.self))"))
      return
    }
    let status = Status.decode(document).value
    let exitCode = status.details?.causes.first { $0.reason == "ExitCode" }?.message.flatMap(Int32.init)
    self =
      switch (status.status, status.reason, exitCode) {
      case ("Success", _, _): .exited(0)
      case (_, "NonZeroExitCode", let code?): .exited(code)
      default: .failed(StatusError(status))
      }
  }
}
