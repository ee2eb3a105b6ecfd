import Glibc

/// `nginx`: a master process that owns the sockets, and workers that answer.
enum Nginx {
  static func main(_ arguments: [String]) -> Int32 {
    var options = Options()
    if let complaint = options.read(arguments.dropFirst()) {
      write("nginx: \(complaint)\n", to: STDERR_FILENO)
      return 1
    }
    if options.wantsHelp || options.wantsVersion || options.wantsDetails {
      write("nginx version: nginx/\(NginxSite.version) (Podium's stand-in)\n", to: STDERR_FILENO)
      if options.wantsDetails { write("configure arguments: none\n", to: STDERR_FILENO) }
      if options.wantsHelp {
        write(
          "Usage: nginx [-?hvVtTq] [-s signal] [-p prefix] [-e filename] [-c filename] [-g directives]\n",
          to: STDERR_FILENO)
      }
      return 0
    }
    do {
      let configuration = try NginxConfiguration.load(options.file, globals: options.globals)
      if options.testsOnly {
        _ = try NginxLogs(configuration)
        write("nginx: the configuration file \(options.file) syntax is ok\n", to: STDERR_FILENO)
        write("nginx: configuration file \(options.file) test is successful\n", to: STDERR_FILENO)
        if options.dumps {
          write("# configuration file \(options.file):\n\(readText(options.file) ?? "")\n", to: STDOUT_FILENO)
        }
        return 0
      }
      if let name = options.signal { return send(name, configuration) }
      return try NginxMaster(options, configuration, arguments).run()
    } catch {
      write("nginx: [emerg] \(error.message)\n", to: STDERR_FILENO)
      if options.testsOnly { write("nginx: configuration file \(options.file) test failed\n", to: STDERR_FILENO) }
      return 1
    }
  }

  /// `nginx -s …`: a signal to the master that is running.
  private static func send(_ name: String, _ configuration: NginxConfiguration) -> Int32 {
    let signals = ["stop": SIGTERM, "quit": SIGQUIT, "reload": SIGHUP, "reopen": SIGUSR1]
    guard let number = signals[name] else {
      write("nginx: invalid option: \"-s \(name)\"\n", to: STDERR_FILENO)
      return 1
    }
    guard let content = readText(configuration.pidFile) else {
      write(
        "nginx: [error] open() \"\(configuration.pidFile)\" failed (\(errno): \(String(cString: strerror(errno))))\n",
        to: STDERR_FILENO)
      return 1
    }
    guard let pid = Int32(content.prefix { $0 != "\n" }), pid > 0 else {
      write(
        "nginx: [error] invalid PID number \"\(content.prefix { $0 != "\n" })\" in \"\(configuration.pidFile)\"\n",
        to: STDERR_FILENO)
      return 1
    }
    write(NginxLogs.errorLine("notice", "signal process started"), to: STDERR_FILENO)
    guard kill(pid, number) == 0 else {
      write(
        "nginx: [alert] kill(\(pid), \(number)) failed (\(errno): \(String(cString: strerror(errno))))\n",
        to: STDERR_FILENO)
      return 1
    }
    return 0
  }

  struct Options {
    var file = "/etc/nginx/nginx.conf"
    var globals = ""
    var signal: String?
    var testsOnly = false
    var dumps = false
    var wantsVersion = false
    var wantsDetails = false
    var wantsHelp = false

    /// Returns what is wrong with the command line, if anything is.
    fileprivate mutating func read(_ arguments: ArraySlice<String>) -> String? {
      var rest = arguments
      while let word = rest.popFirst() {
        guard word.hasPrefix("-"), word.count > 1 else { return "invalid option: \"\(word)\"" }
        var letters = word.dropFirst()
        while let letter = letters.popFirst() {
          switch letter {
          case "?", "h": wantsHelp = true
          case "v": wantsVersion = true
          case "V": wantsDetails = true
          case "t": testsOnly = true
          case "T":
            testsOnly = true
            dumps = true
          case "q": break
          case "c", "g", "s", "p", "e":
            let attached = String(letters)
            letters = ""
            guard let value = attached.isEmpty ? rest.popFirst() : attached else {
              return "option \"-\(letter)\" requires an argument"
            }
            switch letter {
            case "c": file = value
            case "g": globals += value.hasSuffix(";") || value.isEmpty ? value : value + ";"
            case "s": signal = value
            default: break
            }
          default: return "invalid option: \"\(letter)\""
          }
        }
      }
      return nil
    }
  }
}
