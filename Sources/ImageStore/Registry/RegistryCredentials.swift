internal import Documents

/// What proves to a registry who asks.
public struct RegistryCredential: Sendable, Equatable {
  public var user: String
  public var password: String
  /// A long-lived token in place of a password.
  public var identityToken: String

  /// What is given for a token: an identity token is a secret without a user.
  var secret: String { identityToken.isEmpty ? password : identityToken }
  var tokenUser: String { identityToken.isEmpty ? user : "" }
}

/// Logins by registry, as `docker login` writes them into `config.json` and as pull secrets hold them.
public struct RegistryCredentials: Sendable {
  private var entries: [(pattern: String, credential: RegistryCredential)] = []

  public init() {}

  /// Reads `{"auths": {"registry": {"auth": …}}}`; nil when the text is not JSON. Entries without a login are left out.
  public init?(dockerConfiguration text: String) {
    guard let document = try? Document.parse(json: Array(text.utf8)) else { return nil }
    for entry in document["auths"]?.mapValue?.entries ?? [] {
      var credential = RegistryCredential(
        user: entry.value["username"]?.stringValue ?? "", password: entry.value["password"]?.stringValue ?? "",
        identityToken: entry.value["identitytoken"]?.stringValue ?? "")
      if let encoded = entry.value["auth"]?.stringValue, !encoded.isEmpty, let bytes = Base64.decode(encoded) {
        let login = String(decoding: bytes, as: UTF8.self)
        let colon = login.firstIndex(of: ":") ?? login.endIndex
        credential.user = String(login[..<colon])
        // Some programs pad the password with zero bytes.
        credential.password = String(login[colon...].dropFirst().prefix { $0 != "\0" })
      }
      if credential.secret.isEmpty { continue }
      entries.append((Self.pattern(entry.key), credential))
    }
  }

  public mutating func add(_ others: RegistryCredentials) { entries += others.entries }

  /// The logins for an image's repository: the most precise first, each once.
  public func matching(_ reference: ImageReference) -> [RegistryCredential] {
    let target = reference.repository
    let fitting = entries.enumerated().filter { Self.matches($0.element.pattern, target) }
      .sorted { ($1.element.pattern.count, $0.offset) < ($0.element.pattern.count, $1.offset) }
    var found: [RegistryCredential] = []
    for (_, entry) in fitting where !found.contains(entry.credential) { found.append(entry.credential) }
    return found
  }

  /// `https://index.docker.io/v1/` is how Docker Hub is written for historical reasons; others may have a scheme too.
  private static func pattern(_ key: String) -> String {
    var text = key[...]
    for scheme in ["https://", "http://"] where text.hasPrefix(scheme) { text = text.dropFirst(scheme.count) }
    while text.hasSuffix("/") { text = text.dropLast() }
    for version in ["/v1", "/v2"] where text.hasSuffix(version) { text = text.dropLast(version.count) }
    let host = text.prefix { $0 != "/" }
    let isHub = ["index.docker.io", "registry-1.docker.io", "docker.io"].contains(String(host))
    return isHub ? "docker.io" + text.dropFirst(host.count) : String(text)
  }

  /// A pattern is a host, in which `*` stands for any part of one label, with or without the beginning of a path.
  private static func matches(_ pattern: String, _ repository: String) -> Bool {
    let host = pattern.prefix { $0 != "/" }
    let path = pattern.dropFirst(host.count)
    let ownHost = repository.prefix { $0 != "/" }
    guard repository.dropFirst(ownHost.count).hasPrefix(path) else { return false }
    let labels = host.split(separator: ".", omittingEmptySubsequences: false)
    let ownLabels = ownHost.split(separator: ".", omittingEmptySubsequences: false)
    return labels.count == ownLabels.count && zip(labels, ownLabels).allSatisfy(fits)
  }

  private static func fits(_ pattern: Substring, _ label: Substring) -> Bool {
    guard let star = pattern.firstIndex(of: "*") else { return pattern == label }
    guard label.hasPrefix(pattern[..<star]) else { return false }
    let tail = pattern[star...].dropFirst()
    var rest = label.dropFirst(pattern[..<star].count)
    while true {
      if fits(tail, rest) { return true }
      if rest.popFirst() == nil { return false }
    }
  }
}
