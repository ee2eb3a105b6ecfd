import Glibc
import Synchronization
import SystemIO
import TestSupport
import Testing

/// A server of the workload program on a loopback port, with a folder of its own.
struct RunningServer: Sendable {
  let child: ChildProgram
  let port: UInt16
  let folder: TemporaryFolder

  /// An answer, taken apart.
  struct Answer: Sendable {
    var status: Int
    var headers: [String]
    var body: String

    func header(_ name: String) -> String? {
      headers.first { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
    }
  }

  func get(_ path: String, headers: String = "") async throws -> Answer {
    try await request("GET \(path) HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\(headers)\r\n")
  }

  func send(_ method: String, _ path: String, _ body: String) async throws -> Answer {
    try await request(
      "\(method) \(path) HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    )
  }

  /// Sends the text as it is and reads what comes until the end, or until one whole answer is there.
  func request(_ text: String) async throws -> Answer {
    let socket = try await connect()
    defer { socket.close() }
    return try await withTimeLimit(.seconds(10), "an answer to \(text.prefix(60))") {
      // A server that refuses the first bytes need not take the rest.
      try? await socket.write(Array(text.utf8))
      var bytes: [UInt8] = []
      while true {
        let more = try await socket.read()
        bytes += more
        let answer = Self.answer(bytes, isHead: text.hasPrefix("HEAD"))
        if let answer, more.isEmpty || answer.isWhole { return answer.answer }
        if more.isEmpty { throw SystemCallError("read an answer", on: String(text.prefix(60)), errno: ECONNRESET) }
      }
    }
  }

  func connect() async throws -> Descriptor {
    let number = try systemCall("socket") { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
    let descriptor = Descriptor(adopting: number, name: "a connection to port \(port)")
    guard connectToLoopback(number, port) == 0 || errno == EINPROGRESS else {
      throw SystemCallError("connect", on: "\(port)")
    }
    return descriptor
  }

  private static func answer(_ bytes: [UInt8], isHead: Bool) -> (answer: Answer, isWhole: Bool)? {
    let end = Array("\r\n\r\n".utf8)
    guard let headEnd = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else { return nil }
    let lines = String(decoding: bytes[..<headEnd], as: UTF8.self).split(separator: "\r\n").map(String.init)
    let body = bytes[(headEnd + 4)...]
    guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else { return nil }
    let answer = Answer(status: status, headers: Array(lines.dropFirst()), body: String(decoding: body, as: UTF8.self))
    let length = answer.header("Content-Length").flatMap { Int($0) } ?? 0
    return (answer, isHead || body.count >= length)
  }
}

/// Starts the program in a role, waits until its port answers, and ends it when the body is over.
func withServer(
  _ words: [String], environment: [String: String] = [:], folder: String? = nil, port: UInt16,
  _ body: (RunningServer) async throws -> Void
) async throws {
  try await TemporaryFolder.with { own in
    let output = try Files.open(own.path("output"), O_WRONLY | O_CREAT)
    let errors = try Files.open(own.path("errors"), O_WRONLY | O_CREAT)
    let nothing = try Files.open("/dev/null", O_RDONLY)
    let child = try ChildProgram(
      WorkloadTests.program, words, environment: environment, folder: folder, input: nothing, output: output,
      error: errors)
    for descriptor in [output, errors, nothing] { close(descriptor) }
    let server = RunningServer(child: child, port: port, folder: own)
    defer { child.kill() }
    try await Deadline.wait("\(words[0]) on port \(port): \((try? own.read("errors")) ?? "")") {
      if child.hasEnded { throw SystemCallError("start", on: "\(words): \(try own.read("errors"))", errno: ECHILD) }
      let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(number) }
      return connectToLoopback(number, port) == 0
    }
    try await body(server)
  }
}

func withHelloApp(_ body: (RunningServer) async throws -> Void) async throws {
  let port = try freePort()
  try await withServer(["hello-app"], environment: ["PORT": "127.0.0.1:\(port)"], port: port, body)
}

/// An nginx with one worker, whose files and logs are in a folder of its own.
func withNginx(_ body: (RunningServer) async throws -> Void) async throws {
  try await TemporaryFolder.with { folder in
    let port = try freePort()
    try folder.write("hello\n", to: "www/index.html")
    try folder.write("note\n", to: "www/note.txt")
    try folder.write("data", to: "www/data.unknown")
    try Files.makeDirectories(folder.path("www/sub"))
    for place in [folder.path, folder.path("www"), folder.path("www/sub")] { chmod(place, 0o755) }
    try writeNginxConfiguration(folder, port: port, answer: "$request_method $uri\\n")
    try await withServer(["nginx", "-c", folder.path("nginx.conf"), "-g", "daemon off;"], port: port) {
      server async throws in
      // The socket answers before there is anybody behind it.
      try await Deadline.wait("the worker") {
        ProcessTable.inSession(server.child.pid).contains { ProcessTable.commandLine($0) == "nginx: worker process" }
      }
      try await body(RunningServer(child: server.child, port: port, folder: folder))
    }
  }
}

func writeNginxConfiguration(_ folder: TemporaryFolder, port: UInt16, answer: String) throws {
  try folder.write(
    """
    worker_processes 1;
    pid \(folder.path)/nginx.pid;
    error_log \(folder.path)/error.log notice;
    events { worker_connections 64; }
    http {
      types { text/html html; text/plain txt; }
      default_type application/octet-stream;
      access_log \(folder.path)/access.log combined;
      server {
        listen 127.0.0.1:\(port);
        root \(folder.path)/www;
        location = /who { return 200 "\(answer)"; }
      }
    }

    """, to: "nginx.conf")
}

/// A port that nobody listens on and that this run has not given out before.
///
/// Below the range from which the kernel serves connections, so that no connection takes it meanwhile.
func freePort() throws -> UInt16 {
  while true {
    let turn = nextPort.wrappingAdd(1, ordering: .relaxed).oldValue
    let port = UInt16(10_000 + (Int(getpid()) * 97 + turn) % 20_000)
    let number = try systemCall("socket") { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
    defer { close(number) }
    if connectToLoopback(number, port) != 0 { return port }
  }
}

private let nextPort = Atomic(0)

func connectToLoopback(_ number: Int32, _ port: UInt16) -> Int32 {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  return withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
}
