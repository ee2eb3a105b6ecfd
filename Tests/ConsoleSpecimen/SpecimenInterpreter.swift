import Console
import Glibc
import Synchronization

/// A language of a dozen words, one for each thing that a console must bear with.
struct SpecimenInterpreter: Interpreter {
  let notices = Notices()

  /// Where commands that outlive their line report.
  final class Notices: Sendable {
    private let sink = Mutex<(@Sendable (String) -> Void)?>(nil)
    private let name = Mutex("specimen")

    /// What the prompt says; `become NAME` as a notice changes it.
    var promptName: String { name.withLock { $0 } }

    func setSink(_ sink: @escaping @Sendable (String) -> Void) { self.sink.withLock { $0 = sink } }

    func send(_ text: String) {
      if text.hasPrefix("become ") { name.withLock { $0 = String(text.dropFirst("become ".count)) } }
      sink.withLock { $0 }?(text)
    }
  }

  func prompt() async -> Prompt { Prompt("\(notices.promptName, .heading)> ", continuation: "... ") }

  func complete(_ line: String, cursor: Int) async -> [Completion] {
    let before = line.prefix(cursor)
    let word = String(before.split(separator: " ", omittingEmptySubsequences: false).last ?? "")
    if before.hasPrefix("slow ") {
      try? await Task.sleep(for: .seconds(30))
      return []
    }
    let candidates =
      before.contains(" ")
      ? [
        Completion("größe"), Completion("pod/web-1"), Completion("pod/web-2"), Completion("folder/", addsSpace: false),
      ]
      : [
        Completion("echo", description: "Print the words"), Completion("exit", description: "End the session"),
        Completion("create", description: "Make something"), Completion("creature", description: "Something made"),
      ]
    return candidates.filter { $0.text.hasPrefix(word) }
  }

  func isComplete(_ text: String) -> Bool {
    !text.hasSuffix("\\") && text.count { $0 == "'" }.isMultiple(of: 2)
  }

  func run(_ line: String, in session: ConsoleSession) async -> Outcome {
    let words = line.split { $0 == " " || $0 == "\n" }.map(String.init)
    let rest = line.split(separator: " ", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
    switch words.first {
    case "echo": session.write(rest + "\n")
    case "partial": session.write(rest)
    case "styled": session.write("state: \("fine", .ok)\n")
    case "complain": session.writeError(rest + "\n")
    case "exit": return .quit(Int32(rest) ?? 0)
    case "fail": return .continue(exitCode: Int32(rest) ?? 1)
    case "size": session.write("\(session.appearance.width) columns\n")
    case "notify": session.notify(rest)
    case "when":
      let notices = notices
      let path = words[1]
      let text = words.dropFirst(2).joined(separator: " ")
      // Outlives its command on purpose, as a background job does.
      Task {
        while access(path, F_OK) != 0 { try await Task.sleep(for: .milliseconds(5)) }
        notices.send(text)
      }
    case "wait":
      session.write("waiting\n")
      do { try await Task.sleep(for: .seconds(60)) } catch { session.write("stopped waiting\n") }
    case "last":
      session.write("working\n")
      while access(words[1], F_OK) != 0 { try? await Task.sleep(for: .milliseconds(5)) }
      // By now the notice has been sent.
      try? await Task.sleep(for: .milliseconds(200))
      session.write("the last line\n")
    case "stubborn":
      session.write("deaf\n")
      let end = ContinuousClock.now + .seconds(20)
      while ContinuousClock.now < end { await Task.yield() }
    case "flood":
      for number in 0..<(Int(rest) ?? 1000) where !Task.isCancelled { session.write("flood \(number)\n") }
    case "cat": return await cat(session)
    case "raw": return await raw(session)
    case "watch": return await watch(session)
    case "crash": fatalError("as ordered")
    default:
      session.writeError("unknown word: \(line)\n")
      return .continue(exitCode: 127)
    }
    return .continue
  }

  private func cat(_ session: ConsoleSession) async -> Outcome {
    while let bytes = try? await session.readInput(), !bytes.isEmpty { session.write(bytes: bytes) }
    session.write("end of input\n")
    return .continue
  }

  /// Shows keys as numbers until q.
  private func raw(_ session: ConsoleSession) async -> Outcome {
    let result: Void? = try? await session.withRawTerminal {
      session.write("every key counts\r\n")
      while true {
        let bytes = try await session.readInput()
        session.write("\(bytes)\r\n")
        if bytes.isEmpty || bytes.contains(UInt8(ascii: "q")) { return }
        if bytes.contains(UInt8(ascii: "!")) { fatalError("in raw mode") }
      }
    }
    return result == nil ? .continue(exitCode: 1) : .continue
  }

  /// Shows every size until the window is 100 columns wide.
  private func watch(_ session: ConsoleSession) async -> Outcome {
    for await size in session.windowSizes() {
      session.write("size \(size.columns)x\(size.rows)\n")
      if size.columns == 100 { break }
    }
    return .continue
  }
}
