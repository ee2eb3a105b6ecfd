// One static program that plays every server of the built-in images: the name it is called by says which.
// Called by its own name it takes the role as its first argument, as busybox does.
import Glibc

let roleName = baseName(CommandLine.arguments.first ?? "")
if let play = roles[roleName] {
  exit(play(CommandLine.arguments))
}
let inner = Array(CommandLine.arguments.dropFirst())
guard let name = inner.first, let play = roles[baseName(name)] else {
  write(
    "usage: \(roleName) ROLE [ARGUMENT]...\nThe roles are: \(roles.keys.sorted().joined(separator: ", "))\n",
    to: STDERR_FILENO)
  exit(2)
}
exit(play(inner))
