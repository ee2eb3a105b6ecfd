internal import Console
internal import LocalCluster
internal import Synchronization

/// Shows how far a pull is: bars that move where the cursor can, a line for each finished blob elsewhere.
final class PullDisplay: Sendable {
  private struct Shown {
    var state = PullState()
    /// Lines of bars that stand above the cursor.
    var lines = 0
    var told: Set<String> = []
    var began = ContinuousClock.now
  }

  private let appearance: Appearance
  private let shown = Mutex(Shown())

  init(_ appearance: Appearance) { self.appearance = appearance }

  private var hasBars: Bool { appearance.movesCursor && !appearance.isAccessible }

  func show(_ state: PullState) {
    shown.withLock { shown in
      if shown.state.blobs.isEmpty { shown.began = .now }
      shown.state = state
      if !hasBars { tell(&shown) }
    }
  }

  /// Ten times a second, until cancelled.
  func keepDrawing() async {
    guard hasBars else { return }
    while (try? await Task.sleep(for: .milliseconds(100))) != nil { shown.withLock { draw(&$0) } }
  }

  func finish() { shown.withLock { hasBars ? draw(&$0) : tell(&$0) } }

  private func tell(_ shown: inout Shown) {
    for blob in shown.state.blobs where blob.isComplete && shown.told.insert(blob.digest).inserted {
      let words = blob.isPresent ? "was here already" : ImagesVerb.sizeText(blob.size)
      StandardOutput.print("\(blob.shortName): \(words)")
    }
  }

  private func draw(_ shown: inout Shown) {
    let state = shown.state
    if state.blobs.isEmpty { return }
    var lines = state.blobs.map { blob in
      let words =
        blob.isPresent
        ? "here already" : "\(ImagesVerb.sizeText(blob.received)) of \(ImagesVerb.sizeText(blob.size))"
      return "  \(blob.shortName)  \(bar(blob.isPresent ? blob.size : blob.received, of: blob.size))  \(words)"
    }
    let seconds =
      Double((ContinuousClock.now - shown.began).components.attoseconds) / 1e18
      + Double((ContinuousClock.now - shown.began).components.seconds)
    let speed = Int(Double(state.received) / max(seconds, 0.1))
    lines.append(
      "  \("total".padding(to: 14))\(bar(state.received, of: state.expected))  \(ImagesVerb.sizeText(state.received)) of \(ImagesVerb.sizeText(state.expected)), \(ImagesVerb.sizeText(speed))/s"
    )
    let up = shown.lines > 0 ? "\u{1B}[\(shown.lines)A" : ""
    // A line that is wider than the terminal would become two, and the next way up too short.
    let width = max(20, appearance.width - 1)
    StandardOutput.write(up + lines.map { "\r\u{1B}[K" + $0.prefix(width) + "\n" }.joined(), to: 1)
    shown.lines = lines.count
  }

  private func bar(_ part: Int, of whole: Int) -> String {
    let filled = whole == 0 ? 20 : min(20, part * 20 / whole)
    return "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: 20 - filled) + "]"
  }
}
