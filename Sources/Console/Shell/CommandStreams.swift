internal import Glibc
public import SystemIO

/// Nobody reads what a command writes.
public struct StreamClosed: Error {
  public init() {}
}

/// What a command of the program reads and writes: the terminal, a pipe, a file.
public struct CommandStreams: Sendable {
  /// The terminal, or what stands for it.
  public let session: ConsoleSession
  /// Variables that the line gives to this command only, and those that are exported.
  public let variables: [String: String]
  private let input: Endpoint
  private let output: Endpoint
  private let errors: Endpoint
  private let descriptors: [Int32: Descriptor]
  private let onReading: @Sendable () -> Void
  private let runProgram: @Sendable (ProcessLaunch) async throws -> Int32

  init(
    session: ConsoleSession, variables: [String: String], input: Endpoint, output: Endpoint, errors: Endpoint,
    onReading: @escaping @Sendable () -> Void,
    runProgram: (@Sendable (ProcessLaunch) async throws -> Int32)? = nil
  ) {
    self.runProgram = runProgram ?? { program in try await session.withoutDrawing { try await program.run() } }
    self.session = session
    self.variables = variables
    self.input = input
    self.output = output
    self.errors = errors
    self.onReading = onReading
    var descriptors: [Int32: Descriptor] = [:]
    for case (let number, .descriptor(let owned)) in [(Int32(0), input), (1, output), (2, errors)] {
      // `2>&1` gives one descriptor twice.
      if number == 2, case .descriptor(let other) = output, other === owned {
        descriptors[2] = descriptors[1]
      } else {
        descriptors[number] = owned.awaited(["standard input", "standard output", "standard error"][Int(number)])
      }
    }
    self.descriptors = descriptors
  }

  /// All of the terminal, for a command that nothing is typed around.
  public init(_ session: ConsoleSession) {
    self.init(
      session: session, variables: [:], input: .keyboard, output: .screen, errors: .screenErrors, onReading: {})
  }

  /// The appearance of what is written: a pipe has no colours.
  public var appearance: Appearance {
    switch output {
    case .screen, .held: return session.appearance
    default: break
    }
    var appearance = session.appearance
    appearance.isTerminal = false
    appearance.hasColour = false
    return appearance
  }

  public var readsKeyboard: Bool { if case .keyboard = input { true } else { false } }

  /// Whether it is a job behind the prompt, which reads nothing.
  public var runsBehind: Bool { if case .nothing = input { true } else { false } }

  public func write(_ bytes: [UInt8]) async throws { try await write(bytes, to: output, 1) }

  public func write(_ text: String) async throws { try await write(Array(text.utf8)) }

  /// An error that nobody can be told of is not one more error.
  public func writeError(_ bytes: [UInt8]) async { try? await write(bytes, to: errors, 2) }

  public func writeError(_ text: String) async { await writeError(Array(text.utf8)) }

  private func write(_ bytes: [UInt8], to endpoint: Endpoint, _ number: Int32) async throws {
    switch endpoint {
    case .screen, .keyboard:
      session.write(bytes: bytes)
      if session.isBroken { throw StreamClosed() }
    case .screenErrors: session.writeError(bytes: bytes)
    case .sink(let sink): sink.take(bytes)
    case .held(let held): held.take(bytes)
    case .heldErrors(let held): held.take(bytes, isError: true)
    case .nothing: break
    case .descriptor:
      do {
        try await descriptors[number]?.write(bytes)
      } catch let error as SystemCallError where error.errno == EPIPE {
        throw StreamClosed()
      }
    }
  }

  /// The next piece of standard input; nil at its end.
  public func read() async throws -> [UInt8]? {
    let bytes: [UInt8]
    switch input {
    case .keyboard:
      onReading()
      bytes = try await session.readInput()
    case .descriptor: bytes = try await descriptors[0]?.read() ?? []
    default: bytes = []
    }
    return bytes.isEmpty ? nil : bytes
  }

  /// Gives the terminal to a program until it ends, and takes it back as it was; the result is the exit code.
  public func run(_ program: ProcessLaunch) async throws -> Int32 {
    onReading()
    return try await runProgram(program)
  }

  /// Gives all keys to the body; see `ConsoleSession.withRawTerminal`.
  public func withRawTerminal<Result>(_ body: () async throws -> Result) async throws -> Result {
    onReading()
    return try await session.withRawTerminal(body)
  }

  /// The command has ended: whoever reads from it sees the end.
  func close() { for descriptor in descriptors.values { descriptor.close() } }
}
