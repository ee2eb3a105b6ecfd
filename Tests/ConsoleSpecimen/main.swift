import Console
import Glibc

// A program around the console and nothing else, so that tests can type into a real one, signal it and crash it.

let interpreter = SpecimenInterpreter()
let appearance = Appearance.detect()
let console = Console(
  interpreter: interpreter, historyPath: Appearance.environmentVariable("SPECIMEN_HISTORY"), appearance: appearance)
interpreter.notices.setSink { console.notify($0) }
exit(await console.run())
