internal import Glibc
internal import Synchronization
internal import SystemIO

/// The machine's own programs: where they are, and how they are doing once started.
enum MachineProgram {
  /// The file that a word names, found as a shell finds it.
  static func find(_ word: String, path: String) -> String? {
    if word.contains("/") { return isProgram(word) ? word : nil }
    for folder in path.split(separator: ":", omittingEmptySubsequences: false) {
      let file = (folder.isEmpty ? "." : String(folder)) + "/" + word
      if isProgram(file) { return file }
    }
    return nil
  }

  private static func isProgram(_ file: String) -> Bool { access(file, X_OK) == 0 && !Files.isDirectory(file) }

  /// The names that begin with a prefix, for completion.
  static func names(from prefix: String, path: String) -> Set<String> {
    var names: Set<String> = []
    for folder in path.split(separator: ":") {
      for name in (try? Files.list(String(folder))) ?? [] where name.hasPrefix(prefix) { names.insert(name) }
    }
    return names
  }

  /// What a program does while it has not ended.
  enum Change: Sendable, Equatable {
    case stopped(signal: Int32)
    case continued
  }

  struct End: Sendable, Equatable {
    var exitCode: Int32
    var signal: Int32?
  }

  /// Waits for the end of a child, come what may, and tells of what it does until then.
  static func end(of child: pid_t, _ tell: @escaping @Sendable (Change) -> Void) async -> End {
    await withCheckedContinuation { continuation in
      let watch = Unmanaged.passRetained(Watch(child: child, tell: tell, continuation: continuation))
      var thread = pthread_t()
      // A thread for each: nothing else reports stops of one child without taking others' reports.
      if pthread_create(&thread, nil, watchChild, watch.toOpaque()) == 0 {
        pthread_detach(thread)
      } else {
        watch.takeRetainedValue().run()
      }
    }
  }

  fileprivate final class Watch: Sendable {
    let child: pid_t
    let tell: @Sendable (Change) -> Void
    let continuation: CheckedContinuation<End, Never>

    init(
      child: pid_t, tell: @escaping @Sendable (Change) -> Void, continuation: CheckedContinuation<End, Never>
    ) {
      self.child = child
      self.tell = tell
      self.continuation = continuation
    }

    func run() { continuation.resume(returning: end()) }

    private func end() -> End {
      while true {
        var status: Int32 = 0
        let answer = waitpid(child, &status, WUNTRACED | WCONTINUED)
        if answer < 0 && errno == EINTR { continue }
        if answer < 0 { return End(exitCode: 127) }
        if status & 0xFF == 0x7F {
          tell(.stopped(signal: (status >> 8) & 0xFF))
        } else if status == 0xFFFF {
          tell(.continued)
        } else {
          let signal = status & 0x7F
          if signal == 0 { return End(exitCode: (status >> 8) & 0xFF) }
          return End(exitCode: 128 + signal, signal: signal)
        }
      }
    }
  }
}

private func watchChild(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  var all = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_BLOCK, &all, nil)
  Unmanaged<MachineProgram.Watch>.fromOpaque(context!).takeRetainedValue().run()
  return nil
}
