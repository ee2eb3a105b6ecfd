internal import KubernetesAPI

/// Where a path leads.
enum Route: Sendable {
  /// Where one sees which paths there are.
  case root
  case health(String)
  case version
  case tokenKeys
  case tokenConfiguration
  case openAPIVersion2
  case openAPIIndex
  case openAPIGroup(String)
  case coreVersions
  case groups
  case group(String)
  case groupVersion(group: String, version: String)
  case objects(Target)

  /// A collection, an object, or a part of one.
  struct Target: Sendable {
    var resource: Resource
    var namespace: String?
    var name: String?
    var subresource: String?
    /// What stands behind the subresource, for those that pass it on.
    var rest: [String] = []
  }

  init?(path: String) {
    let parts = path.split(separator: "/").map(String.init)
    switch parts.first {
    case nil: self = .root
    case "api": self.init(parts.dropFirst(), group: "")
    case "apis":
      guard parts.count > 1 else {
        self = .groups
        return
      }
      self.init(parts.dropFirst(2), group: parts[1])
    case "version" where parts.count == 1: self = .version
    case ".well-known" where parts == [".well-known", "openid-configuration"]: self = .tokenConfiguration
    case "openid" where parts == ["openid", "v1", "jwks"]: self = .tokenKeys
    case "healthz", "livez", "readyz": self = .health(parts[0])
    case "openapi" where parts.count == 2 && parts[1] == "v2": self = .openAPIVersion2
    case "openapi" where parts.count == 2 && parts[1] == "v3": self = .openAPIIndex
    case "openapi" where parts.count > 2 && parts[1] == "v3":
      self = .openAPIGroup(parts.dropFirst(2).joined(separator: "/"))
    default: return nil
    }
  }

  private init?(_ parts: ArraySlice<String>, group: String) {
    guard let version = parts.first else {
      if group.isEmpty {
        self = .coreVersions
      } else {
        guard Resource.all.contains(where: { $0.group == group }) else { return nil }
        self = .group(group)
      }
      return
    }
    guard Resource.all.contains(where: { $0.group == group && $0.version == version }) else { return nil }
    let rest = Array(parts.dropFirst())
    if rest.isEmpty {
      self = .groupVersion(group: group, version: version)
      return
    }
    // A namespace is an object itself, and a room for others.
    if rest[0] == "namespaces", rest.count > 2,
      let resource = Resource.find(group: group, version: version, plural: rest[2]), resource.isNamespaced
    {
      self.init(resource, namespace: rest[1], rest.dropFirst(3))
      return
    }
    guard let resource = Resource.find(group: group, version: version, plural: rest[0]) else { return nil }
    // Across all namespaces there is only the collection.
    if resource.isNamespaced && rest.count > 1 { return nil }
    self.init(resource, namespace: nil, rest.dropFirst())
  }

  private init(_ resource: Resource, namespace: String?, _ rest: ArraySlice<String>) {
    var target = Target(resource: resource, namespace: namespace)
    target.name = rest.first
    target.subresource = rest.dropFirst().first
    target.rest = Array(rest.dropFirst(2))
    self = .objects(target)
  }
}
