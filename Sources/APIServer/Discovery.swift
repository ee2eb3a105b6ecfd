internal import Documents
internal import KubernetesAPI

/// What this server serves, told in the two forms that clients ask for.
struct Discovery: Sendable {
  let version: [UInt8]
  private let groups: [Group]
  private let core: Aggregate
  private let others: Aggregate

  private struct Group: Sendable {
    let name: String
    /// The preferred one first.
    let versions: [String]

    func document(withType: Bool) -> Document {
      func version(_ version: String) -> Document {
        ["groupVersion": .string("\(name)/\(version)"), "version": .string(version)]
      }
      var map = DocumentMap()
      if withType {
        map.append("kind", "APIGroup")
        map.append("apiVersion", "v1")
      }
      map.append("name", .string(name))
      map.append("versions", .list(versions.map(version)))
      map.append("preferredVersion", version(versions[0]))
      return .map(map)
    }
  }

  /// A whole side of discovery in one answer, with a tag by which clients know it again.
  private struct Aggregate: Sendable {
    let body: [UInt8]
    let tag: String

    init(_ groups: [Group]) {
      let document: Document = [
        "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": [:],
        "items": .list(groups.map(Discovery.aggregated)),
      ]
      body = document.json()
      tag = Digest.text(body)
    }
  }

  init() {
    var groups: [Group] = []
    for resource in Resource.all where !groups.contains(where: { $0.name == resource.group }) {
      var versions: [String] = []
      for other in Resource.all where other.group == resource.group && !versions.contains(other.version) {
        versions.append(other.version)
      }
      groups.append(Group(name: resource.group, versions: versions))
    }
    self.groups = groups.filter { !$0.name.isEmpty }
    core = Aggregate(groups.filter(\.name.isEmpty))
    others = Aggregate(self.groups)
    let version: Document = [
      "major": .string(ServerVersion.major), "minor": .string(ServerVersion.minor),
      "gitVersion": .string(ServerVersion.gitVersion), "gitCommit": "", "gitTreeState": "clean", "buildDate": "",
      "goVersion": "", "compiler": "swift", "platform": .string(ServerVersion.platform),
    ]
    self.version = version.json()
  }

  func answer(_ request: APIRequest, _ route: Route) throws(StatusError) -> APIResponse {
    let offered: Set<AnswerForm.Shape>
    let aggregate: Aggregate?
    let plain: Document
    switch route {
    case .root:
      (offered, aggregate) = ([.plain], nil)
      plain = ["paths": Self.texts(paths)]
    case .coreVersions:
      (offered, aggregate) = ([.plain, .groupDiscovery], core)
      plain = [
        "kind": "APIVersions", "versions": ["v1"],
        "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": ""]],
      ]
    case .groups:
      (offered, aggregate) = ([.plain, .groupDiscovery], others)
      plain = [
        "kind": "APIGroupList", "apiVersion": "v1", "groups": .list(groups.map { $0.document(withType: false) }),
      ]
    case .group(let name):
      guard let group = groups.first(where: { $0.name == name }) else { throw StatusError.noSuchResource() }
      (offered, aggregate) = ([.plain], nil)
      plain = group.document(withType: true)
    case .groupVersion(let group, let version):
      (offered, aggregate) = ([.plain], nil)
      plain = Self.resources(group, version)
    default: throw StatusError.noSuchResource()
    }
    let form = try AnswerForm(accept: request.headers["Accept"], offering: offered)
    if form.shape == .groupDiscovery, let aggregate {
      let tag = "\"\(aggregate.tag)\""
      let headers: HTTPHeaders = [
        "Content-Type": "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", "ETag": tag,
        "Vary": "Accept", "Cache-Control": "public",
      ]
      if request.headers["If-None-Match"] == tag { return APIResponse(status: 304, headers: headers) }
      return APIResponse(headers: headers, body: .bytes(aggregate.body))
    }
    if form.isYAML {
      return APIResponse(headers: ["Content-Type": "application/yaml"], body: .bytes(Array(plain.yaml().utf8)))
    }
    var response = APIResponse(json: plain.json())
    response.headers.add("Vary", "Accept")
    return response
  }

  /// Every path that leads to more paths or tells something of the server itself.
  private var paths: [String] {
    var paths = [
      "/.well-known/openid-configuration", "/api", "/api/v1", "/apis", "/healthz", "/livez", "/openapi/v2",
      "/openapi/v3", "/openid/v1/jwks", "/readyz", "/version",
    ]
    paths += ["/openapi/v3/api/v1"]
    for group in groups {
      paths.append("/apis/\(group.name)")
      for version in group.versions {
        paths += ["/apis/\(group.name)/\(version)", "/openapi/v3/apis/\(group.name)/\(version)"]
      }
    }
    return paths.sorted()
  }

  // MARK: One group and version at a time

  private static func resources(_ group: String, _ version: String) -> Document {
    var list: [Document] = []
    for resource in Resource.all where resource.group == group && resource.version == version {
      var entry: Document = [
        "name": .string(resource.plural), "singularName": .string(resource.singular),
        "namespaced": .bool(resource.isNamespaced), "kind": .string(resource.kind), "verbs": texts(resource.verbs),
      ]
      if !resource.shortNames.isEmpty { entry["shortNames"] = texts(resource.shortNames) }
      if !resource.categories.isEmpty { entry["categories"] = texts(resource.categories) }
      list.append(entry)
      for part in resource.subresources {
        var entry: Document = [
          "name": .string("\(resource.plural)/\(part.name)"), "singularName": "",
          "namespaced": .bool(resource.isNamespaced), "kind": .string(part.kind), "verbs": texts(part.verbs),
        ]
        if !part.group.isEmpty { entry["group"] = .string(part.group) }
        if !part.version.isEmpty { entry["version"] = .string(part.version) }
        list.append(entry)
      }
    }
    let name = group.isEmpty ? version : "\(group)/\(version)"
    return [
      "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(name), "resources": .list(list),
    ]
  }

  // MARK: All at once

  private static func aggregated(_ group: Group) -> Document {
    let versions = group.versions.map { version -> Document in
      let resources = Resource.all.filter { $0.group == group.name && $0.version == version }
      return ["version": .string(version), "resources": .list(resources.map(aggregated)), "freshness": "Current"]
    }
    let metadata: Document =
      group.name.isEmpty
      ? ["creationTimestamp": .null] : ["name": .string(group.name), "creationTimestamp": .null]
    return ["metadata": metadata, "versions": .list(versions)]
  }

  private static func aggregated(_ resource: Resource) -> Document {
    var entry: Document = [
      "resource": .string(resource.plural),
      "responseKind": kind(resource.group, resource.version, resource.kind),
      "scope": resource.isNamespaced ? "Namespaced" : "Cluster", "singularResource": .string(resource.singular),
      "verbs": texts(resource.verbs),
    ]
    if !resource.shortNames.isEmpty { entry["shortNames"] = texts(resource.shortNames) }
    if !resource.categories.isEmpty { entry["categories"] = texts(resource.categories) }
    if !resource.subresources.isEmpty {
      entry["subresources"] = .list(
        resource.subresources.map { part in
          [
            "subresource": .string(part.name),
            "responseKind": kind(
              part.version.isEmpty ? resource.group : part.group,
              part.version.isEmpty ? resource.version : part.version, part.kind),
            "verbs": texts(part.verbs),
          ]
        })
    }
    return entry
  }

  private static func kind(_ group: String, _ version: String, _ kind: String) -> Document {
    ["group": .string(group), "version": .string(version), "kind": .string(kind)]
  }

  private static func texts(_ texts: [String]) -> Document { .list(texts.map { .string($0) }) }
}

/// A short text that changes when the bytes do.
enum Digest {
  /// FNV-1a over 64 bits, twice: enough to know one's own documents again.
  static func text(_ bytes: [UInt8]) -> String {
    hash(bytes, 0xcbf2_9ce4_8422_2325) + hash(bytes.reversed(), 0x8422_2325_cbf2_9ce4)
  }

  private static func hash(_ bytes: some Sequence<UInt8>, _ start: UInt64) -> String {
    var hash = start
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let text = String(hash, radix: 16, uppercase: true)
    return String(repeating: "0", count: 16 - text.count) + text
  }
}
