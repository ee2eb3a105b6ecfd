import Glibc

/// `printenv`: all variables, or the values of some.
enum PrintEnvironment {
  static func main(_ arguments: [String]) -> Int32 {
    var names = arguments.dropFirst()
    var ending = "\n"
    if let word = names.first, word == "-0" || word == "--null" {
      ending = "\0"
      names = names.dropFirst()
    }
    if let option = names.first, option.hasPrefix("-"), option.count > 1 {
      write("printenv: unknown option \(option)\nusage: printenv [-0] [NAME...]\n", to: STDERR_FILENO)
      return 2
    }
    if names.isEmpty {
      var entry = environ
      while let text = entry.pointee {
        write(String(cString: text) + ending, to: STDOUT_FILENO)
        entry += 1
      }
      return 0
    }
    let values = names.map(environmentVariable)
    for case let value? in values { write(value + ending, to: STDOUT_FILENO) }
    return values.contains(nil) ? 1 : 0
  }
}
