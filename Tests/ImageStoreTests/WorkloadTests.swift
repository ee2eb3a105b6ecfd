import Glibc
import SystemIO
import TestSupport
import Testing

/// The servers of the built-in images, run as they are, on ports of the loopback interface.
@Suite(.timeLimit(.minutes(1))) struct WorkloadTests {
  static var program: String { BuiltProgram.path("podium-workload") }

  // MARK: - nginx

  @Test func nginxServesFilesAsItsConfigurationSays() async throws {
    try await withNginx { server async throws in
      let page = try await server.get("/")
      #expect(page.status == 200)
      #expect(page.body == "hello\n")
      #expect(page.header("Server")?.hasPrefix("nginx/") == true)
      #expect(page.header("Content-Type") == "text/html")
      #expect(page.header("Content-Length") == "6")
      #expect(try await server.get("/note.txt").header("Content-Type") == "text/plain")
      #expect(try await server.get("/data.unknown").header("Content-Type") == "application/octet-stream")

      let missing = try await server.get("/nothing")
      #expect(missing.status == 404)
      #expect(missing.body.hasPrefix("<html>\r\n<head><title>404 Not Found</title></head>"))
      #expect(try await server.get("/sub").status == 301)
      #expect(try await server.get("/sub").header("Location") == "http://test/sub/")
      #expect(try await server.get("/sub/").status == 403)
      #expect(try await server.get("/who").body == "GET /who\n")
      #expect(try await server.request("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\nab").status == 405)

      let head = try await server.request("HEAD / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
      #expect(head.status == 200)
      #expect(head.header("Content-Length") == "6")
      #expect(head.body == "")

      let tag = try #require(page.header("ETag"))
      #expect(try await server.get("/", headers: "If-None-Match: \(tag)\r\n").status == 304)
      let part = try await server.get("/", headers: "Range: bytes=1-3\r\n")
      #expect(part.status == 206)
      #expect(part.body == "ell")
      #expect(part.header("Content-Range") == "bytes 1-3/6")
      #expect(try await server.get("/", headers: "Range: bytes=9-\r\n").status == 416)
    }
  }

  @Test func nginxShowsAMasterAndAWorker() async throws {
    try await withNginx { server async throws in
      let children = ProcessTable.inSession(server.child.pid).map(ProcessTable.commandLine)
      #expect(children.contains { $0.hasPrefix("nginx: master process ") && $0.hasSuffix("daemon off;") })
      #expect(children.contains { $0 == "nginx: worker process" })
    }
  }

  @Test func nginxLogsEachRequestOnALine() async throws {
    try await withNginx { server async throws in
      _ = try await server.get("/note.txt", headers: "User-Agent: te\"st\r\n")
      try await Deadline.wait("a line in the access log") { try server.folder.read("access.log").contains("note") }
      let line = try server.folder.read("access.log")
      #expect(line.hasPrefix("127.0.0.1 - - ["))
      #expect(line.hasSuffix("\"GET /note.txt HTTP/1.1\" 200 5 \"-\" \"te\\x22st\"\n"))
    }
  }

  @Test func nginxTakesANewConfigurationAndRefusesABadOne() async throws {
    try await withNginx { server async throws in
      let pid = server.child.pid
      try writeNginxConfiguration(server.folder, port: server.port, answer: "second")
      server.child.signal(SIGHUP)
      try await Deadline.wait("the new answer") { try await server.get("/who").body == "second" }
      try server.folder.write("nonsense;", to: "nginx.conf")
      server.child.signal(SIGHUP)
      try await Deadline.wait("the complaint") {
        try server.folder.read("error.log").contains("unknown directive \"nonsense\"")
      }
      #expect(try await server.get("/who").body == "second")
      #expect(ProcessTable.isAlive(pid))
    }
  }

  @Test(arguments: [SIGTERM, SIGQUIT, SIGINT])
  func nginxStopsWhenTold(signal: Int32) async throws {
    try await withNginx { server async throws in
      let processes = ProcessTable.inSession(server.child.pid)
      #expect(processes.count == 2, "\((try? server.folder.read("error.log")) ?? "")")
      server.child.signal(signal)
      #expect(try await server.child.waitForEnd() == .exited(0))
      #expect(processes.allSatisfy { !ProcessTable.isAlive($0) })
    }
  }

  @Test func nginxFinishesWhatItIsSendingBeforeItQuits() async throws {
    try await withNginx { server async throws in
      let size = 40_000_000
      try Files.write([UInt8](repeating: 120, count: size), to: server.folder.path("www/big"))
      let socket = try await server.connect()
      try await socket.write(Array("GET /big HTTP/1.1\r\nHost: test\r\n\r\n".utf8))
      var received = try await socket.read().count
      server.child.signal(SIGQUIT)
      try await Task.sleep(for: .milliseconds(200))
      #expect(!server.child.hasEnded)
      while true {
        let bytes = try await socket.read()
        if bytes.isEmpty { break }
        received += bytes.count
        if received >= size { socket.close() }
        if socket.isClosed { break }
      }
      #expect(received >= size)
      #expect(try await server.child.waitForEnd() == .exited(0))
    }
  }

  @Test func workersDoNotOutliveAKilledMaster() async throws {
    try await withNginx { server async throws in
      let processes = ProcessTable.inSession(server.child.pid)
      #expect(processes.count == 2, "\((try? server.folder.read("error.log")) ?? "")")
      server.child.kill()
      try await Deadline.wait("the worker's end") { processes.allSatisfy { !ProcessTable.isAlive($0) } }
    }
  }

  @Test func nginxSaysThatItsPortIsTaken() async throws {
    try await withNginx { server async throws in
      let second = try await ProgramOutput.of(
        Self.program, ["nginx", "-c", server.folder.path("nginx.conf"), "-g", "daemon off;"])
      #expect(second.end == .exited(1))
      #expect(second.error.contains("[emerg] bind() to 127.0.0.1:\(server.port) failed (98: Address already in use)"))
      #expect(second.error.contains("[emerg] still could not bind()"))
    }
  }

  @Test(arguments: [
    ("events {} http { server { listen 80 } }", "unexpected \"}\" in"),
    ("events {", "unexpected end of file, expecting \"}\" in"),
    ("evnts {}", "unknown directive \"evnts\" in"),
    ("events {} http { server { location / { proxy_pass http://x; } } }", "\"proxy_pass\" is not part of"),
    ("daemon perhaps;", "it must be \"on\" or \"off\""),
    ("events {} http { include nowhere.conf; }", "open() \"/etc/nginx/nowhere.conf\" failed"),
    ("error_log \"stderr", "expecting closing quote"),
  ])
  func nginxNamesWhatIsWrongWithAConfiguration(text: String, complaint: String) async throws {
    try await TemporaryFolder.with { folder in
      let file = try folder.write(text, to: "nginx.conf")
      let answer = try await ProgramOutput.of(Self.program, ["nginx", "-t", "-c", file])
      #expect(answer.end == .exited(1))
      #expect(answer.error.hasPrefix("nginx: [emerg] "))
      #expect(answer.error.contains(complaint), "\(answer.error)")
      #expect(answer.error.contains("test failed"))
    }
  }

  // MARK: - Bad input and many connections

  @Test(arguments: [
    ("GARBAGE\r\n\r\n", 400), ("GET\r\n\r\n", 400), ("GET / HTTP/1.1\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400), ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    ("GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET x HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501),
    ("GET /" + String(repeating: "a", count: 9000) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "a", count: 20_000) + "\r\n\r\n", 400),
  ])
  func refusesWhatIsNotHTTP(text: String, status: Int) async throws {
    try await withHelloApp { server async throws in
      #expect(try await server.request(text).status == status)
      #expect(try await server.get("/").status == 200)
    }
  }

  @Test func survivesNoise() async throws {
    try await withHelloApp { server async throws in
      var random = SystemRandomNumberGenerator()
      for _ in 0..<50 {
        let socket = try await server.connect()
        let noise = (0..<Int.random(in: 1...2000)).map { _ in UInt8.random(in: 0...255, using: &random) }
        // The server may have hung up in the middle of it, which is its right.
        try? await socket.write(noise)
        socket.close()
      }
      #expect(try await server.get("/").status == 200)
    }
  }

  @Test func answersWhileOthersAreSlow() async throws {
    try await withHelloApp { server async throws in
      var idle: [Descriptor] = []
      for number in 0..<700 {
        let socket = try await server.connect()
        if number % 2 == 0 { try await socket.write(Array("GET / HT".utf8)) }
        idle.append(socket)
      }
      #expect(try await server.get("/").status == 200)
      #expect(try Self.residentKilobytes(server.child.pid) < 2_000)
      for socket in idle { socket.close() }
    }
  }

  @Test func answersPipelinedRequestsInOrder() async throws {
    try await withHelloApp { server async throws in
      let socket = try await server.connect()
      let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
      try await socket.write(Array((request + request + "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").utf8))
      var text = ""
      while true {
        let bytes = try await socket.read()
        if bytes.isEmpty { break }
        text += String(decoding: bytes, as: UTF8.self)
      }
      #expect(text.split(separator: "HTTP/1.1 200 OK").count == 3)
    }
  }

  // MARK: - The other servers

  @Test func helloAppTellsItsVersionAndHost() async throws {
    try await withHelloApp { server async throws in
      let body = try await server.get("/any").body
      #expect(body.hasPrefix("Hello, world!\nVersion: 2.0.0\nHostname: "))
    }
  }

  @Test func kuardFailsItsProbesOnDemand() async throws {
    let port = try freePort()
    try await withServer(["kuard", "--address=127.0.0.1:\(port)"], port: port) { server async throws in
      #expect(try await server.get("/healthy").body == "ok")
      #expect(try await server.get("/ready").status == 200)
      #expect(try await server.send("PUT", "/healthy/api", "{\"failNext\": 2}").status == 200)
      #expect(try await server.get("/healthy").status == 500)
      #expect(try await server.get("/ready").status == 200)
      #expect(try await server.get("/healthy").status == 500)
      #expect(try await server.get("/healthy").status == 200)
      #expect(try await server.send("PUT", "/ready/api", "{\"failNext\":-1}").status == 200)
      for _ in 0..<4 { #expect(try await server.get("/ready").status == 500) }
      #expect(try await server.send("PUT", "/ready/api", "failNext=0").status == 200)
      #expect(try await server.get("/ready").status == 200)
      #expect(try await server.send("PUT", "/ready/api", "nonsense").status == 400)
      #expect(try await server.get("/").body.contains("a stand-in made by Podium"))
      #expect(try await server.get("/nothing").status == 404)
    }
  }

  @Test func goDemoNeedsItsDatabase() async throws {
    try await TemporaryFolder.with { folder in
      let databasePort = try freePort()
      try await withServer(
        ["mongod", "--port", "\(databasePort)", "--bind_ip", "127.0.0.1", "--dbpath", folder.path],
        port: databasePort
      ) { database async throws in
        #expect(try await database.get("/").body.contains("access MongoDB over HTTP on the native driver port"))
        let port = try freePort()
        try await withServer(
          ["go-demo"], environment: ["DB": "127.0.0.1:\(databasePort)", "PORT": "127.0.0.1:\(port)"], port: port
        ) { server async throws in
          #expect(try await server.get("/demo/hello").body == "hello, world!\n")
          #expect(try await server.send("PUT", "/demo/person?name=Ada+L", "").status == 200)
          #expect(try await server.send("PUT", "/demo/person?name=Grace", "").status == 200)
          #expect(try await server.send("PUT", "/demo/person?name=Grace", "").status == 200)
          #expect(try await server.get("/demo/person").body == "{\"Name\":\"Ada L\"}\n{\"Name\":\"Grace\"}")
          #expect(try await server.get("/this/path/does/not/exist").status == 404)
          database.child.signal(SIGTERM)
          #expect(try await database.child.waitForEnd() == .exited(0))
          #expect(try await server.get("/demo/person").status == 500)
          #expect(try await server.get("/demo/hello").status == 200)
        }
      }
      // A database that starts again on the same data still has it.
      let port = try freePort()
      try await withServer(
        ["mongod", "--port", "\(port)", "--bind_ip", "127.0.0.1", "--dbpath", folder.path], port: port
      ) { database async throws in
        let demoPort = try freePort()
        try await withServer(
          ["go-demo"], environment: ["DB": "127.0.0.1:\(port)", "PORT": "127.0.0.1:\(demoPort)"], port: demoPort
        ) { server async throws in
          #expect(try await server.get("/demo/person").body.contains("Grace"))
        }
      }
    }
  }

  @Test func goDemoPanicsWithoutItsDatabase() async throws {
    let port = try freePort()
    let answer = try await ProgramOutput.of(
      Self.program, ["go-demo"], environment: ["DB": "127.0.0.1:\(port)"], within: .seconds(20))
    #expect(answer.end == .exited(2))
    #expect(answer.error.contains("panic: no reachable servers"))
  }

  @Test func mongodRefusesWhatItDoesNotKnow() async throws {
    let unknown = try await ProgramOutput.of(Self.program, ["mongod", "--nonsense"])
    #expect(unknown.end == .exited(2))
    #expect(unknown.error.hasPrefix("Error parsing command line: unrecognised option '--nonsense'\n"))
    let nowhere = try await ProgramOutput.of(Self.program, ["mongod", "--dbpath", "/nowhere/at/all"])
    #expect(nowhere.end == .exited(100))
  }

  @Test func mongodHangsUpOnNoise() async throws {
    try await TemporaryFolder.with { folder in
      let port = try freePort()
      try await withServer(
        ["mongod", "--port", "\(port)", "--bind_ip", "127.0.0.1", "--dbpath", folder.path], port: port
      ) { server async throws in
        for start in [[0, 0, 0, 0], [255, 255, 255, 255], [1, 0, 0, 0]] as [[UInt8]] {
          let socket = try await server.connect()
          try await socket.write(start + [UInt8](repeating: 7, count: 64))
          #expect(try await socket.read() == [])
        }
        #expect(try await server.get("/").status == 200)
      }
    }
  }

  @Test func bookAppShowsItsPage() async throws {
    try await TemporaryFolder.with { folder in
      let port = try freePort()
      try folder.write("<h1>{{hostname}}</h1>", to: "app.js")
      try await withServer(
        ["node", "./app.js"], environment: ["PORT": "127.0.0.1:\(port)"], folder: folder.path, port: port
      ) { server async throws in
        let page = try await server.get("/")
        #expect(page.status == 200)
        #expect(page.body.hasPrefix("<h1>"))
        #expect(!page.body.contains("{{"))
        #expect(try await server.get("/x").status == 404)
        server.child.signal(SIGTERM)
        #expect(try await server.child.waitForEnd() == .exited(143))
      }
    }
  }

  @Test func apacheServesItsDirectory() async throws {
    try await TemporaryFolder.with { folder in
      let port = try freePort()
      try folder.write("<h1>It works!</h1>\n", to: "index.html")
      try await withServer(
        ["httpd", "-DFOREGROUND", "-c", "Listen 127.0.0.1:\(port)", "-c", "DocumentRoot \"\(folder.path)\""], port: port
      ) { server async throws in
        #expect(try await server.get("/").body == "<h1>It works!</h1>\n")
        #expect(try await server.get("/nothing").status == 404)
        server.child.signal(SIGWINCH)
        #expect(try await server.child.waitForEnd() == .exited(0))
      }
    }
  }

  // MARK: - The small commands

  @Test func bashRunsScriptsAndKeepsTheirArguments() async throws {
    let answer = try await ProgramOutput.of(
      Self.program, ["bash", "-ec", "echo $0 $1 \"$2\"; exit 7", "zero", "-x", "b c"])
    #expect(answer.output == "zero -x b c\n")
    #expect(answer.end == .exited(7))
    #expect(
      try await ProgramOutput.of(Self.program, ["bash", "--norc", "-o", "errexit", "-c", "echo ok"]).output == "ok\n")
    #expect(try await ProgramOutput.of(Self.program, ["bash"], input: "echo from input\n").output == "from input\n")
  }

  @Test func pkillEndsWhatPgrepFinds() async throws {
    let mark = "1000.\(getpid())"
    let sleeper = try ChildProgram("/bin/busybox", ["sleep", mark], environment: [:], folder: nil)
    defer { sleeper.kill() }
    let name = mark.split(separator: ".").joined(separator: "\\.")
    try await Deadline.wait("pgrep to see it") {
      try await ProgramOutput.of(Self.program, ["pgrep", "-f", "sleep \(name)"]).output == "\(sleeper.pid)\n"
    }
    #expect(try await ProgramOutput.of(Self.program, ["pkill", "-f", "sleep \(name)"]).end == .exited(0))
    #expect(try await sleeper.waitForEnd() == .killed(signal: SIGTERM))
    #expect(try await ProgramOutput.of(Self.program, ["pkill", "-f", "sleep \(name)"]).end == .exited(1))
    #expect(try await ProgramOutput.of(Self.program, ["pkill", "("]).end == .exited(2))
  }

  @Test func whatDebiansBusyboxLacksIsThere() async throws {
    func answer(_ words: String..., environment: [String: String] = [:]) async throws -> ProgramOutput {
      try await ProgramOutput.of(Self.program, words, environment: environment)
    }
    let mode = ["MODE": "a b"]
    #expect(try await answer("printenv", "MODE", environment: mode).output == "a b\n")
    #expect(try await answer("printenv", environment: mode).output.split(separator: "\n").contains("MODE=a b"))
    #expect(try await answer("printenv", "MODE", "NOBODY", environment: mode).end == .exited(1))
    #expect(try await answer("mountpoint", "/proc").output == "/proc is a mountpoint\n")
    #expect(try await answer("mountpoint", "/usr/bin").end == .exited(1))
    #expect(try await answer("mountpoint", "/nowhere").error == "mountpoint: /nowhere: No such file or directory\n")
    let own = Int(try await answer("nice").output.dropLast()) ?? 0
    #expect(try await answer("nice", "-n", "3", Self.program, "nice").output == "\(min(19, own + 3))\n")
    #expect(try await answer("nohup", "/nowhere").end == .exited(127))
    #expect(
      try await answer("nohup", "/bin/busybox", "sh", "-c", "kill -HUP $$; echo still here").output == "still here\n")
  }

  @Test func netcatLooksAtPortsAndCarriesBytes() async throws {
    try await withHelloApp { server async throws in
      func nc(_ words: String..., input: String = "") async throws -> ProgramOutput {
        let line = "printf '\(input)' | \(Self.program) nc \(words.joined(separator: " "))"
        return try await ProgramOutput.of("/bin/sh", ["-c", line])
      }
      let port = "\(server.port)"
      let open = try await nc("-zv", "127.0.0.1", port)
      #expect(open.end == .exited(0) && open.error == "127.0.0.1 (127.0.0.1:\(port)) open\n")
      #expect(try await nc("-z", "-w1", "localhost", port).error == "")
      let closed = try await nc("-vz", "-w", "1", "127.0.0.1", "1")
      #expect(closed.end == .exited(1) && closed.error == "nc: 127.0.0.1 (127.0.0.1:1): Connection refused\n")
      #expect(try await nc("-z", "127.0.0.1", "1").error == "")
      #expect(try await nc("-z", "nowhere.invalid", "1").error == "nc: bad address 'nowhere.invalid'\n")
      let page = try await nc("127.0.0.1", port, input: "GET / HTTP/1.0\\r\\n\\r\\n")
      #expect(page.output.contains("Hello, world!"), "\(page)")
      #expect(try await nc("-u", "127.0.0.1", "53").error.hasPrefix("nc: UDP is not understood by this stand-in\n"))
      #expect(try await nc("127.0.0.1").error.hasPrefix("nc: a host and a port are needed\n"))
    }
  }

  @Test func netcatListens() async throws {
    try await TemporaryFolder.with { folder in
      let port = try freePort()
      let file = try folder.write("hi", to: "file")
      let line =
        "\(Self.program) nc -l -p \(port) < \(file) & "
        + "until \(Self.program) nc -w 2 127.0.0.1 \(port) </dev/null 2>/dev/null; do sleep 0.05; done; wait"
      let answer = try await ProgramOutput.of("/bin/sh", ["-c", line])
      #expect(answer.output == "hi", "\(answer)")
    }
  }

  @Test func psShowsProcessesInSeveralShapes() async throws {
    let own = try await ProgramOutput.of(Self.program, ["ps", "-eo", "pid,ppid,args"])
    #expect(own.output.contains("ps -eo pid,ppid,args"))
    #expect(own.output.hasPrefix("    PID    PPID CMD\n"))
    #expect(try await ProgramOutput.of(Self.program, ["ps", "aux"]).output.contains("ps aux"))
    #expect(try await ProgramOutput.of(Self.program, ["ps", "-o", "nonsense"]).end == .exited(1))
  }

  @Test func curlShowsWhatAServerAnswers() async throws {
    try await withNginx { server async throws in
      let url = "http://localhost:\(server.port)"
      #expect(try await Self.curl("-s", url) == "hello\n")
      #expect(try await Self.curl("-s", url + "/who", "-X", "PUT", "-d", "a=b") == "PUT /who\n")
      #expect(try await Self.curl("-sI", url).hasPrefix("HTTP/1.1 200 OK\r\nServer: nginx/"))
      #expect(
        try await Self.curl("-s", "-o", "/dev/null", "-w", "%{http_code} %{size_download}\\n", url + "/x")
          == "404 153\n")
      let failed = try await ProgramOutput.of(Self.program, ["curl", "-fsS", url + "/x"])
      #expect(failed.end == .exited(22))
      #expect(failed.error == "curl: (22) The requested URL returned error: 404\n")
    }
  }

  @Test(
    arguments: [
      (["http://127.0.0.1:1/"], 7, "curl: (7) Failed to connect to 127.0.0.1 port 1: Couldn't connect to server\n"),
      (["https://localhost/"], 1, "curl: (1) Protocol \"https\" not supported\n"),
      (["http://:80/"], 3, "curl: (3) URL using bad/illegal format or missing URL\n"),
      ([], 2, "curl: (2) no URL specified\n"),
      (["--nonsense"], 2, "curl: (2) option --nonsense: is unknown\n"),
    ] as [([String], Int32, String)])
  func curlSaysWhyItFails(arguments: [String], code: Int32, message: String) async throws {
    let answer = try await ProgramOutput.of(Self.program, ["curl"] + arguments)
    #expect(answer.end == .exited(code))
    #expect(answer.error == message)
  }

  private static func curl(_ arguments: String...) async throws -> String {
    try await ProgramOutput.of(program, ["curl"] + arguments).output
  }

  @Test func wgetFetchesFilesAsBusyboxDoes() async throws {
    try await withNginx { server async throws in
      try await TemporaryFolder.with { folder in
        let place = "127.0.0.1:\(server.port)"
        func wget(_ arguments: String...) async throws -> ProgramOutput {
          try await ProgramOutput.of(Self.program, ["wget"] + arguments, folder: folder.path)
        }
        #expect(try await wget("-qO-", "-T", "3", "http://\(place)/").output == "hello\n")
        #expect(
          try await wget("-q", "--timeout=3", "-O", "-", "--post-data=a=b", "\(place)/who").output == "POST /who\n")
        #expect(
          try await wget("--spider", "-T1", place).error == "Connecting to \(place) (\(place))\nremote file exists\n")
        let saved = try await wget("http://\(place)")
        #expect(
          saved.error == """
            Connecting to \(place) (\(place))
            saving to 'index.html'
            index.html           100% |********************************|     6  0:00:00 ETA
            'index.html' saved

            """)
        #expect(try folder.read("index.html") == "hello\n")
        #expect(try await wget("-q", place).error == "wget: can't open 'index.html': File exists\n")
        let missing = try await wget("-q", "\(place)/x")
        #expect(missing.end == .exited(1))
        #expect(missing.error == "wget: server returned error: HTTP/1.1 404 Not Found\n")
      }
    }
  }

  @Test(
    arguments: [
      (["-q", "127.0.0.1:1"], "wget: can't connect to remote host (127.0.0.1): Connection refused\n"),
      (["-q", "http://:80/"], "wget: bad address ''\n"), (["-T", "x", "a"], "wget: invalid number 'x'\n"),
      ([], "wget: no URL given\n"), (["-T"], "wget: option requires an argument -- 'T'\n"),
    ] as [([String], String)])
  func wgetSaysWhyItFails(arguments: [String], message: String) async throws {
    let answer = try await ProgramOutput.of(Self.program, ["wget"] + arguments)
    #expect(answer.end == .exited(1))
    #expect(answer.error == message)
  }

  @Test func nginxDoesNotStartWithoutItsPidFile() async throws {
    try await TemporaryFolder.with { folder in
      try writeNginxConfiguration(folder, port: freePort(), answer: "")
      let text = try folder.read("nginx.conf").split(separator: "\n").filter { !$0.hasPrefix("pid ") }
      let file = try folder.write(text.joined(separator: "\n") + "\npid /proc/nowhere;\n", to: "other.conf")
      let answer = try await ProgramOutput.of(Self.program, ["nginx", "-c", file, "-g", "daemon off;"])
      #expect(answer.end == .exited(1))
      #expect(answer.error.contains("[emerg] open() \"/proc/nowhere\" failed (2: No such file or directory)"))
    }
  }

  @Test func aptGetGrantsWhatIsThereAlready() async throws {
    #expect(try await ProgramOutput.of(Self.program, ["apt-get", "update"]).end == .exited(0))
    #expect(try await ProgramOutput.of(Self.program, ["apt-get", "install", "-y", "procps"]).end == .exited(0))
    let missing = try await ProgramOutput.of(Self.program, ["apt-get", "install", "emacs"])
    #expect(missing.end == .exited(100))
    #expect(missing.error == "E: Unable to locate package emacs\n")
  }

  @Test func namesItsRolesWhenCalledByNone() async throws {
    let answer = try await ProgramOutput.of(Self.program, [])
    #expect(answer.end == .exited(2))
    #expect(answer.error.contains("nginx"))
  }

  private static func residentKilobytes(_ pid: Int32) throws -> Int {
    let line = try Files.readText("/proc/\(pid)/status").split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
    return line.flatMap { $0.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first }.flatMap { Int($0) }
      ?? 0
  }

  @Test func isOneStaticProgram() throws {
    let bytes = try Files.read(Self.program)
    #expect(bytes.count < 16_000_000)
    #expect(!String(decoding: bytes.prefix(4096), as: UTF8.self).contains("ld-linux"))
  }
}
