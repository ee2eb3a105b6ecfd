internal import KubernetesAPI

/// Speaking as somebody else, as `kubectl --as` asks for.
enum Impersonation {
  /// Who a request is to be taken for, once it is sure that whoever sends it may speak as them.
  static func user(of request: APIRequest) throws(StatusError) -> UserInfo {
    let headers = request.headers
    guard headers.fields.contains(where: { isImpersonation($0.name) }) else { return request.user }
    let extra = extra(headers)
    let groups = headers.all("Impersonate-Group")
    let uid = headers["Impersonate-Uid"].flatMap { $0.isEmpty ? nil : $0 }
    guard let name = headers["Impersonate-User"], !name.isEmpty else {
      if groups.isEmpty && uid == nil && extra.isEmpty { return request.user }
      let asked = Self.asked(groups, uid, extra)
      throw StatusError.internalError("requested \(asked) without impersonating a user")
    }
    let account = UserInfo.serviceAccount(named: name)
    if let account {
      try check(request.user, "serviceaccounts", account.name, namespace: account.namespace)
    } else {
      try check(request.user, "users", name)
    }
    for group in groups { try check(request.user, "groups", group) }
    for (key, values) in extra.sorted(by: { $0.key < $1.key }) {
      for value in values {
        try check(request.user, "userextras", value, group: Resource.authenticationGroup, part: key)
      }
    }
    if let uid { try check(request.user, "uids", uid, group: Resource.authenticationGroup) }
    var user = UserInfo(name: name, groups: groups, uid: uid, extra: extra)
    if let account, groups.isEmpty { user.groups = UserInfo.serviceAccountGroups(namespace: account.namespace) }
    // Whoever is taken for a user is as well known as that user; nobody is known as nobody.
    let all = [UserInfo.allAuthenticated, UserInfo.allUnauthenticated]
    if name == UserInfo.anonymousName {
      if !user.groups.contains(all[1]) { user.groups.append(all[1]) }
    } else if !user.groups.contains(where: all.contains) {
      user.groups.append(all[0])
    }
    return user
  }

  private static func check(
    _ asker: UserInfo, _ resource: String, _ name: String, namespace: String? = nil, group: String = "",
    part: String? = nil
  ) throws(StatusError) {
    var deed = ResourceAttributes()
    deed.verb = "impersonate"
    deed.group = group
    deed.version = "v1"
    deed.resource = resource
    deed.subresource = part
    deed.name = name
    deed.namespace = namespace
    try Authorization.check(asker, .resource(deed))
  }

  /// `Impersonate-Extra-Scopes: view` says that `scopes` holds `view`; keys may be percent-encoded.
  private static func extra(_ headers: HTTPHeaders) -> [String: [String]] {
    let prefix = "impersonate-extra-"
    var extra: [String: [String]] = [:]
    for field in headers.fields {
      let name = field.name.lowercased()
      guard name.hasPrefix(prefix) else { continue }
      let key = String(name.dropFirst(prefix.count))
      extra[decoded(key) ?? key, default: []].append(field.value)
    }
    return extra
  }

  private static func decoded(_ text: String) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), rest.count >= 2 else {
        return nil
      }
      rest = rest.dropFirst(2)
      bytes.append(value)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  /// How Kubernetes shows what was wanted: the seven fields of references, most of them empty.
  private static func asked(_ groups: [String], _ uid: String?, _ extra: [String: [String]]) -> String {
    let version = "\(Resource.authenticationGroup)/v1"
    var references = groups.map { "{Group  \($0)    }" }
    for (key, values) in extra.sorted(by: { $0.key < $1.key }) {
      references += values.map { "{UserExtra  \($0)  \(version)  \(key)}" }
    }
    if let uid { references.append("{UID  \(uid)  \(version)  }") }
    return "[" + references.joined(separator: " ") + "]"
  }

  /// Whether the header field speaks of somebody else; looked at for every request.
  static func isImpersonation(_ name: String) -> Bool {
    name.utf8.count > prefix.count && zip(name.utf8, prefix).allSatisfy { $0 | 0x20 == $1 }
  }

  /// `impersonate`: the hyphen behind it has no small form.
  private static let prefix = Array("impersonate".utf8)
}
