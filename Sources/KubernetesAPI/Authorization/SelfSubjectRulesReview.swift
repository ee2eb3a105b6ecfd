public import ObjectSchema

/// The question "what may I do in this namespace?".
public struct SelfSubjectRulesReview: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var spec = SelfSubjectRulesReviewSpec()
  public var status = SubjectRulesReviewStatus()

  public init() {}

  public static let schema = Schema<SelfSubjectRulesReview>(
    "SelfSubjectRulesReview", "The question \"what may I do in this namespace?\".",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Not used: the question is not kept."),
      Field("spec", \.spec, .object(SelfSubjectRulesReviewSpec.self), "The namespace."),
      Field("status", \.status, .object(SubjectRulesReviewStatus.self), "The answer."),
    ])

  public static let resource = Resource.review(
    SelfSubjectRulesReview.self, group: Resource.authorizationGroup, plural: "selfsubjectrulesreviews",
    isNamespaced: false)
}

/// The namespace that is asked about.
public struct SelfSubjectRulesReviewSpec: Described {
  public var namespace: String?

  public init() {}

  public static let schema = Schema<SelfSubjectRulesReviewSpec>(
    "SelfSubjectRulesReviewSpec", "The namespace that is asked about.",
    [Field("namespace", \.namespace, .string, "The namespace.")])
}

/// What a user may do.
public struct SubjectRulesReviewStatus: Described {
  public var evaluationError: String?
  public var incomplete: Bool?
  public var nonResourceRules: [NonResourceRule] = []
  public var resourceRules: [ResourceRule] = []

  public init() {}

  public static let schema = Schema<SubjectRulesReviewStatus>(
    "SubjectRulesReviewStatus", "What a user may do.",
    [
      Field(
        "resourceRules", \.resourceRules, listOf: .object(ResourceRule.self), required: true, written: .always,
        "Which deeds on which kinds."),
      Field(
        "nonResourceRules", \.nonResourceRules, listOf: .object(NonResourceRule.self), required: true,
        written: .always, "Which deeds on which paths."),
      Field("incomplete", \.incomplete, .bool, required: true, "Whether there may be more than is told."),
      Field("evaluationError", \.evaluationError, .string, "What could not be found out."),
    ])
}

/// Deeds on kinds of objects.
public struct ResourceRule: Described {
  public var apiGroups: [String] = []
  public var resourceNames: [String] = []
  public var resources: [String] = []
  public var verbs: [String] = []

  public init() {}

  public init(_ verbs: [String], on resources: [String], of groups: [String]) {
    self.verbs = verbs
    self.resources = resources
    apiGroups = groups
  }

  public static let schema = Schema<ResourceRule>(
    "ResourceRule", "Deeds on kinds of objects.",
    [
      Field("verbs", \.verbs, listOf: .string, required: true, "The deeds; * means all."),
      Field("apiGroups", \.apiGroups, listOf: .string, "The groups of the kinds; * means all."),
      Field("resources", \.resources, listOf: .string, "The kinds, in the plural; * means all."),
      Field("resourceNames", \.resourceNames, listOf: .string, "The objects; nothing means all."),
    ])
}

/// Deeds on paths of the server.
public struct NonResourceRule: Described {
  public var nonResourceURLs: [String] = []
  public var verbs: [String] = []

  public init() {}

  public init(_ verbs: [String], on paths: [String]) {
    self.verbs = verbs
    nonResourceURLs = paths
  }

  public static let schema = Schema<NonResourceRule>(
    "NonResourceRule", "Deeds on paths of the server.",
    [
      Field("verbs", \.verbs, listOf: .string, required: true, "The deeds; * means all."),
      Field(
        "nonResourceURLs", \.nonResourceURLs, listOf: .string, "The paths; a * at the end stands for any ending."),
    ])
}
