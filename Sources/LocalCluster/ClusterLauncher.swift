internal import CLinux
internal import Glibc
public import HTTPTransport
internal import KubernetesAPI
internal import SystemIO

/// The client's way to a running control plane: finds it, or starts it.
public struct ClusterLauncher: Sendable {
  public let paths: ClusterPaths

  public init(paths: ClusterPaths) { self.paths = paths }

  /// A connection to the control plane, whether or not it is there.
  public var client: HTTPClient { HTTPClient(unixSocket: paths.apiSocket) }

  public func isRunning() async -> Bool {
    guard let response = try? await client.send(APIRequest("GET", "/readyz")) else { return false }
    return response.status == 200
  }

  /// Returns once the API answers.
  public func ensureRunning() async throws {
    if await isRunning() { return }
    // Several clients may come at once; one of them starts it, the others find it.
    let lock = try FileLock.acquire(paths.startLock)
    defer { withExtendedLifetime(lock) {} }
    if await isRunning() { return }
    try await start()
  }

  private func start() async throws {
    var ends: [Int32] = [-1, -1]
    try systemCall("pipe") { pipe(&ends) }
    let readiness = Descriptor(adopting: ends[0], name: "readiness of the control plane")
    let pid: Int32
    do {
      defer { close(ends[1]) }
      let log = try Files.open(paths.log, O_WRONLY | O_CREAT | O_APPEND)
      defer { close(log) }
      let null = try Files.open("/dev/null", O_RDWR)
      defer { close(null) }
      var launch = ProcessLaunch(
        "/proc/self/exe", ["podium", "cluster", "serve", "--name", paths.cluster, "--ready-descriptor", "3"])
      launch.descriptors = [0: null, 1: log, 2: log, 3: ends[1]]
      launch.startsSession = true
      pid = try launch.start()
    }
    reapWhenEnded(pid)
    var answer: [UInt8] = []
    while true {
      let chunk = try await readiness.read()
      if chunk.isEmpty { break }
      answer += chunk
    }
    let text = String(decoding: answer, as: UTF8.self)
    if text.hasPrefix("ready") { return }
    throw ClusterProblem(
      "the cluster did not start: \(text.isEmpty ? "it ended without a word" : text); see \(paths.log)")
  }

  /// The control plane outlives most clients; one that lives longer must not keep its remains.
  private func reapWhenEnded(_ pid: Int32) {
    let pidfd = clinux_pidfd_open(pid)
    guard pidfd >= 0 else { return }
    let process = Descriptor(adopting: pidfd, name: "control plane")
    Task {
      try? await process.waitUntilReadable()
      var status: Int32 = 0
      waitpid(pid, &status, WNOHANG)
    }
  }
}
