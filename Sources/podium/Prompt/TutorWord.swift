internal import Console
internal import LessonEngine
internal import SystemIO

/// A word that the tutor understands: a row each.
struct TutorWord: Sendable {
  struct Call: Sendable {
    let tutor: Tutor
    let words: [String]
    let streams: CommandStreams

    func show(_ text: [TutorText]) async {
      if text.isEmpty { return }
      // A reader that has gone does not need the rest.
      try? await streams.write(TutorRendering.text(text, streams.appearance) + "\n")
    }
  }

  let name: String
  let summary: String
  /// What follows the word.
  var argument = ""
  let run: @Sendable (Call) async -> Outcome

  /// A word that only shows something.
  init(_ name: String, _ summary: String, _ text: @escaping @Sendable (Call) async -> [TutorText]) {
    self.name = name
    self.summary = summary
    run = { call in
      await call.show(await text(call))
      return .continue
    }
  }

  init(_ name: String, argument: String, _ summary: String, run: @escaping @Sendable (Call) async -> Outcome) {
    self.name = name
    self.summary = summary
    self.argument = argument
    self.run = run
  }

  static let all: [TutorWord] = [
    TutorWord("lessons", argument: "[--done]", "list the lessons, or what you have learnt in them") { call in
      switch call.words {
      case []: await call.show(await call.tutor.lessons())
      case ["--done"]: await call.show(await call.tutor.doneLessons())
      default:
        await call.streams.writeError("lessons knows --done and nothing else; start NAME begins a lesson\n")
        return .continue(exitCode: 2)
      }
      return .continue
    },
    TutorWord("start", argument: "NAME", "begin a lesson, or go on with it") { call in
      guard let id = call.words.first else {
        await call.streams.writeError("start needs the name of a lesson: lessons lists them\n")
        return .continue(exitCode: 2)
      }
      await call.show(await call.tutor.start(id))
      return .continue
    },
    TutorWord("task", "show the step again") { await $0.tutor.task() },
    TutorWord("check", "say what holds and what is still missing") { call in
      await call.tutor.check { await call.show([.plain($0)]) }
    },
    TutorWord("hint", "help with the step; again for more") { await $0.tutor.hint() },
    TutorWord("why", "say why the first open condition does not hold") { await $0.tutor.why() },
    TutorWord("answer", argument: "TEXT", "answer a question of the step") { call in
      await call.show(await call.tutor.answer(call.words))
      return .continue
    },
    TutorWord("next", "leave out a step that may be left out") { await $0.tutor.next() },
    TutorWord("skip", "have the step done for you, aloud") { call in
      await call.tutor.skip { await call.show($0) }
    },
    TutorWord("back", "go back to the step before, or to the lesson") { await $0.tutor.back() },
    TutorWord("reset", argument: "step|lesson", "begin the step or the lesson anew") { call in
      await call.show(await call.tutor.reset(call.words.first ?? ""))
      return .continue
    },
    TutorWord("explore", "try things in a namespace beside the lesson") { await $0.tutor.explore() },
    TutorWord("status", "show how far the lesson is") { await $0.tutor.status() },
    TutorWord("debrief", "show what to take away from the lesson") { await $0.tutor.debrief() },
    TutorWord("transcript", argument: "[FILE]", "show the lesson as you did it, or keep it in a file") { call in
      await transcript(call)
    },
    TutorWord("leave", "leave the lesson; its namespace is removed, and made again on return") {
      await $0.tutor.leave()
    },
    TutorWord("help", "show this list") { _ in
      [
        .heading("The lesson"),
        .table(all.map { [$0.argument.isEmpty ? $0.name : $0.name + " " + $0.argument, $0.summary] }),
        .blank,
        .heading("Besides"),
        .plain(Shell.words.joined(separator: ", ")),
        .plain(
          "Everything else is kubectl (get pods, describe pod NAME, …) or a program of this machine (ls, grep, …). | > < ; && || & $VAR work as in a shell; !COMMAND is left to the machine's shell as a whole."
        ),
      ]
    },
  ]

  private static func transcript(_ call: Call) async -> Outcome {
    guard let text = await call.tutor.transcript() else {
      await call.show([.plain("There is nothing to write down yet: lessons lists the lessons, start NAME begins one.")])
      return .continue
    }
    guard let file = call.words.first else {
      try? await call.streams.write(text)
      return .continue
    }
    do {
      if Files.exists(file) { throw UsageError("\(file) is there already: choose another name") }
      try Files.write(text, to: file, mode: 0o644)
      await call.show([.plain("The lesson is written to \(file), in Markdown.")])
      return .continue
    } catch {
      await call.streams.writeError("transcript: \(error)\n")
      return .continue(exitCode: 1)
    }
  }
}
