import Console
import Glibc

// A program around the console and nothing else, so that tests can type into a real one, signal it and crash it.

let appearance = Appearance.detect()
let history = Appearance.environmentVariable("SPECIMEN_HISTORY")
if Appearance.environmentVariable("SPECIMEN_SHELL") != nil {
  let shell = Shell(commands: SpecimenCommands(), isInteractive: appearance.isTerminal, historyPath: history)
  let code = await Console(interpreter: shell, historyPath: history, appearance: appearance).run()
  await shell.endJobs()
  exit(code)
}
let interpreter = SpecimenInterpreter()
if CommandLine.arguments.count > 1 {
  let line = CommandLine.arguments.dropFirst().joined(separator: " ")
  exit(await SingleCommand.run(appearance: appearance) { await interpreter.run(line, in: $0) })
}
let console = Console(interpreter: interpreter, historyPath: history, appearance: appearance)
interpreter.notices.setSink {
  console.notify($0)
  console.renewPrompt()
}
exit(await console.run())
