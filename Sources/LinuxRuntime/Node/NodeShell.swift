internal import CNodeInit
internal import Glibc
public import SystemIO

/// A command inside a node, with the node's files, processes, links and users, on the terminal of whoever asked.
public enum NodeShell {
  /// Takes the place of this process, whose exit code will be the command's; returns only when that fails.
  ///
  /// Without a command it is a shell whose prompt names the node.
  public static func enter(initPID: Int32, node: String, command: [String]) throws(SystemCallError) -> Never {
    let words = command.isEmpty ? [shell, "-i"] : command
    let environment = [
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "USER=root",
      "TERM=\(Environment["TERM"] ?? "dumb")", "PS1=\(node):\\w# ",
    ]
    var arguments = ([CNODE_SHELL_ROLE, String(initPID)] + words).map { strdup($0) } + [nil]
    var variables = environment.map { strdup($0) } + [nil]
    // What this program ignores, its successors would ignore as well.
    signal(SIGPIPE, SIG_DFL)
    execve("/proc/self/exe", &arguments, &variables)
    throw SystemCallError("execve", on: "/proc/self/exe")
  }

  /// The user's own if nodes have it: they see the machine's programs.
  private static var shell: String {
    let own = Environment["SHELL"] ?? ""
    if own.hasPrefix("/usr/bin/") || own.hasPrefix("/bin/"), access(own, X_OK) == 0 { return own }
    return access("/bin/bash", X_OK) == 0 ? "/bin/bash" : "/bin/sh"
  }
}
