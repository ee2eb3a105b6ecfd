import Glibc

/// `nc`: carries bytes between a connection and its own standard streams, or only looks whether a port answers.
enum NetCat {
  private struct Request {
    var words: [String] = []
    var listens = false
    /// Takes one caller after the other.
    var goesOn = false
    /// Connects and hangs up.
    var onlyLooks = false
    var tells = false
    var seconds = 0
    var port: String?
  }

  static func main(_ arguments: [String]) -> Int32 {
    var request = Request()
    if let complaint = read(arguments.dropFirst(), into: &request) {
      write(
        "nc: \(complaint)\nusage: nc [-nvz] [-w SECONDS] HOST PORT[-PORT]\n       nc -l [-knv] [-w SECONDS] [-p] PORT\n",
        to: STDERR_FILENO)
      return 1
    }
    signal(SIGPIPE, SIG_IGN)
    return request.listens ? listen(request) : connect(request)
  }

  /// Returns what is wrong with the command line, if anything is.
  private static func read(_ arguments: ArraySlice<String>, into request: inout Request) -> String? {
    var rest = arguments
    while let word = rest.popFirst() {
      guard word.hasPrefix("-"), word.count > 1 else {
        request.words.append(word)
        continue
      }
      var letters = word.dropFirst()
      while let letter = letters.popFirst() {
        switch letter {
        case "l": request.listens = true
        case "k": request.goesOn = true
        case "z": request.onlyLooks = true
        case "v": request.tells = true
        // Addresses are numbers or names alike here, of either family.
        case "n", "4", "6", "N", "t": break
        // What busybox's own can do besides.
        case "e", "f": return become(arguments)
        case "w", "p", "q":
          // The value may stand right behind the letter.
          guard let value = letters.isEmpty ? rest.popFirst() : String(letters) else {
            return "-\(letter) needs a value"
          }
          letters = ""
          if letter == "p" { request.port = value }
          if letter == "w" || letter == "q" {
            guard let seconds = Int(value), seconds > 0 else { return "-\(letter) needs a number of seconds" }
            request.seconds = seconds
          }
        case "u": return "UDP is not understood by this stand-in"
        default: return "unknown option -\(letter)"
        }
      }
    }
    if request.listens {
      request.port = request.port ?? request.words.last
      return request.port.flatMap { UInt16($0) } == nil ? "a port to listen at is needed" : nil
    }
    return request.words.count == 2 && !ports(request.words[1]).isEmpty ? nil : "a host and a port are needed"
  }

  /// Returns only when it failed, with the reason. In the built-in images busybox has its own under a name that its shell
  /// does not know.
  private static func become(_ arguments: ArraySlice<String>) -> String {
    var pointers = (["nd"] + arguments).map { strdup($0) } + [nil]
    execv("/usr/bin/busybox", &pointers)
    return "cannot start busybox: \(String(cString: strerror(errno)))"
  }

  /// Reads `80` and `80-90`; nothing when it is neither.
  private static func ports(_ text: String) -> [UInt16] {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
    guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count < 3, first <= last else { return [] }
    return Array(first...last)
  }

  // MARK: Connecting

  private static func connect(_ request: Request) -> Int32 {
    let host = request.words[0]
    var isAnswered = false
    for port in ports(request.words[1]) {
      let connection: TCPConnection
      switch TCPConnection.open(host, "\(port)", seconds: request.seconds) {
      case .success(let opened): connection = opened
      case .failure(.unknownHost):
        write("nc: bad address '\(host)'\n", to: STDERR_FILENO)
        return 1
      case .failure(.refused(let reason)):
        if request.tells || !request.onlyLooks {
          write("nc: \(host) (\(host):\(port)): \(String(cString: strerror(reason)))\n", to: STDERR_FILENO)
        }
        continue
      }
      isAnswered = true
      if request.tells { write("\(host) (\(connection.peer ?? host):\(port)) open\n", to: STDERR_FILENO) }
      if !request.onlyLooks {
        carry(connection.socket, request.seconds)
        break
      }
      connection.close()
    }
    return isAnswered ? 0 : 1
  }

  // MARK: Listening

  private static func listen(_ request: Request) -> Int32 {
    let port = request.port ?? ""
    guard let address = ListenAddress(port), case .success(let listener) = address.listen() else {
      write("nc: bind: \(String(cString: strerror(errno)))\n", to: STDERR_FILENO)
      return 1
    }
    if request.tells { write("listening on [::]:\(port) ...\n", to: STDERR_FILENO) }
    repeat {
      var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
      if poll(&waiting, 1, request.seconds > 0 ? Int32(clamping: request.seconds * 1000) : -1) == 0 { return 1 }
      let caller = accept(listener, nil, nil)
      if caller < 0 { continue }
      if request.tells {
        write("connect to [::]:\(port) from \(TCPConnection(socket: caller).peer ?? "unknown")\n", to: STDERR_FILENO)
      }
      carry(caller, request.seconds)
    } while request.goesOn
    close(listener)
    return 0
  }

  /// Until the other side has sent all it has, or nothing comes any more for as long as the caller wants to wait.
  private static func carry(_ socket: Int32, _ seconds: Int) {
    defer { close(socket) }
    var input: Int32 = STDIN_FILENO
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
      var waiting = [
        pollfd(fd: socket, events: Int16(POLLIN), revents: 0), pollfd(fd: input, events: Int16(POLLIN), revents: 0),
      ]
      // As long as there is input to come, its end is waited for.
      let patience = input < 0 && seconds > 0 ? Int32(clamping: seconds * 1000) : -1
      let count = poll(&waiting, 2, patience)
      if count == 0 { return }
      if count < 0 {
        if errno == EINTR { continue }
        return
      }
      // First: who has hung up one way may still read.
      if waiting[1].revents != 0 {
        let count = Glibc.read(input, &chunk, chunk.count)
        if count <= 0 {
          shutdown(socket, Int32(SHUT_WR))
          input = -1
        } else if !TCPConnection(socket: socket).send(Array(chunk[..<count])) {
          return
        }
      }
      if waiting[0].revents != 0 {
        let count = recv(socket, &chunk, chunk.count, 0)
        if count <= 0 { return }
        write(Array(chunk[..<count]), to: STDOUT_FILENO)
      }
    }
  }
}
