import Glibc

/// `nohup` and `nice`: a program under other conditions than its caller's.
enum OtherConditions {
  static func withoutHangup(_ arguments: [String]) -> Int32 {
    guard arguments.count > 1 else {
      write("usage: nohup PROGRAM [ARGUMENT...]\n", to: STDERR_FILENO)
      return 125
    }
    signal(SIGHUP, SIG_IGN)
    if isatty(STDOUT_FILENO) == 1 {
      let file = open("nohup.out", O_WRONLY | O_CREAT | O_APPEND, 0o600)
      guard file >= 0 else {
        write("nohup: nohup.out: \(String(cString: strerror(errno)))\n", to: STDERR_FILENO)
        return 125
      }
      write("nohup: appending output to nohup.out\n", to: STDERR_FILENO)
      dup2(file, STDOUT_FILENO)
      if isatty(STDERR_FILENO) == 1 { dup2(file, STDERR_FILENO) }
    }
    return become("nohup", Array(arguments.dropFirst()))
  }

  static func lessUrgent(_ arguments: [String]) -> Int32 {
    var words = Array(arguments.dropFirst())
    var steps: Int32 = 10
    if words.first == "-n", words.count > 1, let number = Int32(words[1]) {
      steps = number
      words.removeFirst(2)
    } else if let word = words.first, word.hasPrefix("-"), let number = Int32(word.dropFirst()) {
      steps = number
      words.removeFirst()
    }
    let itself = Int32(PRIO_PROCESS.rawValue)
    let current = getpriority(itself, 0)
    if words.isEmpty {
      write("\(current)\n", to: STDOUT_FILENO)
      return 0
    }
    if setpriority(itself, 0, current + steps) != 0 {
      write("nice: \(String(cString: strerror(errno)))\n", to: STDERR_FILENO)
    }
    return become("nice", words)
  }

  /// Returns only when it failed, with the exit code that shells give.
  private static func become(_ caller: String, _ words: [String]) -> Int32 {
    var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    pointers.append(nil)
    execvp(words[0], pointers)
    let reason = errno
    write("\(caller): \(words[0]): \(String(cString: strerror(reason)))\n", to: STDERR_FILENO)
    return reason == ENOENT ? 127 : 126
  }
}
