import Glibc

/// The part of nginx's configuration that this stand-in carries out.
struct NginxConfiguration {
  var runsInBackground = true
  var workerProcesses = 1
  var pidFile = "/run/nginx.pid"
  var errorLog = "/var/log/nginx/error.log"
  var user: String?
  var types: [String: String] = ["html": "text/html", "gif": "image/gif", "jpg": "image/jpeg"]
  var formats: [String: String] = [
    "combined":
      "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" \"$http_user_agent\""
  ]
  var servers: [NginxServer] = []

  /// Reads the file and the statements given by `-g`.
  static func load(_ file: String, globals: String) throws(NginxConfigurationError) -> NginxConfiguration {
    var configuration = NginxConfiguration()
    let fromCommandLine = try NginxDirectiveReader.read(Array(globals.utf8), named: "command line")
    for directive in try fromCommandLine + NginxDirectiveReader.read(file) {
      try configuration.take(directive)
    }
    return configuration
  }

  private mutating func take(_ directive: NginxDirective) throws(NginxConfigurationError) {
    switch directive.name {
    case "daemon": runsInBackground = try directive.flag()
    case "worker_processes":
      let value = try directive.only()
      guard let count = value == "auto" ? sysconf(Int32(_SC_NPROCESSORS_ONLN)) : Int(value), count > 0 else {
        throw NginxConfigurationError("invalid number \"\(value)\"", at: directive)
      }
      workerProcesses = min(count, 64)
    case "pid": pidFile = try directive.only()
    case "user": user = directive.arguments.first
    case "error_log": errorLog = try directive.first()
    case "events":
      // The one poll loop needs no tuning, so the statements in here have no effect.
      _ = try directive.statements()
    case "http":
      var defaults = NginxLocation()
      let statements = try directive.statements()
      // Settings hold for every server of the block, also for those written before them.
      for statement in statements where statement.name != "server" { try take(http: statement, &defaults) }
      for statement in statements where statement.name == "server" {
        servers.append(try NginxServer(statement, defaults: defaults))
      }
    default: try directive.refuseUnlessWithoutEffect()
    }
  }

  private mutating func take(
    http directive: NginxDirective, _ defaults: inout NginxLocation
  ) throws(NginxConfigurationError) {
    switch directive.name {
    case "types":
      types = [:]
      for type in try directive.statements() {
        for ending in type.arguments { types[ending] = type.name }
      }
    case "log_format":
      guard let name = directive.arguments.first else { throw directive.wrongCount }
      formats[name] = directive.arguments.dropFirst().filter { !$0.hasPrefix("escape=") }.joined()
    default:
      if try !defaults.take(directive) { try directive.refuseUnlessWithoutEffect() }
    }
  }
}

/// One `server` block.
struct NginxServer {
  var listens: [(address: ListenAddress, isDefault: Bool)] = []
  var names: [String] = []
  var defaults: NginxLocation
  var locations: [NginxLocation] = []

  init(_ directive: NginxDirective, defaults: NginxLocation) throws(NginxConfigurationError) {
    self.defaults = defaults
    let statements = try directive.statements()
    for statement in statements where statement.name != "location" {
      switch statement.name {
      case "listen":
        let text = try statement.first()
        guard let address = ListenAddress(text) ?? ListenAddress(text + ":80") else {
          throw NginxConfigurationError("invalid parameter \"\(text)\"", at: statement)
        }
        guard !statement.arguments.contains("ssl") else {
          throw NginxConfigurationError("TLS is not part of Podium's stand-in for nginx", at: statement)
        }
        listens.append((address, statement.arguments.contains("default_server")))
      case "server_name": names += statement.arguments.map { $0.lowercased() }
      default:
        if try !self.defaults.take(statement) { try statement.refuseUnlessWithoutEffect() }
      }
    }
    if listens.isEmpty, let address = ListenAddress("80") { listens = [(address, false)] }
    for statement in statements where statement.name == "location" {
      locations.append(try NginxLocation(statement, defaults: self.defaults))
    }
  }

  /// Whether a request for this host name is meant for this server.
  func isNamed(_ host: String) -> Bool {
    names.contains { name in
      name == host || (name.hasPrefix("*.") && host.hasSuffix(name.dropFirst()))
        || (name.hasSuffix(".*") && host.hasPrefix(name.dropLast()))
    }
  }

  /// The location for a path: exact, then the longest prefix, unless a regular expression takes it.
  func location(for path: String) -> NginxLocation {
    if let exact = locations.first(where: { $0.match == .exact && $0.pattern == path }) { return exact }
    let prefix = locations.filter { location in
      (location.match == .prefix || location.match == .finalPrefix) && path.hasPrefix(location.pattern)
    }.max { $0.pattern.utf8.count < $1.pattern.utf8.count }
    if prefix?.match != .finalPrefix, let matching = locations.first(where: { $0.expression?.matches(path) ?? false }) {
      return matching
    }
    return prefix ?? defaults
  }
}

/// What holds for the paths of one `location`; also what a server or `http` gives to all of theirs.
struct NginxLocation {
  enum Match {
    case prefix, finalPrefix, exact, expression, named
  }

  var match = Match.prefix
  var pattern = "/"
  var expression: RegularExpression?
  var root = "/etc/nginx/html"
  var alias: String?
  var indexes = ["index.html"]
  var defaultType = "text/plain"
  var listsDirectories = false
  var accessLog: (path: String, format: String)? = ("/var/log/nginx/access.log", "combined")
  var addedHeaders: [(name: String, value: String, always: Bool)] = []
  var errorPages: [Int: (uri: String, status: Int?)] = [:]
  var fixedAnswer: (status: Int, text: String)?
  var attempts: [String] = []
  var showsVersion = true
  var deniesAll = false

  init() {}

  init(_ directive: NginxDirective, defaults: NginxLocation) throws(NginxConfigurationError) {
    self = defaults
    let words = directive.arguments
    switch (words.count, words.first ?? "") {
    case (2, "="): match = .exact
    case (2, "^~"): match = .finalPrefix
    case (2, "~"), (2, "~*"):
      match = .expression
      expression = RegularExpression(words[1], ignoringCase: words[0] == "~*")
      if expression == nil {
        throw NginxConfigurationError("invalid regular expression \"\(words[1])\"", at: directive)
      }
    case (1, let name) where name.hasPrefix("@"): match = .named
    case (1, _): match = .prefix
    default: throw directive.wrongCount
    }
    pattern = words[words.count - 1]
    for statement in try directive.statements() where try !take(statement) {
      try statement.refuseUnlessWithoutEffect()
    }
  }

  /// Takes a statement that may stand in `http`, `server` and `location` alike; false when it is none of those.
  mutating func take(_ directive: NginxDirective) throws(NginxConfigurationError) -> Bool {
    switch directive.name {
    case "root":
      root = try directive.only()
      alias = nil
    case "alias": alias = try directive.only()
    case "index":
      guard !directive.arguments.isEmpty else { throw directive.wrongCount }
      indexes = directive.arguments
    case "default_type": defaultType = try directive.only()
    case "autoindex": listsDirectories = try directive.flag()
    case "server_tokens": showsVersion = try directive.only() != "off"
    case "access_log":
      let path = try directive.first()
      accessLog = path == "off" ? nil : (path, directive.arguments.dropFirst().first ?? "combined")
    case "add_header":
      guard directive.arguments.count >= 2 else { throw directive.wrongCount }
      addedHeaders.append((directive.arguments[0], directive.arguments[1], directive.arguments.last == "always"))
    case "error_page":
      guard directive.arguments.count >= 2, let uri = directive.arguments.last else { throw directive.wrongCount }
      var status: Int?
      for word in directive.arguments.dropLast() where word.hasPrefix("=") { status = Int(word.dropFirst()) }
      for code in directive.arguments.dropLast().compactMap({ Int($0) }) { errorPages[code] = (uri, status) }
    case "return":
      let first = try directive.first()
      let text = directive.arguments.dropFirst().joined(separator: " ")
      if let status = Int(first), (200...599).contains(status) {
        fixedAnswer = (status, text)
      } else if first.hasPrefix("http") || first.hasPrefix("/") {
        fixedAnswer = (302, first)
      } else {
        throw NginxConfigurationError("invalid return code \"\(first)\"", at: directive)
      }
    case "try_files":
      guard directive.arguments.count >= 2 else { throw directive.wrongCount }
      attempts = directive.arguments
    case "deny": if try directive.only() == "all" { deniesAll = true }
    case "allow": if try directive.only() == "all" { deniesAll = false }
    default: return false
    }
    return true
  }
}

extension NginxDirective {
  fileprivate var wrongCount: NginxConfigurationError {
    NginxConfigurationError("invalid number of arguments in \"\(name)\" directive", at: self)
  }

  fileprivate func first() throws(NginxConfigurationError) -> String {
    guard let first = arguments.first else { throw wrongCount }
    return first
  }

  fileprivate func only() throws(NginxConfigurationError) -> String {
    guard arguments.count == 1 else { throw wrongCount }
    return arguments[0]
  }

  fileprivate func flag() throws(NginxConfigurationError) -> Bool {
    let value = try only()
    guard value == "on" || value == "off" else {
      throw NginxConfigurationError(
        "invalid value \"\(value)\" in \"\(name)\" directive, it must be \"on\" or \"off\"", at: self)
    }
    return value == "on"
  }

  fileprivate func statements() throws(NginxConfigurationError) -> [NginxDirective] {
    guard let block else { throw NginxConfigurationError("directive \"\(name)\" has no opening \"{\"", at: self) }
    return block
  }

  /// Statements that tune nginx may be left out without a reader of its answers noticing; others may not.
  fileprivate func refuseUnlessWithoutEffect() throws(NginxConfigurationError) {
    if Self.withoutEffect.contains(name) { return }
    if Self.notCarriedOut.contains(name) {
      throw NginxConfigurationError("directive \"\(name)\" is not part of Podium's stand-in for nginx", at: self)
    }
    throw NginxConfigurationError("unknown directive \"\(name)\"", at: self)
  }

  private static let withoutEffect: Set<String> = [
    "charset", "client_body_buffer_size", "client_body_timeout", "client_header_buffer_size", "client_header_timeout",
    "client_max_body_size", "etag", "expires", "gzip", "gzip_comp_level", "gzip_disable", "gzip_min_length",
    "gzip_proxied",
    "gzip_types", "gzip_vary", "keepalive_requests", "keepalive_timeout", "large_client_header_buffers",
    "log_not_found",
    "open_file_cache", "open_file_cache_valid", "port_in_redirect", "reset_timedout_connection", "send_timeout",
    "sendfile",
    "server_names_hash_bucket_size", "tcp_nodelay", "tcp_nopush", "types_hash_max_size", "worker_connections",
    "worker_rlimit_nofile",
  ]

  private static let notCarriedOut: Set<String> = [
    "auth_basic", "auth_basic_user_file", "fastcgi_pass", "geo", "if", "limit_req", "limit_req_zone", "map",
    "proxy_pass",
    "proxy_set_header", "resolver", "rewrite", "set", "split_clients", "ssl_certificate", "ssl_certificate_key",
    "stream",
    "stub_status", "sub_filter", "upstream", "uwsgi_pass", "load_module",
  ]
}
