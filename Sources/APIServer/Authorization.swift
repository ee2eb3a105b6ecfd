internal import KubernetesAPI

/// Who may do what: the cluster's owner and its components everything, others nothing.
enum Authorization {
  private static let trustedGroups: Set<String> = ["kubeadm:cluster-admins", "system:masters", "system:nodes"]

  static func isAllowed(_ user: UserInfo) -> Bool {
    user.groups.contains(where: trustedGroups.contains) || user.name.hasPrefix("system:kube-")
      || user.name.hasPrefix("system:node:")
  }

  static func check(_ request: APIRequest, _ target: Route.Target, verb: String) throws(StatusError) {
    if isAllowed(request.user) { return }
    let resource = target.resource
    let part = target.subresource.map { "/\($0)" } ?? ""
    var place = " at the cluster scope"
    if resource.isNamespaced, let namespace = target.namespace { place = " in the namespace \"\(namespace)\"" }
    let why =
      "User \"\(request.user.name)\" cannot \(verb) resource \"\(resource.plural)\(part)\" in API group \"\(resource.group)\"\(place)"
    if let name = target.name { throw StatusError.forbidden(resource.plural, name, group: resource.group, why) }
    var details = StatusDetails()
    details.kind = resource.plural
    details.group = resource.group.isEmpty ? nil : resource.group
    throw StatusError(403, "Forbidden", "\(resource.qualifiedName) is forbidden: \(why)", details: details)
  }
}
