internal import Console
internal import KubectlCommands
internal import LessonEngine
internal import LocalCluster

/// The language of the prompt: kubectl's commands, the tutor's few words, and the way out.
struct PromptInterpreter: Interpreter {
  let paths: ClusterPaths
  let packs: [Pack]
  let tutor: Tutor

  func prompt() async -> Prompt {
    guard let place = await tutor.place else { return "podium> " }
    return Prompt(StyledText("\(place) ", .heading) + "podium> ")
  }

  func isComplete(_ text: String) -> Bool {
    do {
      _ = try CommandWords.split(text)
      return true
    } catch {
      return false
    }
  }

  func complete(_ line: String, cursor: Int) async -> [Completion] {
    let words = line.prefix(cursor).split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    let last = words.last ?? ""
    let earlier = words.dropLast().filter { !$0.isEmpty }
    if earlier.isEmpty {
      let own = TutorWord.all.map { Completion($0.name, description: $0.summary) }
      let known = await kubectlCompletions([], last) + [Completion("kubectl", description: "a command for the cluster")]
      return (own + known).filter { $0.text.hasPrefix(last) }
    }
    if earlier == ["start"] {
      return await tutor.lessonIDs.filter { $0.id.hasPrefix(last) }.map { Completion($0.id, description: $0.title) }
    }
    let isKubectl = earlier.first == "kubectl" || earlier.first == "k"
    return await kubectlCompletions(isKubectl ? Array(earlier.dropFirst()) : earlier, last)
  }

  private func kubectlCompletions(_ words: [String], _ last: String) async -> [Completion] {
    await Kubectl.complete(words + [last], context: LocalConnection.context(paths)).map {
      Completion($0.text, description: $0.description, addsSpace: !$0.text.hasSuffix("=") && !$0.text.hasSuffix("/"))
    }
  }

  func run(_ line: String, in session: ConsoleSession) async -> Outcome {
    var words: [String]
    do {
      words = try CommandWords.split(line)
    } catch {
      session.writeError("\(error)\n")
      return .continue(exitCode: 2)
    }
    guard let first = words.first else { return .continue }
    if first == "exit" || first == "quit" { return .quit(0) }
    if let word = TutorWord.all.first(where: { $0.name == first }) {
      return await word.run(TutorWord.Call(tutor: tutor, words: Array(words.dropFirst()), session: session))
    }
    if first == "kubectl" || first == "k" { words.removeFirst() }
    // The cluster may have ended meanwhile: it is started again by whoever needs it.
    do {
      try await ClusterLauncher(paths: paths).ensureUsable()
    } catch {
      session.writeError("\(error)\n")
      return .continue(exitCode: 1)
    }
    let context = LocalConnection.context(paths, searching: packs.map(\.filesFolder))
    return .continue(exitCode: await Kubectl.run(words, context: context, io: SessionIO(session: session)))
  }
}
