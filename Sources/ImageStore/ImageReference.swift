/// A name of an image as people write it, understood as container registries understand it.
public struct ImageReference: Sendable, Hashable, CustomStringConvertible {
  /// The registry, such as `docker.io` or `localhost:5000`.
  public var domain: String
  /// The repository within the registry, such as `library/busybox`.
  public var path: String
  public var tag: String?
  /// `sha256:` and 64 hexadecimal digits.
  public var digest: String?

  /// Reads `busybox`, `mongo:3.3`, `gcr.io/google-samples/hello-app:2.0`, `x@sha256:…`.
  public init(_ text: String) throws(InvalidImageName) {
    if text.utf8.count == 64, text.utf8.allSatisfy(isLowerHexadecimal) {
      throw InvalidImageName(
        text, "invalid repository name (\(text)), cannot specify 64-byte hexadecimal strings")
    }
    var remainder = text
    domain = "docker.io"
    if let slash = text.firstIndex(of: "/") {
      let first = String(text[..<slash])
      let isHost = first.contains(".") || first.contains(":") || first == "localhost" || first.lowercased() != first
      if isHost {
        domain = first == "index.docker.io" ? "docker.io" : first
        remainder = String(text[text.index(after: slash)...])
      }
    }
    if domain == "docker.io", !remainder.contains("/") { remainder = "library/" + remainder }
    let repository = String(remainder.prefix { $0 != ":" })
    if repository.lowercased() != repository {
      throw InvalidImageName(text, "invalid reference format: repository name (\(repository)) must be lowercase")
    }

    var name = remainder
    if let at = name.firstIndex(of: "@") {
      let digest = String(name[name.index(after: at)...])
      name = String(name[..<at])
      guard isDigestShaped(digest) else { throw InvalidImageName(text, "invalid reference format") }
      try checkDigest(digest, of: text)
      self.digest = digest
    }
    if let colon = name.firstIndex(of: ":") {
      let tag = String(name[name.index(after: colon)...])
      name = String(name[..<colon])
      guard isTag(tag) else { throw InvalidImageName(text, "invalid reference format") }
      self.tag = tag
    }
    path = name
    guard isDomain(domain), isRepositoryPath(path) else { throw InvalidImageName(text, "invalid reference format") }
    if path.utf8.count > 255 {
      throw InvalidImageName(text, "repository name must not be more than 255 characters")
    }
  }

  /// With the tag that a name without tag and digest stands for.
  public var withDefaultTag: ImageReference {
    var copy = self
    if copy.tag == nil && copy.digest == nil { copy.tag = "latest" }
    return copy
  }

  /// Registry and repository: `docker.io/library/busybox`.
  public var repository: String { "\(domain)/\(path)" }

  /// In full: `docker.io/library/busybox:latest`.
  public var description: String { repository + suffix }

  /// As people write it: `busybox:latest`.
  public var familiarName: String {
    guard domain == "docker.io" else { return description }
    return (path.hasPrefix("library/") ? String(path.dropFirst("library/".count)) : path) + suffix
  }

  private var suffix: String { (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "") }
}

/// A name that no image can have; the words are those that Kubernetes shows.
public struct InvalidImageName: Error, Equatable, CustomStringConvertible {
  public var name: String
  public var reason: String

  init(_ name: String, _ reason: String) {
    self.name = name
    self.reason = reason
  }

  public var description: String { "couldn't parse image name \(quoted(name)): \(reason)" }
}

/// In double quotes, as Go's `%q` writes plain text.
private func quoted(_ text: String) -> String {
  "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
}

private func isLowerHexadecimal(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...102).contains(byte) }

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
  (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
}

private func isTag(_ text: String) -> Bool {
  guard let first = text.utf8.first, text.utf8.count <= 128, isLetterOrDigit(first) || first == 95 else { return false }
  return text.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 95 || $0 == 46 || $0 == 45 }
}

/// `algorithm:hexadecimal`, with at least 32 digits.
private func isDigestShaped(_ text: String) -> Bool {
  guard let colon = text.firstIndex(of: ":"), let first = text.utf8.first, (65...90).contains(first & 0xDF) else {
    return false
  }
  let algorithm = text[..<colon].utf8
  let digits = text[text.index(after: colon)...].utf8
  return algorithm.allSatisfy { isLetterOrDigit($0) || "+.-_".utf8.contains($0) }
    && digits.count >= 32 && digits.allSatisfy { isLowerHexadecimal($0) || (65...70).contains($0) }
}

private func checkDigest(_ digest: String, of text: String) throws(InvalidImageName) {
  guard digest.hasPrefix("sha256:") else { throw InvalidImageName(text, "unsupported digest algorithm") }
  let digits = digest.dropFirst("sha256:".count).utf8
  guard digits.count == 64 else { throw InvalidImageName(text, "invalid checksum digest length") }
  guard digits.allSatisfy(isLowerHexadecimal) else { throw InvalidImageName(text, "invalid checksum digest format") }
}

/// Host names, addresses and an optional port.
private func isDomain(_ text: String) -> Bool {
  var host = text[...]
  if let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") {
    let port = text[text.index(after: colon)...]
    guard !port.isEmpty, port.utf8.allSatisfy({ (48...57).contains($0) }) else { return false }
    host = text[..<colon]
  }
  if host.hasPrefix("["), host.hasSuffix("]") {
    return host.dropFirst().dropLast().utf8.allSatisfy {
      isLowerHexadecimal($0) || (65...70).contains($0) || $0 == 58
    }
  }
  let labels = host.split(separator: ".", omittingEmptySubsequences: false)
  return labels.allSatisfy { label in
    guard let first = label.utf8.first, let last = label.utf8.last else { return false }
    return isLetterOrDigit(first) && isLetterOrDigit(last) && label.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 45 }
  }
}

/// Components of lower-case letters and digits, joined within by `.`, `_`, `__` or any number of `-`.
private func isRepositoryPath(_ text: String) -> Bool {
  text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { component in
    guard let first = component.utf8.first, let last = component.utf8.last, isLowerAlphanumeric(first),
      isLowerAlphanumeric(last)
    else { return false }
    let separators = component.split(whereSeparator: { $0.utf8.allSatisfy(isLowerAlphanumeric) })
    return separators.allSatisfy { $0 == "." || $0 == "_" || $0 == "__" || $0.allSatisfy { $0 == "-" } }
  }
}

private func isLowerAlphanumeric(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...122).contains(byte) }
