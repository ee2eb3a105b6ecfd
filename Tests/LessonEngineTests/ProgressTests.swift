import Synchronization
import Testing

@testable import LessonEngine

@Suite struct ProgressTests {
  private let entries: [Progress.Entry] = [
    Progress.Entry(.started, "p/a", detail: "a"), Progress.Entry(.began, "p/a", step: "one"),
    Progress.Entry(.answered, "p/a", step: "one", detail: "q"),
    Progress.Entry(.passed, "p/a", step: "one", digest: "1111"),
    Progress.Entry(.began, "p/a", step: "two"), Progress.Entry(.skipped, "p/a", step: "two", digest: "2222"),
    Progress.Entry(.completed, "p/a"),
  ]

  private func log(_ entries: some Sequence<Progress.Entry>) -> [UInt8] {
    entries.flatMap { $0.line(at: "2026-11-21T12:00:00Z") }
  }

  @Test func comesBackFromItsLog() {
    let progress = Progress(log: log(entries))
    #expect(progress.isDone("one", of: "p/a"))
    #expect(progress.isDone("two", of: "p/a"))
    #expect(progress.isCompleted("p/a"))
    #expect(progress.current == nil)
  }

  @Test func knowsWhereTheLearnerIs() {
    let progress = Progress(log: log(entries.prefix(5)))
    #expect(progress.current == "p/a")
    #expect(progress["p/a"]?.namespace == "a")
    #expect(progress["p/a"]?.step == "two")
    #expect(progress["p/a"]?.answered.isEmpty == true)
    #expect(Progress(log: log(entries.prefix(3)))["p/a"]?.answered == ["q"])
  }

  @Test func tellsStepsThatHaveChangedSince() throws {
    let progress = Progress(log: log(entries))
    var step = Step(id: "one", title: "One", line: 1)
    step.digest = "1111"
    #expect(!progress.hasChanged(step, of: "p/a"))
    step.digest = "3333"
    #expect(progress.hasChanged(step, of: "p/a"))
  }

  @Test func aLogCutAtAnyByteKeepsEveryWholeLine() {
    let whole = log(entries)
    for end in 0...whole.count {
      let lines = whole[..<end].count { $0 == 0x0A }
      // A line is whole without the line break behind it.
      let isWhole = end < whole.count && whole[end] == 0x0A
      let expected = known(entries.prefix(lines + (isWhole ? 1 : 0)))
      #expect(known(Progress(log: Array(whole[..<end]))) == expected, "cut at \(end)")
      // What is done afterwards stands on a line of its own.
      let next = Progress.Entry(.passed, "p/a", step: "three", digest: "3333")
      let later = Array(whole[..<end]) + [0x0A] + log([next])
      var wanted = Progress()
      for entry in entries.prefix(lines + (isWhole ? 1 : 0)) + [next] { wanted.note(entry) }
      #expect(known(Progress(log: later)) == known(wanted), "cut at \(end)")
    }
  }

  /// What a power cut, a bad disk or an editor may leave between the lines.
  enum Garbage: CaseIterable {
    case emptyBlock, cutLine, otherJSON, unknownEvent, wrongType, noText, deepNesting, oddBreaks

    var bytes: [UInt8] {
      switch self {
      case .emptyBlock: [UInt8](repeating: 0, count: 4096)
      case .cutLine: Array("{\"event\":\"pas".utf8)
      case .otherJSON: Array("[]\n{}\nnull\n17\n\"\"".utf8)
      case .unknownEvent: Array("{\"event\":\"flown\",\"lesson\":\"p/a\"}".utf8)
      case .wrongType: Array("{\"event\":\"reset\",\"lesson\":7}".utf8)
      case .noText: [0xFF, 0xFE, 0xC3, 0x28]
      case .deepNesting: [UInt8](repeating: UInt8(ascii: "["), count: 200_000)
      case .oddBreaks: Array("\r\r\u{2028}\t".utf8)
      }
    }
  }

  @Test(arguments: Garbage.allCases)
  func whatIsNoEntryIsPassedOver(garbage: Garbage) {
    for place in 0...entries.count {
      let spoilt = log(entries[..<place]) + garbage.bytes + [0x0A] + log(entries[place...])
      #expect(known(Progress(log: spoilt)) == known(entries))
    }
  }

  @Test func aLineThatIsThereTwiceCountsOnce() {
    #expect(known(Progress(log: log(entries.flatMap { [$0, $0] }))) == known(entries))
  }

  @Test func anyBytesAreReadWithoutATrap() {
    var random = SystemRandomNumberGenerator()
    let whole = log(entries)
    for _ in 0..<2_000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...8) { bytes[Int.random(in: bytes.indices)] = .random(in: 0...255, using: &random) }
      _ = Progress(log: bytes)
    }
  }

  // MARK: Keeping

  /// Takes entries as long as there is room.
  private final class Store: ProgressStore {
    struct Full: Error, CustomStringConvertible { let description = "no space left" }

    let state: Mutex<(room: Int, entries: [Progress.Entry])>

    init(room: Int) { state = Mutex((room, [])) }

    func load() throws -> Progress { Progress() }

    func append(_ entry: Progress.Entry) throws {
      try state.withLock { state in
        guard state.entries.count < state.room else { throw Full() }
        state.entries.append(entry)
      }
    }
  }

  @Test func aFullDiskIsToldOnceAndNothingIsLostWhenThereIsRoomAgain() {
    let store = Store(room: 2)
    var keeper = ProgressKeeper(store)
    #expect(keeper.note(entries[0]) == nil)
    #expect(keeper.note(entries[1]) == nil)
    let complaint = keeper.note(entries[2])?.text ?? ""
    #expect(complaint.hasPrefix("Your progress cannot be saved (no space left). The lesson goes on"), "\(complaint)")
    #expect(keeper.note(entries[3]) == nil)
    #expect(keeper.progress.isDone("one", of: "p/a"))
    store.state.withLock { $0.room = 100 }
    #expect(keeper.note(entries[4])?.text == "Your progress is saved again, with what was done meanwhile.")
    #expect(keeper.note(entries[5]) == nil)
    #expect(store.state.withLock { $0.entries } == Array(entries[..<6]))
  }

  @Test func whatCannotBeReadIsToldAndLessonsBeginAnew() {
    struct Unreadable: ProgressStore {
      func load() throws -> Progress { throw Store.Full() }
      func append(_ entry: Progress.Entry) throws {}
    }
    var keeper = ProgressKeeper(Unreadable())
    #expect(keeper.complaint?.hasPrefix("What you have done before could not be read (no space left)") == true)
    #expect(keeper.note(entries[3]) == nil)
    #expect(keeper.progress.isDone("one", of: "p/a"))
  }

  // MARK: Comparing

  private struct Known: Equatable {
    var lesson: Progress.LessonProgress?
    var current: String?
  }

  private func known(_ progress: Progress) -> Known { Known(lesson: progress["p/a"], current: progress.current) }

  private func known(_ entries: some Sequence<Progress.Entry>) -> Known {
    var progress = Progress()
    for entry in entries { progress.note(entry) }
    return known(progress)
  }
}
