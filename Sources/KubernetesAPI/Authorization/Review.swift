/// Kinds that are only ever created: the answer to the creation is the answer to a question, and nothing is kept.
extension Resource {
  public static let authenticationGroup = "authentication.k8s.io"
  public static let authorizationGroup = "authorization.k8s.io"

  static func review<Object: NamedObject>(
    _ type: Object.Type, group: String, plural: String, isNamespaced: Bool
  ) -> Resource {
    Resource(
      type, group: group, kind: Object.schema.name, plural: plural, isNamespaced: isNamespaced, verbs: ["create"],
      columns: [Column("Name", format: "name", "What it is called.") { review, _ in .string(review.name) }],
      rules: Rules())
  }

  static let reviews: [Resource] = [
    SelfSubjectReview.resource, TokenReview.resource, LocalSubjectAccessReview.resource,
    SelfSubjectAccessReview.resource, SelfSubjectRulesReview.resource, SubjectAccessReview.resource,
  ]

  /// Whether this kind is a question.
  public var isReview: Bool { group == Self.authenticationGroup || group == Self.authorizationGroup }
}
