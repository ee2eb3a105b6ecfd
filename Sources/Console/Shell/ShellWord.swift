internal import Glibc
internal import SystemIO

/// A word that the shell itself understands: a row each.
struct ShellWord: Sendable {
  struct Call: Sendable {
    let shell: Shell
    let words: [String]
    let streams: CommandStreams

    func fail(_ text: String, exitCode: Int32 = 1) async -> Outcome {
      await streams.writeError(text + "\n")
      return .continue(exitCode: exitCode)
    }

    func print(_ lines: [String]) async -> Outcome {
      do {
        for line in lines { try await streams.write(line + "\n") }
        return .continue
      } catch {
        return .continue(exitCode: 141)
      }
    }
  }

  let name: String
  let summary: String
  /// Some words are also commands of the program: only these arguments make them the shell's.
  var takes: @Sendable ([String]) -> Bool = { _ in true }
  /// Whether it may have much to tell.
  var tells = false
  let run: @Sendable (Call) async -> Outcome

  static func find(_ words: [String]) -> ShellWord? {
    guard let first = words.first else { return nil }
    if first.hasPrefix("%") { return ShellWord(name: first, summary: "") { await foreground($0, first) } }
    return all.first { $0.name == first && $0.takes(Array(words.dropFirst())) }
  }

  static let all: [ShellWord] = [
    ShellWord(name: "exit", summary: "leave; the cluster stays", run: exit),
    ShellWord(name: "quit", summary: "leave; the cluster stays", run: exit),
    ShellWord(name: "jobs", summary: "list what runs behind the prompt", run: jobs),
    ShellWord(name: "fg", summary: "put a job in front: fg %1") { await foreground($0, $0.words.first) },
    ShellWord(name: "bg", summary: "let a stopped job go on behind the prompt", run: background),
    ShellWord(name: "kill", summary: "end a job: kill %1", takes: { $0.contains { $0.hasPrefix("%") } }, run: kill),
    ShellWord(name: "wait", summary: "wait for jobs", takes: { $0.allSatisfy { $0.hasPrefix("%") } }, run: wait),
    ShellWord(name: "cd", summary: "change the folder", run: changeFolder),
    ShellWord(name: "export", summary: "give variables to programs: export NAME=VALUE", run: export),
    ShellWord(name: "unset", summary: "forget variables", run: unset),
    ShellWord(name: "alias", summary: "name a command: alias kgp='get pods'", run: alias),
    ShellWord(name: "unalias", summary: "forget such a name", run: unalias),
    ShellWord(name: "history", summary: "list the commands of this and earlier sessions", tells: true, run: history),
    ShellWord(name: "source", summary: "run the commands of a file", run: source),
    ShellWord(name: ".", summary: "run the commands of a file", run: source),
  ]

  // MARK: Leaving

  @Sendable
  private static func exit(_ call: Call) async -> Outcome {
    guard let word = call.words.first else {
      // A script is judged by its last command; who leaves a prompt has not failed.
      return .quit(call.shell.sharesTerminal ? 0 : Int32(call.shell.value("?") ?? "") ?? 0)
    }
    guard let code = Int32(word) else { return await call.fail("exit: \(word): an exit code is a number", exitCode: 2) }
    return .quit(code & 0xFF)
  }

  // MARK: Jobs

  @Sendable
  private static func jobs(_ call: Call) async -> Outcome {
    await call.print(
      call.shell.jobs.map { job in
        let standing = if case .stopped = job.standing { "Stopped" } else { "Running" }
        return "[\(job.number ?? 0)]   \(standing)   \(job.text)"
      })
  }

  @Sendable
  private static func foreground(_ call: Call, _ name: String?) async -> Outcome {
    guard let job = call.shell.job(name) else { return await noJob(call, name) }
    return await call.shell.bringToFront(job, call.streams.session)
  }

  @Sendable
  private static func background(_ call: Call) async -> Outcome {
    guard let job = call.shell.job(call.words.first) else { return await noJob(call, call.words.first) }
    job.continue()
    return await call.print(["[\(job.number ?? 0)] \(job.text)"])
  }

  private static func noJob(_ call: Call, _ name: String?) async -> Outcome {
    await call.fail(name.map { "\($0): no such job: jobs lists them" } ?? "no job runs behind the prompt")
  }

  @Sendable
  private static func kill(_ call: Call) async -> Outcome {
    var signal: Int32?
    for word in call.words {
      if word.hasPrefix("-") {
        guard let number = signalNumber(String(word.dropFirst())) else {
          return await call.fail("kill: \(word): no such signal: TERM, INT, HUP, KILL, STOP and CONT are usual")
        }
        signal = number
      } else if let job = call.shell.job(word), word.hasPrefix("%") {
        // What runs in this program knows no signals: it is cancelled.
        if let signal, job.group != nil { job.send(signal) } else { job.interrupt(signal ?? SIGTERM) }
      } else {
        return await noJob(call, word)
      }
    }
    return .continue
  }

  private static func signalNumber(_ name: String) -> Int32? {
    if let number = Int32(name), number > 0, number < 65 { return number }
    let names = [
      "HUP": SIGHUP, "INT": SIGINT, "QUIT": SIGQUIT, "KILL": SIGKILL, "TERM": SIGTERM, "STOP": SIGSTOP,
      "CONT": SIGCONT, "USR1": SIGUSR1, "USR2": SIGUSR2,
    ]
    return names[name.hasPrefix("SIG") ? String(name.dropFirst(3)) : name]
  }

  @Sendable
  private static func wait(_ call: Call) async -> Outcome {
    var outcome = Outcome.continue
    for name in call.words where call.shell.job(name) == nil { return await noJob(call, name) }
    for job in call.words.isEmpty ? call.shell.jobs : call.words.compactMap({ call.shell.job($0) }) {
      let standing = await withTaskCancellationHandler {
        await job.pause()
      } onCancel: {
        // Waiting ends with the job, or with the key that ends both.
        job.interrupt()
      }
      if case .ended(let end) = standing { outcome = .continue(exitCode: end.exitCode) }
    }
    return outcome
  }

  // MARK: Places and names

  @Sendable
  private static func changeFolder(_ call: Call) async -> Outcome {
    let shell = call.shell
    guard call.words.count < 2 else { return await call.fail("cd: it takes one folder") }
    guard let folder = call.words.first == "-" ? shell.value("OLDPWD") : call.words.first ?? shell.value("HOME") else {
      return await call.fail("cd: there is no such folder to go to yet")
    }
    let before = workingDirectory
    guard chdir(folder) == 0 else { return await call.fail("cd: \(folder): \(String(cString: strerror(errno)))") }
    shell.set("OLDPWD", before)
    shell.set("PWD", workingDirectory)
    return call.words.first == "-" ? await call.print([folder]) : .continue
  }

  private static var workingDirectory: String {
    guard let path = getcwd(nil, 0) else { return "" }
    defer { free(path) }
    return String(cString: path)
  }

  @Sendable
  private static func export(_ call: Call) async -> Outcome {
    for word in call.words {
      let name = String(word.prefix { $0 != "=" })
      guard name.isVariableName else { return await call.fail("export: \(word): not the name of a variable") }
      if word.contains("=") { call.shell.set(name, String(word.dropFirst(name.count + 1))) }
      call.shell.export(name)
    }
    if !call.words.isEmpty { return .continue }
    return await call.print(
      call.shell.exported.sorted { $0.key < $1.key }.map { "export \($0.key)=\(quoted($0.value))" })
  }

  @Sendable
  private static func unset(_ call: Call) async -> Outcome {
    call.shell.state.withLock { state in
      for name in call.words { state.variables[name] = nil }
    }
    return .continue
  }

  @Sendable
  private static func alias(_ call: Call) async -> Outcome {
    var lines: [String] = []
    for word in call.words {
      let name = String(word.prefix { $0 != "=" })
      if word.contains("=") {
        call.shell.state.withLock { $0.aliases[name] = String(word.dropFirst(name.count + 1)) }
      } else if let text = call.shell.aliases[name] {
        lines.append("alias \(name)=\(quoted(text))")
      } else {
        return await call.fail("alias: \(name): no such alias")
      }
    }
    if call.words.isEmpty {
      lines = call.shell.aliases.sorted { $0.key < $1.key }.map { "alias \($0.key)=\(quoted($0.value))" }
    }
    return await call.print(lines)
  }

  private static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }

  @Sendable
  private static func unalias(_ call: Call) async -> Outcome {
    for name in call.words where call.shell.aliases[name] == nil {
      return await call.fail("unalias: \(name): no such alias")
    }
    call.shell.state.withLock { state in
      for name in call.words { state.aliases[name] = nil }
    }
    return .continue
  }

  @Sendable
  private static func history(_ call: Call) async -> Outcome {
    guard let path = call.shell.historyPath else { return .continue }
    guard let entries = try? HistoryFile(path: path).load() else {
      return await call.fail("history: \(path) cannot be read")
    }
    return await call.print(
      entries.enumerated().map { String(repeating: " ", count: max(0, 5 - "\($0 + 1)".count)) + "\($0 + 1)  \($1)" })
  }

  @Sendable
  private static func source(_ call: Call) async -> Outcome {
    guard let path = call.words.first else {
      return await call.fail("source: the name of a file is missing", exitCode: 2)
    }
    do {
      return await call.shell.run(try Files.readText(path), in: call.streams.session)
    } catch {
      return await call.fail("source: \(error)")
    }
  }
}
