internal import Synchronization

/// What a command says until it is known whether it fits on the screen.
final class HeldOutput: ByteSink {
  private struct Piece {
    var bytes: [UInt8]
    var isError: Bool
  }

  private struct State {
    var pieces: [Piece] = []
    var count = 0
    var isPassedOn = false
  }

  /// Nobody turns the pages of more than this.
  private static let most = 16 << 20

  private let session: ConsoleSession
  private let state = Mutex(State())

  init(_ session: ConsoleSession) { self.session = session }

  func take(_ bytes: [UInt8]) { take(bytes, isError: false) }

  func take(_ bytes: [UInt8], isError: Bool) {
    let passesOn = state.withLock { state in
      state.pieces.append(Piece(bytes: bytes, isError: isError))
      state.count += bytes.count
      return state.isPassedOn || state.count > Self.most
    }
    if passesOn { passOn() }
  }

  /// Shows all of it in the order in which it came, now and from now on.
  func passOn() {
    let pieces = state.withLock { state in
      state.isPassedOn = true
      defer { state.pieces = [] }
      return state.pieces
    }
    for piece in pieces {
      if piece.isError { session.writeError(bytes: piece.bytes) } else { session.write(bytes: piece.bytes) }
    }
  }

  /// The text without the errors, which remain, when it is taller than the window.
  func takeTallText(_ window: WindowSize) -> String? {
    state.withLock { state in
      if state.isPassedOn { return nil }
      let text = String(decoding: state.pieces.filter { !$0.isError }.flatMap(\.bytes), as: UTF8.self)
      guard Self.isTaller(text, than: window) else { return nil }
      state.pieces.removeAll { !$0.isError }
      return text
    }
  }

  /// The prompt wants a row as well.
  static func isTaller(_ text: String, than window: WindowSize) -> Bool {
    var rows = 1
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast(text.hasSuffix("\n") ? 1 : 0) {
      // Bytes are an estimate that can only be too high, and long lines of other scripts are rare.
      let width = line.utf8.count <= window.columns ? line.utf8.count : String(line).displayWidth
      rows += max(1, (width + window.columns - 1) / window.columns)
      if rows > window.rows { return true }
    }
    return false
  }
}
