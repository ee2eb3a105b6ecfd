import Glibc

/// The process that reads the configuration, opens the sockets and keeps the workers alive.
final class NginxMaster {
  private let options: Nginx.Options
  private var configuration: NginxConfiguration
  private var logs: NginxLogs
  private let arguments: [String]
  private var sockets: [(address: ListenAddress, descriptor: Int32)] = []
  /// The workers of the present configuration; older ones are finishing their last requests.
  private var workers: Set<Int32> = []
  private var retired: Set<Int32> = []
  private var isEnding = false
  /// Workers hold the reading end: when the master dies, however it dies, they see it close.
  private var lifeline: (reading: Int32, writing: Int32) = (-1, -1)

  init(
    _ options: Nginx.Options, _ configuration: NginxConfiguration, _ arguments: [String]
  ) throws(NginxConfigurationError) {
    self.options = options
    self.configuration = configuration
    self.arguments = arguments
    logs = try NginxLogs(configuration)
  }

  func run() throws(NginxConfigurationError) -> Int32 {
    sockets = try Self.open(configuration, reusing: [])
    if configuration.runsInBackground {
      let child = Signals.fork()
      if child < 0 { throw NginxConfigurationError("fork() failed (\(errno): \(String(cString: strerror(errno))))") }
      if child > 0 { return 0 }
      setsid()
    }
    // Before the first worker, so that no signal is lost between them.
    let signals = Signals.catching([SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGWINCH, SIGCHLD])
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw NginxConfigurationError("pipe() failed (\(errno): \(String(cString: strerror(errno))))")
    }
    lifeline = (ends[0], ends[1])
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    try writePidFile()
    announce()
    ProcessTitle.set("nginx: master process \(arguments.joined(separator: " "))")
    logs.error("notice", "start worker processes")
    startWorkers()
    return wait(for: signals)
  }

  private func announce() {
    var system = utsname()
    uname(&system)
    func field<T>(_ value: T) -> String {
      withUnsafeBytes(of: value) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    logs.error("notice", "using the \"poll\" event method")
    logs.error("notice", "nginx/\(NginxSite.version) (Podium's stand-in)")
    logs.error("notice", "OS: \(field(system.sysname)) \(field(system.release))")
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    logs.error("notice", "getrlimit(RLIMIT_NOFILE): \(limit.rlim_cur):\(limit.rlim_max)")
  }

  private func wait(for signals: Int32) -> Int32 {
    while true {
      if isEnding && workers.isEmpty && retired.isEmpty {
        logs.error("notice", "exit")
        unlink(configuration.pidFile)
        return 0
      }
      var entry = pollfd(fd: signals, events: Int16(POLLIN), revents: 0)
      poll(&entry, 1, -1)
      for signal in Signals.pending() { handle(signal) }
    }
  }

  private func handle(_ signal: Int32) {
    if signal != SIGCHLD {
      logs.error("notice", "signal \(signal) (\(Self.name(signal))) received\(Self.consequence(signal))")
    }
    switch signal {
    case SIGTERM, SIGINT: end(with: SIGTERM)
    case SIGQUIT: end(with: SIGQUIT)
    case SIGHUP: reload()
    case SIGWINCH: for worker in workers { kill(worker, SIGQUIT) }
    case SIGUSR1: if let reopened = try? NginxLogs(configuration) { logs = reopened }
    case SIGCHLD: for child in Signals.reapChildren() { noticeEnd(child) }
    default: break
    }
  }

  private func end(with signal: Int32) {
    isEnding = true
    for (_, descriptor) in sockets { close(descriptor) }
    sockets = []
    for worker in workers.union(retired) { kill(worker, signal) }
  }

  private func noticeEnd(_ child: Signals.EndedChild) {
    let wasPresent = workers.remove(child.pid) != nil
    guard wasPresent || retired.remove(child.pid) != nil else { return }
    if let signal = child.signal {
      logs.error("alert", "worker process \(child.pid) exited on signal \(signal)")
    } else {
      logs.error("notice", "worker process \(child.pid) exited with code \(child.exitCode ?? 0)")
    }
    if wasPresent && !isEnding { startWorkers() }
  }

  /// Takes the new configuration if it is good, and goes on with the old one otherwise.
  private func reload() {
    logs.error("notice", "reconfiguring")
    do throws(NginxConfigurationError) {
      let fresh = try NginxConfiguration.load(options.file, globals: options.globals)
      let freshLogs = try NginxLogs(fresh)
      let freshSockets = try Self.open(fresh, reusing: sockets)
      for (address, descriptor) in sockets where !freshSockets.contains(where: { $0.address == address }) {
        close(descriptor)
      }
      configuration = fresh
      logs = freshLogs
      sockets = freshSockets
    } catch {
      logs.error("emerg", error.message)
      return
    }
    let old = workers
    workers = []
    retired.formUnion(old)
    logs.error("notice", "start worker processes")
    startWorkers()
    for worker in old { kill(worker, SIGQUIT) }
  }

  private func startWorkers() {
    while workers.count < configuration.workerProcesses {
      let pid = Signals.fork()
      if pid == 0 { exit(work()) }
      if pid < 0 {
        logs.error(
          "alert", "fork() failed while spawning \"worker process\" (\(errno): \(String(cString: strerror(errno))))")
        return
      }
      workers.insert(pid)
      logs.error("notice", "start worker process \(pid)")
    }
  }

  /// The life of a worker, in the child.
  private func work() -> Int32 {
    close(lifeline.writing)
    ProcessTitle.set("nginx: worker process")
    becomeUser()
    let site = NginxSite(configuration, logs)
    var applications: [Int32: WebApplication] = [:]
    for (address, descriptor) in sockets { applications[descriptor] = site.application(for: address) }
    return ServerLoop(
      listeners: sockets.map(\.descriptor), catching: [SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGWINCH, SIGCHLD],
      lifeline: lifeline.reading
    ) { [applications] peer, listener in
      HTTPConversation(applications[listener] ?? site.application(for: ListenAddress(port: 80)), peer)
    } onSignal: { signal in
      switch signal {
      case SIGTERM, SIGINT: return .stop(0)
      case SIGQUIT: return .drain
      default: return .carryOn
      }
    }.run()
  }

  /// Workers give up root where the image has the user; in a user namespace with one id there is nobody to become.
  private func becomeUser() {
    guard geteuid() == 0, let name = configuration.user, let user = UserEntry.named(name) else { return }
    if setgid(user.group) != 0 || setgroups(1, [user.group]) != 0 || setuid(user.id) != 0 {
      logs.error(
        "warn", "cannot become user \"\(name)\" here (\(errno): \(String(cString: strerror(errno)))), going on as root")
    }
  }

  private func writePidFile() throws(NginxConfigurationError) {
    let descriptor = Glibc.open(configuration.pidFile, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      let reason = "\(errno): \(String(cString: strerror(errno)))"
      throw NginxConfigurationError("open() \"\(configuration.pidFile)\" failed (\(reason))")
    }
    write("\(getpid())\n", to: descriptor)
    close(descriptor)
  }

  /// Opens every address of the configuration, taking over those that are open already.
  private static func open(
    _ configuration: NginxConfiguration, reusing open: [(address: ListenAddress, descriptor: Int32)]
  ) throws(NginxConfigurationError) -> [(address: ListenAddress, descriptor: Int32)] {
    var result: [(address: ListenAddress, descriptor: Int32)] = []
    for address in configuration.servers.flatMap({ $0.listens.map(\.address) }) {
      if result.contains(where: { $0.address == address }) { continue }
      if let known = open.first(where: { $0.address == address }) {
        result.append(known)
      } else {
        result.append((address, try bind(address)))
      }
    }
    return result
  }

  /// Tries for a while, since an address may be about to be given up.
  private static func bind(_ address: ListenAddress) throws(NginxConfigurationError) -> Int32 {
    let shown = "\(address.isIPv6 ? "[\(address.host ?? "")]" : address.host ?? "0.0.0.0"):\(address.port)"
    var attempts = 5
    while true {
      switch address.listen(onlyOwnFamily: true) {
      case .success(let descriptor): return descriptor
      case .failure(let failure):
        let words = "\(failure.reason): \(String(cString: strerror(failure.reason)))"
        let message =
          failure.call == "bind()"
          ? "bind() to \(shown) failed (\(words))" : "\(failure.call) \(shown) failed (\(words))"
        guard failure.reason == EADDRINUSE else { throw NginxConfigurationError(message) }
        write("nginx: [emerg] \(message)\n", to: STDERR_FILENO)
        attempts -= 1
        if attempts == 0 { throw NginxConfigurationError("still could not bind()") }
        write(NginxLogs.errorLine("notice", "try again to bind() after 500ms"), to: STDERR_FILENO)
        usleep(500_000)
      }
    }
  }

  private static func name(_ signal: Int32) -> String {
    [
      SIGTERM: "SIGTERM", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGHUP: "SIGHUP", SIGUSR1: "SIGUSR1",
      SIGWINCH: "SIGWINCH",
    ][signal]
      ?? "SIG\(signal)"
  }

  private static func consequence(_ signal: Int32) -> String {
    switch signal {
    case SIGTERM, SIGINT: ", exiting"
    case SIGQUIT: ", shutting down"
    case SIGHUP: ", reconfiguring"
    case SIGUSR1: ", reopening logs"
    default: ""
    }
  }
}
