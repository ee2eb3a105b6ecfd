internal import Documents
internal import SystemIO

/// Which registries may be asked, and how: the user's `registries.yaml`.
///
///     reach: everywhere            # or loopback: only this machine; or nowhere
///     registries:
///       docker.io:
///         mirrors: [https://mirror.example:5000]
///       registry.example:5000:
///         certificateAuthority: /etc/ssl/registry-ca.pem
///       plain.example:
///         plainHTTP: true
public struct RegistrySettings: Sendable, Equatable {
  public enum Reach: String, Sendable, CaseIterable { case everywhere, loopback, nowhere }

  public var reach = Reach.everywhere
  var registries: [String: Registry] = [:]

  struct Registry: Sendable, Equatable {
    /// URLs of servers that are asked before the registry itself.
    var mirrors: [String] = []
    /// PEM text.
    var certificateAuthority: String?
    var plainHTTP: Bool?
  }

  public init() {}

  /// Reads the file; one that is not there says nothing.
  public init(readingFrom path: String) throws(RegistrySettingsError) {
    guard Files.exists(path) else { return }
    let document: Document
    do {
      guard let first = try Document.parse(yaml: Files.read(path)).first else { return }
      document = first
    } catch {
      throw RegistrySettingsError("\(path): \(error)")
    }
    if document.isNull { return }
    func problem(_ place: Document, _ text: String) -> RegistrySettingsError {
      RegistrySettingsError("\(path), line \(place.line): \(text)")
    }
    guard let members = document.mapValue else { throw problem(document, "expected reach and registries") }
    for member in members.entries {
      switch member.key {
      case "reach":
        guard let reach = member.value.stringValue.flatMap(Reach.init) else {
          throw problem(member.value, "reach is everywhere, loopback or nowhere")
        }
        self.reach = reach
      case "registries":
        guard let entries = member.value.mapValue?.entries else {
          throw problem(member.value, "registries lists settings by the name of a registry, such as docker.io")
        }
        for entry in entries { registries[entry.key] = try Registry(entry.value, problem) }
      default: throw problem(member.value, "unknown word \(member.key): there are reach and registries")
      }
    }
  }

  /// The servers to be asked for a registry's images, in this order.
  func hosts(of domain: String) -> [RegistryHost] {
    let settings = registries[domain] ?? Registry()
    let address = domain == "docker.io" ? "registry-1.docker.io" : domain
    // Nobody can listen in on this machine's own interface, so registries there often have no certificate.
    let isPlain = settings.plainHTTP ?? (settings.certificateAuthority == nil && RegistryHost.isLoopback(address))
    let own = RegistryHost(
      base: (isPlain ? "http://" : "https://") + address, certificateAuthority: settings.certificateAuthority)
    return settings.mirrors.map { host(mirror: $0, of: domain) } + [own]
  }

  private func host(mirror: String, of domain: String) -> RegistryHost {
    var base = mirror.contains("://") ? mirror : "https://" + mirror
    while base.hasSuffix("/") { base.removeLast() }
    var host = RegistryHost(base: base, certificateAuthority: nil)
    host.certificateAuthority = registries[host.address]?.certificateAuthority
    host.mirrored = domain
    return host
  }

  func certificateAuthority(for address: String) -> String? { registries[address]?.certificateAuthority }

  func mayReach(_ address: String) -> Bool {
    switch reach {
    case .everywhere: true
    case .loopback: RegistryHost.isLoopback(address)
    case .nowhere: false
    }
  }
}

extension RegistrySettings.Registry {
  init(
    _ document: Document, _ problem: (Document, String) -> RegistrySettingsError
  ) throws(RegistrySettingsError) {
    guard let entries = document.mapValue?.entries else {
      throw problem(document, "expected mirrors, certificateAuthority or plainHTTP")
    }
    for entry in entries {
      switch entry.key {
      case "mirrors":
        guard let list = entry.value.listValue?.compactMap(\.stringValue), !list.isEmpty else {
          throw problem(entry.value, "mirrors is a list of URLs")
        }
        mirrors = list
      case "certificateAuthority":
        guard let path = entry.value.stringValue else {
          throw problem(entry.value, "certificateAuthority is the path of a PEM file")
        }
        do {
          certificateAuthority = try Files.readText(path)
        } catch {
          throw problem(entry.value, "\(error)")
        }
      case "plainHTTP":
        guard let flag = entry.value.boolValue else { throw problem(entry.value, "plainHTTP is true or false") }
        plainHTTP = flag
      default:
        throw problem(
          entry.value, "unknown word \(entry.key): there are mirrors, certificateAuthority and plainHTTP")
      }
    }
  }
}

/// A server that speaks the distribution protocol.
struct RegistryHost: Sendable, Equatable {
  /// Scheme, address and perhaps a path; no slash at its end.
  var base: String
  var certificateAuthority: String?
  /// The registry that this server stands in for.
  var mirrored: String?

  /// Host and port as the base has them.
  var address: String { Self.address(of: base) }

  static func address(of url: String) -> String {
    String(url.drop { $0 != ":" }.dropFirst(3).prefix { $0 != "/" && $0 != "?" })
  }

  static func isLoopback(_ address: String) -> Bool {
    if address.hasPrefix("[") { return address.hasPrefix("[::1]") }
    let host = address.prefix { $0 != ":" }
    let numbers = host.split(separator: ".")
    return host == "localhost" || numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
  }
}

/// The settings cannot be read; the text names the file and the line.
public struct RegistrySettingsError: Error, Sendable, Equatable, CustomStringConvertible {
  public var description: String

  init(_ description: String) { self.description = description }
}
