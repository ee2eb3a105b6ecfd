public import ObjectSchema

/// A person or component as the API server knows it.
public struct UserInfo: Described {
  public var username: String?
  public var uid: String?
  public var groups: [String] = []
  /// What else is known, such as the pod that a token was made for.
  public var extra: [String: [String]] = [:]

  public init() {}

  public init(name: String, groups: [String], uid: String? = nil, extra: [String: [String]] = [:]) {
    username = name
    self.groups = groups
    self.uid = uid
    self.extra = extra
  }

  public var name: String { username ?? "" }

  public static let schema = Schema<UserInfo>(
    "UserInfo", "A person or component as the API server knows it.",
    [
      Field("username", \.username, .string, "The name, unique among all who ask."),
      Field("uid", \.uid, .string, "An identity that no later user of the same name has."),
      Field("groups", \.groups, listOf: .string, "The groups that the user belongs to."),
      Field("extra", \.extra, mapOf: .list(of: .string), "What else the proof of identity says."),
    ])

  /// Whoever may open the cluster's socket.
  public static let admin = UserInfo(
    name: "kubernetes-admin", groups: ["kubeadm:cluster-admins", allAuthenticated])

  /// Whoever does not say who they are.
  public static let anonymous = UserInfo(name: anonymousName, groups: [allUnauthenticated])

  public static let anonymousName = "system:anonymous"
  public static let allAuthenticated = "system:authenticated"
  public static let allUnauthenticated = "system:unauthenticated"

  /// A program that speaks in the name of a service account.
  public static func serviceAccount(
    _ name: String, namespace: String, uid: String? = nil, extra: [String: [String]] = [:]
  ) -> UserInfo {
    UserInfo(
      name: serviceAccountPrefix + "\(namespace):\(name)",
      groups: serviceAccountGroups(namespace: namespace) + [allAuthenticated], uid: uid, extra: extra)
  }

  public static func serviceAccountGroups(namespace: String) -> [String] {
    ["system:serviceaccounts", "system:serviceaccounts:\(namespace)"]
  }

  static let serviceAccountPrefix = "system:serviceaccount:"

  /// The account that a user name of the form `system:serviceaccount:NAMESPACE:NAME` means.
  public static func serviceAccount(named username: String) -> (namespace: String, name: String)? {
    guard username.hasPrefix(serviceAccountPrefix) else { return nil }
    let parts = username.dropFirst(serviceAccountPrefix.count).split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, Names.labelProblems(String(parts[0])).isEmpty,
      Names.subdomainProblems(String(parts[1])).isEmpty
    else { return nil }
    return (String(parts[0]), String(parts[1]))
  }
}
