internal import KubernetesAPI

/// What a request wants to do, as access is decided on it: something with objects, or something with a path.
enum Deed: Sendable {
  case resource(ResourceAttributes)
  case path(NonResourceAttributes)

  init(_ request: APIRequest, _ route: Route?) {
    if case .objects(let target)? = route {
      self = .resource(Self.attributes(request, target))
    } else if let unknown = Self.unknownResource(request) {
      self = .resource(unknown)
    } else {
      var deed = NonResourceAttributes()
      deed.path = request.path
      deed.verb = request.method.lowercased()
      self = .path(deed)
    }
  }

  /// What Kubernetes calls that which is asked.
  static func verb(_ request: APIRequest, name: String?) -> String {
    switch (request.method, name) {
    case ("GET", _) where request.isSet("watch"): "watch"
    case ("GET", nil), ("HEAD", nil): "list"
    case ("GET", _), ("HEAD", _): "get"
    case ("POST", _): "create"
    case ("PUT", _): "update"
    case ("PATCH", _): "patch"
    case ("DELETE", nil): "deletecollection"
    case ("DELETE", _): "delete"
    default: request.method.lowercased()
    }
  }

  private static func attributes(_ request: APIRequest, _ target: Route.Target) -> ResourceAttributes {
    var deed = ResourceAttributes()
    deed.verb = verb(request, name: target.name)
    deed.group = target.resource.group
    deed.version = target.resource.version
    deed.resource = target.resource.plural
    deed.subresource = target.subresource
    deed.name = target.name
    // What is done with a namespace happens in it.
    deed.namespace = target.resource.kind == "Namespace" ? target.name : target.namespace
    return deed
  }

  /// A path that has the form of objects, of a kind that is not served.
  private static func unknownResource(_ request: APIRequest) -> ResourceAttributes? {
    var parts = request.path.split(separator: "/").map(String.init)[...]
    guard let root = parts.popFirst(), root == "api" || root == "apis" else { return nil }
    var deed = ResourceAttributes()
    deed.group = root == "apis" ? parts.popFirst() : ""
    deed.version = parts.popFirst()
    if parts.count > 2, parts.first == "namespaces" {
      deed.namespace = parts.dropFirst().first
      parts = parts.dropFirst(2)
    }
    guard let resource = parts.popFirst() else { return nil }
    deed.resource = resource
    deed.name = parts.popFirst()
    deed.subresource = parts.popFirst()
    deed.verb = verb(request, name: deed.name)
    return deed
  }
}
