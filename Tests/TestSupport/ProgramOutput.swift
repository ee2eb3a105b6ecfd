internal import CLinux
internal import Glibc
internal import SystemIO

/// What a program without a terminal answered: its two streams and how it ended.
public struct ProgramOutput: Sendable, Equatable {
  public var end: ProgramEnd
  public var output: String
  public var error: String

  public init(end: ProgramEnd, output: String, error: String) {
    self.end = end
    self.output = output
    self.error = error
  }

  /// Runs a program to its end, with the text as its standard input.
  public static func of(
    _ program: String, _ arguments: [String] = [], environment: [String: String] = [:], folder: String? = nil,
    input: String = "", within limit: Duration = .seconds(30)
  ) async throws -> ProgramOutput {
    let stdin = try Pipe("stdin of \(program)")
    let stdout = try Pipe("stdout of \(program)")
    let stderr = try Pipe("stderr of \(program)")
    // Only our ends of the pipes may be non-blocking: the program expects plain ones.
    let child = try ChildProgram(
      program, arguments, environment: environment, folder: folder,
      input: stdin.readEnd, output: stdout.writeEnd, error: stderr.writeEnd)
    defer { child.kill() }
    close(stdin.readEnd)
    close(stdout.writeEnd)
    close(stderr.writeEnd)
    let toProgram = Descriptor(adopting: stdin.writeEnd, name: stdin.name)
    let fromOutput = Descriptor(adopting: stdout.readEnd, name: stdout.name)
    let fromError = Descriptor(adopting: stderr.readEnd, name: stderr.name)
    let commandLine = ([program] + arguments).joined(separator: " ")
    return try await withTimeLimit(limit, "end of \(commandLine)") {
      async let output = readAll(fromOutput)
      async let error = readAll(fromError)
      // A program may end without reading what it was given.
      try? await toProgram.write(Array(input.utf8))
      toProgram.close()
      return try await ProgramOutput(end: child.waitForEnd(), output: output, error: error)
    }
  }

  private struct Pipe {
    let name: String
    let readEnd: Int32
    let writeEnd: Int32

    init(_ name: String) throws(SystemCallError) {
      var ends: [Int32] = [0, 0]
      try systemCall("pipe2", on: name) { pipe2(&ends, O_CLOEXEC) }
      (self.name, readEnd, writeEnd) = (name, ends[0], ends[1])
    }
  }
}

private func readAll(_ descriptor: Descriptor) async throws -> String {
  var bytes: [UInt8] = []
  while true {
    let chunk = try await descriptor.read()
    if chunk.isEmpty { return String(decoding: bytes, as: UTF8.self) }
    bytes += chunk
  }
}
