import Console
import Glibc

// A program around the console and nothing else, so that tests can type into a real one, signal it and crash it.

let interpreter = SpecimenInterpreter()
let appearance = Appearance.detect()
if CommandLine.arguments.count > 1 {
  let line = CommandLine.arguments.dropFirst().joined(separator: " ")
  exit(await SingleCommand.run(appearance: appearance) { await interpreter.run(line, in: $0) })
}
let console = Console(
  interpreter: interpreter, historyPath: Appearance.environmentVariable("SPECIMEN_HISTORY"), appearance: appearance)
interpreter.notices.setSink { console.notify($0) }
exit(await console.run())
