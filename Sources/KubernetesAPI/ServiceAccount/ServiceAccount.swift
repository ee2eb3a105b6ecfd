internal import Documents
public import ObjectSchema

/// Who a pod is when it speaks to the API.
public struct ServiceAccount: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var secrets: [ObjectReference] = []
  public var imagePullSecrets: [LocalObjectReference] = []
  public var automountServiceAccountToken: Bool?

  public init() {}

  public static let schema = Schema<ServiceAccount>(
    "ServiceAccount", "Who a pod is when it speaks to the API.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Name, labels and history."),
      Field(
        "secrets", \.secrets, listOf: .object(ObjectReference.self), mergeKey: "name",
        "Secrets that its pods may mount."),
      Field(
        "imagePullSecrets", \.imagePullSecrets, listOf: .object(LocalObjectReference.self),
        "Secrets that its pods fetch images with, unless they name their own."),
      Field(
        "automountServiceAccountToken", \.automountServiceAccountToken, .bool,
        "Whether its pods are given a token as a file, unless they say otherwise."),
    ])

  public static let resource = Resource(
    ServiceAccount.self, kind: "ServiceAccount", plural: "serviceaccounts", shortNames: ["sa"],
    subresources: [
      Subresource(
        "token", kind: "TokenRequest", group: Resource.authenticationGroup, version: "v1", verbs: ["create"])
    ],
    columns: [
      .name,
      Column("Secrets", "How many secrets it lists.") { account, _ in .integer(account.secrets.count) },
      .age,
    ],
    rules: rules)

  private static var rules: Rules<ServiceAccount> {
    var rules = Rules<ServiceAccount>()
    rules.prepareForCreation = { $0.keepNamesOfSecrets() }
    rules.prepareForUpdate = { account, _, _ in account.keepNamesOfSecrets() }
    rules.warnings = { account in
      let key = "kubernetes.io/enforce-mountable-secrets"
      return account.metadata.annotations[key] == nil
        ? []
        : [
          "metadata.annotations[\(key)]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets"
        ]
    }
    return rules
  }

  /// A secret is one of the account's own namespace, so its name says all.
  private mutating func keepNamesOfSecrets() {
    secrets = secrets.map { secret in
      var reference = ObjectReference()
      reference.name = secret.name
      return reference
    }
  }
}
