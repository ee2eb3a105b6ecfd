import Glibc

/// `bash`, for images whose users expect one: busybox's shell under bash's name and options.
enum Bash {
  static func main(_ arguments: [String]) -> Int32 {
    var shell = ["sh"]
    var rest = arguments.dropFirst()
    options: while let option = rest.first {
      switch option {
      case "--version":
        write("bash: Podium's stand-in; the shell behind it is busybox's ash\n", to: STDOUT_FILENO)
        return 0
      case "--login": shell.append("-l")
      case "--norc", "--noprofile", "--posix", "--restricted", "--verbose", "--noediting": break
      case "--rcfile", "--init-file", "-O", "+O": rest = rest.dropFirst()
      case "--": break options
      default:
        guard option.hasPrefix("-") || option.hasPrefix("+") else { break options }
        shell.append(option)
        // `-o pipefail` has its own argument; after -c comes the script, which may look like anything.
        if option == "-o" || option == "+o" {
          rest = rest.dropFirst()
          if let name = rest.first { shell.append(name) }
        } else if !option.hasPrefix("--"), option.contains("c") {
          rest = rest.dropFirst()
          break options
        }
      }
      rest = rest.dropFirst()
    }
    if environmentVariable("PS1") == nil { setenv("PS1", "\\u@\\h:\\w\\$ ", 1) }
    setenv("SHELL", "/bin/bash", 1)
    // Read by interactive shells only, as bash reads its own.
    if environmentVariable("ENV") == nil { setenv("ENV", "/etc/bash.bashrc", 1) }
    shell += rest
    var pointers = shell.map { strdup($0) } + [nil]
    execv("/bin/sh", &pointers)
    write("bash: cannot start /bin/sh: \(String(cString: strerror(errno)))\n", to: STDERR_FILENO)
    return errno == ENOENT ? 127 : 126
  }
}
