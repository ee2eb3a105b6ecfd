internal import Glibc

/// Lines of a file, a pipe, or a terminal that cannot be drawn on.
final class PlainLines: LineSource {
  private let screen: Screen
  private let attention: Attention
  private let isTerminal: Bool

  init(screen: Screen, attention: Attention, isTerminal: Bool) {
    self.screen = screen
    self.attention = attention
    self.isTerminal = isTerminal
  }

  func readLine(prompt: StyledText) -> LineRead {
    screen.enter(.editing)
    defer { screen.enter(.running) }
    if isTerminal { screen.draw(prompt.plain) }
    var line: [UInt8] = []
    while true {
      let calls = attention.answer()
      if calls.hasEnded { return .endOfInput }
      if calls.isInterrupted {
        if isTerminal { screen.draw("\n") }
        return .interrupted
      }
      let notices = screen.takeNotices()
      if !notices.isEmpty {
        screen.draw("\n" + notices.map { $0 + "\n" }.joined() + prompt.plain)
      }
      var entries = [
        pollfd(fd: screen.input, events: Int16(POLLIN), revents: 0),
        pollfd(fd: attention.doorbell.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&entries, 2, -1) > 0, entries[1].revents == 0 else { continue }
      // One at a time: what follows the line may be meant for the command in it.
      var byte: UInt8 = 0
      let count = read(screen.input, &byte, 1)
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      if count <= 0 {
        if isTerminal, entries[0].revents & Int16(POLLHUP) != 0 { return .hungUp }
        if !line.isEmpty { return .line(String(decoding: line, as: UTF8.self)) }
        if isTerminal { screen.draw("\n") }
        return .endOfInput
      }
      if byte == UInt8(ascii: "\n") {
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return .line(String(decoding: line, as: UTF8.self))
      }
      line.append(byte)
    }
  }

  func remember(_ command: String) {}
}
