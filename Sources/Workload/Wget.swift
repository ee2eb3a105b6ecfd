import Glibc

/// `wget` as busybox has it, with the limit on time (`-T`) that Debian builds its busybox without.
enum Wget {
  static func main(_ arguments: [String]) -> Int32 {
    var options = Options()
    if let complaint = options.read(arguments.dropFirst()) { return fail(complaint) }
    guard !options.urls.isEmpty else { return fail("no URL given") }
    for url in options.urls {
      // What is not plain HTTP is busybox' own business.
      guard let target = Target(url) else { return options.handOver(url) }
      if let complaint = Download(options: options, target: target).run() { return fail(complaint) }
    }
    return 0
  }

  private static func fail(_ complaint: String) -> Int32 {
    write("wget: \(complaint)\n", to: STDERR_FILENO)
    return 1
  }

  struct Options {
    var urls: [String] = []
    var headers: [String] = []
    var body: [UInt8]?
    var output: String?
    var folder: String?
    var agent = "Wget"
    var seconds = 900
    var isQuiet = false
    var showsAnswer = false
    var checksOnly = false
    /// As busybox takes them: without the limit on time.
    private var others: [String] = []

    private static let long: [String: String] = [
      "quiet": "q", "server-response": "S", "output-document": "O", "output-file": "o", "directory-prefix": "P",
      "timeout": "T", "user-agent": "U", "proxy": "Y", "continue": "c", "tries": "t", "spider": "spider",
      "header": "header", "post-data": "post-data", "post-file": "post-file",
      "no-check-certificate": "no-check-certificate",
    ]
    private static let valued: Set<String> = ["O", "o", "P", "T", "U", "Y", "t", "header", "post-data", "post-file"]

    /// What is wrong with the words, or nil.
    mutating func read(_ words: ArraySlice<String>) -> String? {
      var rest = words
      while let word = rest.popFirst() {
        if word.hasPrefix("--"), word.count > 2 {
          let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
          guard let name = Self.long[String(parts[0])] else { return "unrecognized option '\(word)'" }
          guard Self.valued.contains(name) else {
            if let complaint = set(name, "") { return complaint }
            continue
          }
          guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
            return "option '\(word)' requires an argument"
          }
          if let complaint = set(name, value) { return complaint }
        } else if word.hasPrefix("-"), word.count > 1 {
          var letters = word.dropFirst()
          while let letter = letters.popFirst() {
            let name = String(letter)
            var value = ""
            if Self.valued.contains(name) {
              guard let found = letters.isEmpty ? rest.popFirst() : String(letters) else {
                return "option requires an argument -- '\(name)'"
              }
              value = found
              letters = ""
            }
            if let complaint = set(name, value) { return complaint }
          }
        } else {
          urls.append(word)
        }
      }
      return nil
    }

    private mutating func set(_ name: String, _ value: String) -> String? {
      if name != "T" && name != "t" {
        others += [(name.count == 1 ? "-" : "--") + name] + (Self.valued.contains(name) ? [value] : [])
      }
      switch name {
      case "q": isQuiet = true
      case "S": showsAnswer = true
      case "spider": checksOnly = true
      case "O": output = value
      case "P": folder = value
      case "U": agent = value
      case "header": headers.append(value)
      case "post-data": body = Array(value.utf8)
      case "post-file":
        guard let content = readFile(value, limit: 64 << 20) else {
          return "can't open '\(value)': \(String(cString: strerror(errno)))"
        }
        body = content
      case "T":
        guard let number = Int(value), number > 0 else { return "invalid number '\(value)'" }
        seconds = number
      // There is one try, no proxy, nothing to go on with, and no log but standard error.
      case "c", "t", "Y", "o", "no-check-certificate": break
      default: return "invalid option -- '\(name)'"
      }
      return nil
    }

    func handOver(_ url: String) -> Int32 {
      var words = (["wget"] + others + [url]).map { strdup($0) } + [nil]
      execv("/usr/bin/busybox", &words)
      return 127
    }
  }

  /// A place that plain HTTP leads to.
  struct Target {
    var host: String
    var port = "80"
    var path = "/"

    init?(_ url: String) {
      var rest = url[...]
      if rest.hasPrefix("http://") {
        rest = rest.dropFirst(7)
      } else if let scheme = rest.firstRange(of: "://"), rest[..<scheme.lowerBound].allSatisfy(\.isLetter) {
        return nil
      }
      let authority = rest.prefix { $0 != "/" && $0 != "?" }
      let tail = rest.dropFirst(authority.count).prefix { $0 != "#" }
      if !tail.isEmpty { path = tail.hasPrefix("/") ? String(tail) : "/" + tail }
      host = String(authority)
      if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
        host = String(authority[..<colon])
        port = String(authority[authority.index(after: colon)...])
      }
    }

    /// Without the brackets of an IPv6 address.
    var address: String { host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host }
    var authority: String { port == "80" ? host : "\(host):\(port)" }

    /// The name under which the content is kept.
    var fileName: String {
      let path = path.prefix { $0 != "?" }
      let name = path.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? ""
      return name.isEmpty ? "index.html" : name
    }

    func following(_ location: String) -> Target? {
      if location.contains("://") { return Target(location) }
      var next = self
      next.path = location.hasPrefix("/") ? location : "/" + location
      return next
    }
  }
}
