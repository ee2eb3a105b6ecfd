internal import Glibc
internal import SystemIO

/// Another program that runs containers, as far as this machine has one that works.
struct Peer {
  let name: String
  private let program: String
  private let arguments: [String]
  private let environment: [String]

  /// Nil when the program is not installed.
  init?(_ name: String, _ arguments: [String], environment: [String] = []) {
    let folders = ["/usr/bin", "/usr/sbin", "/bin", "/usr/local/bin"]
    let word = arguments[0]
    guard let found = folders.map({ $0 + "/" + word }).first(where: Files.exists) else { return nil }
    self.name = name
    program = found
    self.arguments = arguments
    self.environment = Environment.all + environment
  }

  /// Runs it to its end, and says how long that took; throws what it complained about.
  @discardableResult
  func run(within folder: String) throws -> Duration {
    let log = folder + "/peer.log"
    let output = try Files.open(log, O_WRONLY | O_CREAT | O_TRUNC)
    defer { close(output) }
    var launch = ProcessLaunch(program, arguments, environment: environment)
    launch.descriptors = [1: output, 2: output]
    let clock = ContinuousClock()
    let begun = clock.now
    let pid = try launch.start()
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    let time = begun.duration(to: clock.now)
    guard status == 0 else {
      let complaint = ((try? Files.readText(log)) ?? "").split(separator: "\n").last ?? "it failed without a word"
      throw BenchmarkProblem("\(name): \(complaint)")
    }
    return time
  }
}
