internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// A kind of resource as commands need to know it, from the project's own registry or from a server's discovery.
struct ResourceKind: Sendable, Equatable {
  var group: String
  var version: String
  var kind: String
  var plural: String
  var singular: String
  var shortNames: [String]
  var categories: [String]
  var isNamespaced: Bool
  var verbs: [String]

  init(_ resource: Resource) {
    group = resource.group
    version = resource.version
    kind = resource.kind
    plural = resource.plural
    singular = resource.singular
    shortNames = resource.shortNames
    categories = resource.categories
    isNamespaced = resource.isNamespaced
    verbs = resource.verbs
  }

  /// From an entry of an `APIResourceList`; nil for a subresource.
  init?(_ entry: Document, groupVersion: String) {
    guard let plural = entry["name"]?.stringValue, !plural.contains("/"), let kind = entry["kind"]?.stringValue else {
      return nil
    }
    func texts(_ key: String) -> [String] { (entry[key]?.listValue ?? []).compactMap(\.stringValue) }
    (group, version) = Self.split(apiVersion: groupVersion)
    self.plural = plural
    self.kind = kind
    let singular = entry["singularName"]?.stringValue ?? ""
    self.singular = singular.isEmpty ? kind.lowercased() : singular
    shortNames = texts("shortNames")
    categories = texts("categories")
    isNamespaced = entry["namespaced"]?.boolValue ?? false
    verbs = texts("verbs")
  }

  static func split(apiVersion: String) -> (group: String, version: String) {
    let parts = apiVersion.split(separator: "/", maxSplits: 1).map(String.init)
    return parts.count == 2 ? (parts[0], parts[1]) : ("", parts.first ?? "")
  }

  var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  /// `pods`, `deployments.apps`.
  var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }

  /// `pod`, `deployment.apps`: how results name an object's kind.
  var resultName: String { group.isEmpty ? kind.lowercased() : "\(kind.lowercased()).\(group)" }

  /// `Pod`, `Deployment.apps`.
  var groupKind: String { group.isEmpty ? kind : "\(kind).\(group)" }

  /// `pods`, `pod`, `po`, `deployments.apps`, `deployments.v1.apps`.
  func isCalled(_ word: String) -> Bool {
    let word = word.lowercased()
    if word == plural || word == singular || shortNames.contains(word) { return true }
    guard let dot = word.firstIndex(of: ".") else { return false }
    let name = word[..<dot]
    let rest = word[word.index(after: dot)...]
    guard name == plural || name == singular || shortNames.contains(String(name)) else { return false }
    return rest == group || rest == "\(version).\(group)" || group.isEmpty && rest == "\(version)."
  }

  func path(namespace: String?, name: String? = nil, subresource: String? = nil) -> String {
    var path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
    if isNamespaced, let namespace, !namespace.isEmpty { path += "/namespaces/\(namespace)" }
    path += "/\(plural)"
    if let name { path += "/\(name)" }
    if let subresource { path += "/\(subresource)" }
    return path
  }

  /// The table of the kind's fields, when the project knows it.
  var schema: AnySchema? { Resource.find(apiVersion: apiVersion, kind: kind)?.schema }
}
