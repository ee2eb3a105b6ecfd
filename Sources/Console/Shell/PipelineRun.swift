internal import CLinux
internal import Glibc
internal import SystemIO

/// Runs the commands of one pipeline side by side.
struct PipelineRun: Sendable {
  let shell: Shell
  let session: ConsoleSession
  let job: Job
  /// Where the whole pipeline reads and writes.
  let input: Endpoint
  let output: Endpoint
  let errors: Endpoint
  /// What lends the terminal; nil for what runs behind the prompt.
  let control: ForegroundControl?

  private enum Command: Sendable {
    case own([String])
    case shellWord(ShellWord, [String])
    case program(String, [String])
    /// Only assignments or redirections.
    case nothing
    case failed(String, exitCode: Int32)
  }

  private struct Stage: Sendable {
    var command: Command
    var variables: [String: String] = [:]
    var ends: [Int32: Endpoint]

    func close() { for end in ends.values { end.close() } }
  }

  func run(_ pipeline: PipelineText) async -> Outcome {
    var stages: [Stage]
    do {
      stages = try await prepare(pipeline)
    } catch {
      await tell("\(error)")
      return .continue(exitCode: 1)
    }
    let pages = pager(of: stages)
    let held = pages == nil ? nil : hold(&stages)
    var last = await run(stages)
    if let held, let pages { await show(held, pages) }
    if stages.count > 1 { last.quits = false }
    if pipeline.isNegated { last.exitCode = last.exitCode == 0 ? 1 : 0 }
    return last
  }

  // MARK: Pages

  /// How a single command in front of a person is shown if it tells more than fits on the screen; nil when as it comes.
  private func pager(of stages: [Stage]) -> Pager? {
    guard stages.count == 1, control != nil, case .screen? = stages[0].ends[1] else { return nil }
    var isInSections = false
    switch stages[0].command {
    case .own(let words):
      guard shell.commands.tells(words) else { return nil }
      isInSections = shell.commands.tellsInSections(words)
    case .shellWord(let word, _): guard word.tells else { return nil }
    default: return nil
    }
    return Pager.choose(session.appearance, isInSections: isInSections, path: shell.path) { shell.value($0) }
  }

  /// Keeps back what the command tells, until it is known how much it is.
  private func hold(_ stages: inout [Stage]) -> HeldOutput {
    let held = HeldOutput(session)
    stages[0].ends[1] = .held(held)
    if case .screenErrors? = stages[0].ends[2] { stages[0].ends[2] = .heldErrors(held) }
    return held
  }

  private func show(_ held: HeldOutput, _ pager: Pager) async {
    if !Task.isCancelled, let window = WindowSize.of(session.output), let text = held.takeTallText(window) {
      session.bearWitness(to: text)
      switch pager {
      case .sections: await SectionPager.show(text, window, session)
      case .program(let command): await show(text, command)
      }
    }
    held.passOn()
  }

  private func show(_ text: String, _ pager: String) async {
    guard let document = try? Self.reading(text) else { return session.writePage(text) }
    let stage = Stage(
      command: .program("/bin/sh", ["sh", "-c", pager]),
      ends: [0: .descriptor(document), 1: .screen, 2: .screenErrors])
    // Without a pager that works the text is not lost.
    if await run([stage]).exitCode == 127 { session.writePage(text) }
  }

  // MARK: Running

  private func run(_ stages: [Stage]) async -> Outcome {
    // The first stage knows whether keys are for it.
    let lendsAtOnce = if case .program = stages[0].command { true } else { false }
    var outcomes = [Outcome](repeating: .continue, count: stages.count)
    await withTaskGroup(of: (Int, Outcome)?.self) { group in
      var leader: pid_t?
      var children: [(index: Int, child: pid_t)] = []
      for (index, stage) in stages.enumerated() {
        guard case .program(let file, let words) = stage.command else {
          group.addTask { (index, await perform(stage)) }
          continue
        }
        do throws(SystemCallError) {
          let (child, pumps) = try start(
            file, words, stage, group: leader ?? 0, takesTerminal: lendsAtOnce && leader == nil && control != nil)
          for pump in pumps {
            group.addTask {
              await pump.value
              return nil
            }
          }
          if !shell.sharesTerminal {
            job.add(child)
          } else if leader == nil {
            leader = child
            job.add(-child)
            if lendsAtOnce { control?.lend(to: child) }
          }
          children.append((index, child))
        } catch {
          await tell("\(words[0]): \(error.reason)")
          outcomes[index] = .continue(exitCode: error.errno == ENOENT ? 127 : 126)
        }
        stage.close()
      }
      // Only now: a group can be joined as long as nobody has taken note of its leader's end.
      for (index, child) in children {
        group.addTask { [leader] in (index, await follow(child, group: leader)) }
      }
      for await case (let index, let outcome)? in group {
        outcomes[index] = outcome
        // The key that ended a program was meant for the whole line.
        if outcome.exitCode == 128 + SIGINT { job.interrupt() }
      }
      if let leader { job.remove(-leader) }
      control?.takeBack()
    }
    return outcomes[outcomes.count - 1]
  }

  private func tell(_ text: String) async {
    await CommandStreams(
      session: session, variables: [:], input: .nothing, output: .nothing, errors: errors, onReading: {}
    ).writeError("podium: " + text + "\n")
  }

  // MARK: Preparing

  /// Opens every file and every pipe before anything runs: a line that cannot run whole does nothing.
  private func prepare(_ pipeline: PipelineText) async throws -> [Stage] {
    var stages: [Stage] = []
    var next = input
    for (index, form) in pipeline.commands.enumerated() {
      var ends: [Int32: Endpoint] = [0: next, 1: output, 2: errors]
      if index < pipeline.commands.count - 1 {
        let pipe = try PipeEnds()
        ends[1] = .descriptor(pipe.writing)
        next = .descriptor(pipe.reading)
      }
      var stage = Stage(command: .nothing, ends: ends)
      switch form {
      case .script(let text, let redirections):
        let machineShell = MachineProgram.find("bash", path: shell.path) ?? "/bin/sh"
        stage.command = .program(machineShell, ["podium", "-c", text])
        let expansion = shell.expansion(session, job)
        for redirection in redirections { try await apply(redirection, expansion, &stage) }
      case .simple(let command):
        try await prepare(command, &stage, isFed: index > 0)
      }
      stages.append(stage)
    }
    return stages
  }

  private func prepare(_ command: SimpleCommand, _ stage: inout Stage, isFed: Bool) async throws {
    let expansion = shell.expansion(session, job)
    let words = await expansion.words(command.words)
    for assignment in command.assignments {
      let value = await expansion.text(assignment.value)
      if words.isEmpty { shell.set(assignment.name, value) } else { stage.variables[assignment.name] = value }
    }
    for redirection in command.redirections { try await apply(redirection, expansion, &stage) }
    guard let first = words.first else { return }
    if let word = ShellWord.find(words) {
      stage.command = .shellWord(word, Array(words.dropFirst()))
    } else if !isFed && shell.commands.owns(first) {
      stage.command = .own(words)
    } else if let file = MachineProgram.find(first, path: shell.path) {
      stage.command = .program(file, words)
    } else if shell.commands.owns(first) {
      stage.command = .own(words)
    } else {
      stage.command = .failed(shell.commands.complaint(about: first), exitCode: 127)
    }
  }

  private func apply(_ redirection: Redirection, _ expansion: WordExpansion, _ stage: inout Stage) async throws {
    let end: Endpoint
    switch redirection.target {
    case .reading(let word):
      end = .descriptor(OwnedDescriptor(try Files.open(await expansion.text(word), O_RDONLY)))
    case .writing(let word, let appends):
      let flags = O_WRONLY | O_CREAT | (appends ? O_APPEND : O_TRUNC)
      end = .descriptor(OwnedDescriptor(try Files.open(await expansion.text(word), flags, mode: 0o666)))
    case .text(let word): end = .descriptor(try Self.reading(await expansion.text(word)))
    case .same(let number):
      guard let other = stage.ends[number] else {
        throw ShellError("descriptor \(number) is not open here: 0, 1 and 2 are")
      }
      end = other
    }
    stage.ends[redirection.descriptor] = end
  }

  /// A text as something to read from; a pipe might be too short for it.
  private static func reading(_ text: String) throws(SystemCallError) -> OwnedDescriptor {
    let file = try MemoryFile(text, name: "document")
    return OwnedDescriptor(try Files.open(file.path, O_RDONLY))
  }

  // MARK: Our own commands

  private func perform(_ stage: Stage) async -> Outcome {
    var inTerminal: (@Sendable (ProcessLaunch) async throws -> Int32)?
    if control != nil { inTerminal = { try await runInTerminal($0) } }
    let streams = CommandStreams(
      session: session, variables: shell.exported.merging(stage.variables) { _, new in new },
      input: stage.ends[0] ?? .nothing, output: stage.ends[1] ?? .nothing, errors: stage.ends[2] ?? .nothing,
      onReading: { _ = control?.takeBack() }, runProgram: inTerminal)
    defer { streams.close() }
    switch stage.command {
    case .own(let words): return await shell.commands.run(words, streams)
    case .shellWord(let word, let words):
      return await word.run(ShellWord.Call(shell: shell, words: words, streams: streams))
    case .failed(let text, let code):
      await streams.writeError(text + "\n")
      return .continue(exitCode: code)
    case .nothing, .program: return .continue
    }
  }

  // MARK: Programs of the machine

  private func start(
    _ file: String, _ words: [String], _ stage: Stage, group: pid_t, takesTerminal: Bool
  ) throws(SystemCallError) -> (child: pid_t, pumps: [Task<Void, Never>]) {
    var variables = shell.exported
    for (name, value) in shell.commands.programVariables { variables[name] = value }
    if let folder = shell.commands.programFolder { variables["PATH"] = folder + ":" + shell.path }
    for (name, value) in stage.variables { variables[name] = value }
    var launch = ProcessLaunch(file, words, environment: Environment.all(with: variables))
    if shell.sharesTerminal {
      launch.group = group
      if takesTerminal {
        control?.rememberMode()
        launch.terminal = session.input
      }
    }
    var borrowed: [OwnedDescriptor] = []
    defer { for descriptor in borrowed { descriptor.close() } }
    var pumped: [(OwnedDescriptor, any ByteSink)] = []
    for (number, end) in stage.ends {
      var source: Int32
      switch end {
      case .keyboard: source = session.input
      case .screen: source = session.output
      case .screenErrors: source = session.error
      case .descriptor(let descriptor): source = descriptor.number
      case .nothing:
        borrowed.append(OwnedDescriptor(try Files.open("/dev/null", O_RDWR)))
        source = borrowed[borrowed.count - 1].number
      case .held, .heldErrors: source = number == 1 ? session.output : session.error
      case .sink(let sink):
        let pipe = try PipeEnds()
        borrowed.append(pipe.writing)
        pumped.append((pipe.reading, sink))
        source = pipe.writing.number
      }
      // One that is a target as well would be gone when its turn comes.
      if source <= 2, source != number {
        source = try systemCall("dup") { clinux_fcntl_duplicate(source, 10) }
        borrowed.append(OwnedDescriptor(source))
      }
      launch.descriptors[number] = source
    }
    let child = try launch.start()
    return (child, pumped.map { Self.pump($0.awaited("output of \(words[0])"), into: $1) })
  }

  /// Goes on to the end of the output, also when the line is interrupted.
  private static func pump(_ reading: Descriptor, into sink: any ByteSink) -> Task<Void, Never> {
    Task {
      while let bytes = try? await reading.read(), !bytes.isEmpty { sink.take(bytes) }
      reading.close()
    }
  }

  /// Runs a program that one of our own commands needs, as one that was typed: it may be stopped and put in front again.
  private func runInTerminal(_ launch: ProcessLaunch) async throws -> Int32 {
    var launch = launch
    launch.group = 0
    launch.terminal = session.input
    control?.rememberMode()
    let child = try launch.start()
    job.add(-child)
    control?.lend(to: child)
    defer {
      job.remove(-child)
      control?.takeBack()
    }
    session.screen.enter(.raw)
    // It may have been stopped, and end while the next line is being typed.
    defer { session.screen.leaveRaw() }
    return await follow(child, group: child).exitCode
  }

  /// Waits for the end of a program, and tells the job of its stops.
  private func follow(_ child: pid_t, group: pid_t?) async -> Outcome {
    let end = await MachineProgram.end(of: child) { change in
      switch change {
      case .continued: job.change(to: .running)
      case .stopped(let signal):
        guard let group else { return }
        // It wants the terminal, and nobody else in the line needs it; or it wanted it before it was lent.
        if signal == SIGTTIN || signal == SIGTTOU, job.isInFront, let control {
          if !control.isLent(to: group) { control.lend(to: group) }
          kill(-group, SIGCONT)
          return
        }
        if let left = control?.takeBack() { job.mode = TerminalState(mode: left) }
        job.change(to: .stopped(signal: signal))
      }
    }
    if shell.sharesTerminal == false { job.remove(child) }
    // The terminal has echoed the key and stays behind it.
    if end.signal == SIGINT, let group, control?.isLent(to: group) == true { session.write("\n") }
    if let signal = end.signal, signal != SIGINT, signal != SIGPIPE {
      await tell("\(String(cString: strsignal(signal)))")
    }
    return .continue(exitCode: end.exitCode)
  }
}
