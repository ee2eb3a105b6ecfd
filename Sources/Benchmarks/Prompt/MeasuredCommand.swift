internal import Glibc
internal import SystemIO

/// A command whose output nobody reads.
enum MeasuredCommand {
  /// From the start of a program to its end.
  static func time(_ program: String, _ words: [String]) throws -> Duration {
    let null = try Files.open("/dev/null", O_RDWR)
    defer { close(null) }
    var launch = ProcessLaunch(program, words, environment: Environment.all)
    launch.descriptors = [0: null, 1: null, 2: 2]
    let clock = ContinuousClock()
    let start = clock.now
    let child = try launch.start()
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    let time = start.duration(to: clock.now)
    if status != 0 { throw BenchmarkProblem("\(words.joined(separator: " ")) failed") }
    return time
  }
}
