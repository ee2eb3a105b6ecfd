internal import CLinux
internal import Glibc
internal import Synchronization
internal import SystemIO

/// Takes bytes that nobody sees directly: lines for above the prompt, text for `$(…)`.
protocol ByteSink: Sendable {
  func take(_ bytes: [UInt8])
}

/// One end of what a command reads or writes.
enum Endpoint: Sendable {
  case nothing
  /// The console's own input.
  case keyboard
  case screen
  case screenErrors
  case descriptor(OwnedDescriptor)
  case sink(any ByteSink)
  /// The screen, once it is known how much there is to show.
  case held(HeldOutput)
  case heldErrors(HeldOutput)

  func close() {
    if case .descriptor(let descriptor) = self { descriptor.close() }
  }
}

/// A plain number that is closed once. Programs get it as it is; `Descriptor` would make it non-blocking for them.
final class OwnedDescriptor: Sendable {
  private let state: Mutex<Int32>

  init(_ number: Int32) { state = Mutex(number) }

  deinit { close() }

  var number: Int32 { state.withLock { $0 } }

  /// Gives the number away to somebody who awaits.
  func awaited(_ name: String) -> Descriptor {
    Descriptor(adopting: state.withLock { number in exchange(&number, -1) }, name: name)
  }

  func close() {
    let number = state.withLock { number in exchange(&number, -1) }
    if number >= 0 { Glibc.close(number) }
  }
}

private func exchange(_ number: inout Int32, _ new: Int32) -> Int32 {
  defer { number = new }
  return number
}

/// Two ends: what is written into one is read from the other.
struct PipeEnds {
  let reading: OwnedDescriptor
  let writing: OwnedDescriptor

  init() throws(SystemCallError) {
    var ends: [Int32] = [-1, -1]
    try systemCall("pipe2") { pipe2(&ends, O_CLOEXEC) }
    reading = OwnedDescriptor(ends[0])
    writing = OwnedDescriptor(ends[1])
  }
}

/// Keeps all that is written.
final class KeptBytes: ByteSink {
  private let bytes = Mutex<[UInt8]>([])

  func take(_ more: [UInt8]) { bytes.withLock { $0 += more } }

  var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }
}

/// What a background job writes: whole lines above the line that is being typed, or, once the job is in front, as it comes.
final class JobOutput: ByteSink {
  private struct State {
    var isInFront = false
    var partial: [UInt8] = []
  }

  private let session: ConsoleSession
  private let state = Mutex(State())

  init(_ session: ConsoleSession) { self.session = session }

  func take(_ bytes: [UInt8]) {
    let lines: [UInt8]? = state.withLock { state in
      if state.isInFront { return nil }
      state.partial += bytes
      guard let end = state.partial.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
      defer { state.partial.removeFirst(end + 1) }
      return Array(state.partial[..<end])
    }
    guard let lines else { return session.write(bytes: bytes) }
    if !lines.isEmpty { session.notify(String(decoding: lines, as: UTF8.self)) }
  }

  func bringToFront(_ isInFront: Bool) {
    let partial = state.withLock { state in
      state.isInFront = isInFront
      defer { state.partial = [] }
      return isInFront ? state.partial : []
    }
    if !partial.isEmpty { session.write(bytes: partial) }
  }

  /// The job is over: what stands there without the end of its line is a line too.
  func finish() {
    let partial = state.withLock { state in
      defer { state.partial = [] }
      return state.partial
    }
    if !partial.isEmpty { session.notify(String(decoding: partial, as: UTF8.self)) }
  }
}
