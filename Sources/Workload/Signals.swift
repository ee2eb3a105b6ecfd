import Glibc

/// Turns signals into bytes on a pipe, so that a poll loop meets them as it meets everything else.
enum Signals {
  /// Made before the first handler is installed: a handler may read it at any moment.
  // One thread; changed only by a child that has just been forked.
  private nonisolated(unsafe) static var pipe = makePipe()

  /// Forks. The child has a pipe of its own before the first signal reaches it, so that it hears what is meant for it
  /// and nothing that is meant for its parent.
  static func fork() -> pid_t {
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    sigprocmask(SIG_SETMASK, &all, &before)
    let pid = Glibc.fork()
    if pid == 0 {
      close(pipe.reading)
      close(pipe.writing)
      pipe = makePipe()
    }
    let reason = errno
    sigprocmask(SIG_SETMASK, &before, nil)
    errno = reason
    return pid
  }

  private static func makePipe() -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [-1, -1]
    guard Glibc.pipe(&ends) == 0 else {
      write("pipe: \(String(cString: strerror(errno)))\n", to: STDERR_FILENO)
      exit(1)
    }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    return (ends[0], ends[1])
  }

  /// Catches these signals from now on and returns the descriptor that becomes readable when one has come.
  static func catching(_ signals: [Int32]) -> Int32 {
    let reading = pipe.reading
    signal(SIGPIPE, SIG_IGN)
    for number in signals {
      handle(number) { number in
        let before = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = Glibc.write(Signals.pipe.writing, &byte, 1)
        errno = before
      }
    }
    return reading
  }

  /// The signals that have come since the last call.
  static func pending() -> [Int32] {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(pipe.reading, &bytes, bytes.count)
    return bytes.prefix(max(0, count)).map { Int32($0) }
  }

  /// Ends as a Go program does that leaves a signal to its default: by that signal, or with status 2 as pid 1,
  /// which the kernel spares.
  static func dieOf(_ number: Int32) -> Int32 {
    signal(number, SIG_DFL)
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, number)
    sigprocmask(SIG_UNBLOCK, &set, nil)
    raise(number)
    return 2
  }

  /// A child that has ended and is now reaped.
  struct EndedChild {
    var pid: Int32
    var exitCode: Int32?
    var signal: Int32?
  }

  /// Reaps every child that has ended, also those inherited as pid 1.
  static func reapChildren() -> [EndedChild] {
    var ended: [EndedChild] = []
    while true {
      var status: Int32 = 0
      let pid = waitpid(-1, &status, WNOHANG)
      if pid <= 0 { return ended }
      let signal = status & 0x7F
      ended.append(
        signal == 0
          ? EndedChild(pid: pid, exitCode: (status >> 8) & 0xFF, signal: nil)
          : EndedChild(pid: pid, exitCode: nil, signal: signal))
    }
  }

  private static func handle(_ number: Int32, with handler: @escaping @convention(c) (Int32) -> Void) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = handler
    action.sa_flags = SA_RESTART
    sigaction(number, &action, nil)
  }
}
