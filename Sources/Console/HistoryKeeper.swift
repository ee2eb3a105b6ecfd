internal import SystemIO

/// Writes the history on a thread of its own, so that no command waits for the disk.
actor HistoryKeeper {
  private let executor = ThreadExecutor()
  private let file: HistoryFile
  private let screen: Screen
  private var hasReportedFailure = false

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(file: HistoryFile, screen: Screen) {
    self.file = file
    self.screen = screen
  }

  deinit { executor.stop() }

  /// The commands of earlier sessions.
  func load() -> [String] {
    do {
      return try file.load()
    } catch {
      report(error)
      return []
    }
  }

  func append(_ command: String) {
    do {
      try file.append(command)
    } catch {
      report(error)
    }
  }

  /// Once: a full disk does not become fuller by complaining at every line.
  private func report(_ error: SystemCallError) {
    if hasReportedFailure { return }
    hasReportedFailure = true
    screen.notify("History is not kept: \(error). Commands work as before.")
  }
}
