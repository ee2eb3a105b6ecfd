internal import ClusterClient
internal import Console
internal import Insight
internal import KubectlCommands
internal import LessonEngine
internal import LocalCluster

/// `podium`: the prompt with the tutor.
enum PromptVerb {
  @Sendable
  static func run(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    if let word = arguments.first { throw UsageError("podium prompt takes no words: found \"\(word)\"") }
    let paths = try settings.paths()
    let packs = try PackShelf.packs(settings)
    let launcher = ClusterLauncher(paths: paths)
    try await launcher.ensureRunning()
    try await launcher.waitForReadyNode()

    let appearance = settings.appearance
    let notices = Notices()
    let client = ClusterClient(endpoint: launcher.client, userAgent: "podium-tutor")
    let tutor = Tutor(
      packs: packs, context: try LessonFiles.context(paths), store: ProgressFile(path: paths.progress),
      records: RecordFiles(folder: paths.transcripts),
      explain: { namespace, pod in
        (try? await PodStory.gather(client, namespace: namespace, name: pod).why().lines()) ?? []
      },
      supply: { try await PackImageSupply($0).supply(paths, report: $1) },
      notify: { text in notices.tell(notice(text, appearance)) })
    KubectlLink.make(paths)
    let recorder = PodRecorder(ClusterClient(endpoint: launcher.client, userAgent: "podium-recorder"))
    let catalogue = ObjectCatalogue(ClusterClient(endpoint: launcher.client, userAgent: "podium-completion"))
    await tutor.lookForPacks { path in try PackSource.isPath(path) ? OpenedPacks.load(path, paths) : nil }
    let shell = Shell(
      commands: PromptCommands(paths: paths, packs: packs, tutor: tutor, recorder: recorder, catalogue: catalogue),
      isInteractive: appearance.isTerminal,
      historyPath: paths.history, startupPath: ClusterPaths.promptFile)
    let console = Console(
      interpreter: RecordingPrompt(shell: shell, tutor: tutor), historyPath: paths.history, appearance: appearance)
    notices.listener.withLock {
      $0 = { text in
        console.notify(text)
        // The next step has another number.
        console.renewPrompt()
      }
    }
    if appearance.isTerminal {
      StandardOutput.print(TutorRendering.text(greeting(packs, goesOn: await tutor.hasLessonUnderWay), appearance))
    }
    let resumed = await tutor.resume()
    if !resumed.isEmpty {
      StandardOutput.print(TutorRendering.text((appearance.isTerminal ? [.blank] : []) + resumed, appearance))
    }
    return await withTaskGroup(of: Int32?.self) { group in
      group.addTask {
        try? await tutor.run()
        return nil
      }
      group.addTask {
        await recorder.run()
        return nil
      }
      if appearance.isTerminal {
        group.addTask {
          await catalogue.run()
          return nil
        }
      }
      group.addTask {
        let code = await console.run()
        await shell.endJobs()
        if appearance.isTerminal, let farewell = await tutor.farewell {
          StandardOutput.print(TutorRendering.text(farewell, appearance))
        }
        return code
      }
      while let ended = await group.next() {
        guard let code = ended else { continue }
        group.cancelAll()
        return code
      }
      return 0
    }
  }

  /// What the tutor says unasked; the width may be another one than at the start.
  private static func notice(_ text: [TutorText], _ appearance: Appearance) -> String {
    var appearance = appearance
    guard let window = WindowSize.of(1) else { return TutorRendering.text(text, appearance) }
    appearance.width = window.columns
    let shown = TutorRendering.text(text, appearance)
    if shown.count(where: { $0 == "\n" }) < window.rows - 3 { return shown }
    return shown + "\n" + TutorRendering.text([.blank, .plain("task shows this step from its beginning.")], appearance)
  }

  private static func greeting(_ packs: [Pack], goesOn: Bool) -> [TutorText] {
    let first = packs.first?.lessons.first?.id ?? ""
    let next = goesOn ? "" : "start \(first) begins the first lesson, lessons lists them all. "
    return [
      .plain("Podium \(Version.podium): a Kubernetes of your own, to learn Pods by running them."),
      .plain(
        next + "Every kubectl command works, with or without the word kubectl. help says more, quit leaves."),
    ]
  }
}
