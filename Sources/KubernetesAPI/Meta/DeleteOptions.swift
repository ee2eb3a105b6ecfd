public import ObjectSchema

/// How an object is to be deleted.
public struct DeleteOptions: APIObject {
  public var apiVersion: String?
  public var kind: String?
  public var gracePeriodSeconds: Int64?
  public var preconditions: Preconditions?
  public var orphanDependents: Bool?
  public var propagationPolicy: String?
  public var dryRun: [String] = []
  public var ignoreStoreReadErrorWithClusterBreakingPotential: Bool?

  public init() {}

  public static let schema = Schema<DeleteOptions>(
    "DeleteOptions", "How an object is to be deleted.",
    Field.typeFields + [
      Field("gracePeriodSeconds", \.gracePeriodSeconds, .int64, "Seconds that it may take to end properly."),
      Field("preconditions", \.preconditions, .object(Preconditions.self), "What must hold, else nothing is deleted."),
      Field("orphanDependents", \.orphanDependents, .bool, "The old word for keeping what belongs to it."),
      Field("propagationPolicy", \.propagationPolicy, .string, "What happens to what belongs to it."),
      Field("dryRun", \.dryRun, listOf: .string, "All: go through it without deleting."),
      Field(
        "ignoreStoreReadErrorWithClusterBreakingPotential", \.ignoreStoreReadErrorWithClusterBreakingPotential, .bool,
        "Delete although the stored object cannot be read."),
    ])
}

public struct Preconditions: Described {
  public var uid: String?
  public var resourceVersion: String?

  public init() {}

  public static let schema = Schema<Preconditions>(
    "Preconditions", "What must hold of an object that is to be changed.",
    [
      Field("uid", \.uid, .string, "It is this very object."),
      Field("resourceVersion", \.resourceVersion, .string, "Nobody has changed it since."),
    ])
}
