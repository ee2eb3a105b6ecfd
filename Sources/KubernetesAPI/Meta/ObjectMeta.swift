public import Documents
public import ObjectSchema

/// What every stored object carries.
public struct ObjectMeta: Described {
  public var name: String?
  public var generateName: String?
  public var namespace: String?
  public var uid: String?
  public var resourceVersion: String?
  public var generation: Int64?
  public var creationTimestamp: Timestamp?
  public var deletionTimestamp: Timestamp?
  public var deletionGracePeriodSeconds: Int64?
  public var labels: [String: String] = [:]
  public var annotations: [String: String] = [:]
  public var ownerReferences: [OwnerReference] = []
  public var finalizers: [String] = []
  public var managedFields: [ManagedFieldsEntry] = []
  public var selfLink: String?

  public init() {}

  public init(name: String, namespace: String? = nil) {
    self.name = name
    self.namespace = namespace
  }

  public static let schema = Schema<ObjectMeta>(
    "ObjectMeta", "What every stored object carries: its name, identity, labels and history.",
    [
      Field("name", \.name, .string, "Name, unique among the objects of its kind in a namespace."),
      Field("generateName", \.generateName, .string, "Beginning of a name that the server completes."),
      Field("namespace", \.namespace, .string, "The namespace that the object lives in."),
      Field("selfLink", \.selfLink, .string, "No longer used."),
      Field("uid", \.uid, .string, "Identity of this very object; a later one of the same name has another."),
      Field("resourceVersion", \.resourceVersion, .string, "The revision of the store that wrote this state."),
      Field("generation", \.generation, .int64, "Counts the changes of what is asked for."),
      Field("creationTimestamp", \.creationTimestamp, .time, written: .asNull, "When the server made it."),
      Field("deletionTimestamp", \.deletionTimestamp, .time, "When it will be, or should have been, gone."),
      Field(
        "deletionGracePeriodSeconds", \.deletionGracePeriodSeconds, .int64,
        "Seconds that it may take to end properly once it is being deleted."),
      Field("labels", \.labels, mapOf: .string, "Short texts by which objects are found and grouped."),
      Field("annotations", \.annotations, mapOf: .string, "Texts for tools and people; not searched."),
      Field(
        "ownerReferences", \.ownerReferences, listOf: .object(OwnerReference.self), mergeKey: "uid",
        "The objects that this one belongs to."),
      Field(
        "finalizers", \.finalizers, listOf: .string, mergeKey: "",
        "Who must still do something before the object may go."),
      Field(
        "managedFields", \.managedFields, listOf: .object(ManagedFieldsEntry.self),
        "Which program wrote which fields."),
    ])
}

/// A link from an object to the one that it belongs to.
public struct OwnerReference: Described {
  public var apiVersion: String?
  public var kind: String?
  public var name: String?
  public var uid: String?
  public var controller: Bool?
  public var blockOwnerDeletion: Bool?

  public init() {}

  public static let schema = Schema<OwnerReference>(
    "OwnerReference", "A link to an owning object of the same namespace.",
    [
      Field("apiVersion", \.apiVersion, .string, required: true, checked: false, "The version of the owner's form."),
      Field("kind", \.kind, .string, required: true, checked: false, "The owner's kind."),
      Field("name", \.name, .string, required: true, checked: false, "The owner's name."),
      Field("uid", \.uid, .string, required: true, checked: false, "The owner's identity."),
      Field("controller", \.controller, .bool, "Whether the owner manages this object."),
      Field("blockOwnerDeletion", \.blockOwnerDeletion, .bool, "Whether the owner waits for this object to go."),
    ])
}

/// Which fields a program wrote.
public struct ManagedFieldsEntry: Described {
  public var manager: String?
  public var operation: String?
  public var apiVersion: String?
  public var time: Timestamp?
  public var fieldsType: String?
  public var fieldsV1: Document?
  public var subresource: String?

  public init() {}

  public static let schema = Schema<ManagedFieldsEntry>(
    "ManagedFieldsEntry", "The fields that one program has written.",
    [
      Field("manager", \.manager, .string, "The program."),
      Field("operation", \.operation, .string, "Apply or Update."),
      Field("apiVersion", \.apiVersion, .string, "The version of the object's form that it used."),
      Field("time", \.time, .time, "When it last wrote."),
      Field("fieldsType", \.fieldsType, .string, "How the fields are told."),
      Field("fieldsV1", \.fieldsV1, .any, "The fields as a tree."),
      Field("subresource", \.subresource, .string, "The part of the object that it wrote through."),
    ])
}

/// What a list carries instead of `ObjectMeta`.
public struct ListMeta: Described {
  public var selfLink: String?
  public var resourceVersion: String?
  public var continueToken: String?
  public var remainingItemCount: Int64?
  public var shardInfo: ShardInfo?

  public init() {}

  public static let schema = Schema<ListMeta>(
    "ListMeta", "Data about a list.",
    [
      Field("selfLink", \.selfLink, .string, "No longer used."),
      Field("resourceVersion", \.resourceVersion, .string, "The revision of the store that the list shows."),
      Field("continue", \.continueToken, .string, "What to send for the next part of the list."),
      Field("remainingItemCount", \.remainingItemCount, .int64, "How many objects are not in this part."),
      Field(
        "shardInfo", \.shardInfo, .object(ShardInfo.self),
        "Which part of the objects a list is about, where a server splits them."),
    ])
}

/// Which part of the objects a list shows.
public struct ShardInfo: Described {
  public var selector: String?

  public init() {}

  public static let schema = Schema<ShardInfo>(
    "ShardInfo", "Which part of the objects a list shows, where a server splits them.",
    [
      Field("selector", \.selector, .string, required: true, "What the objects of this part have in common.")
    ])
}

/// Which object another one speaks of.
public struct ObjectReference: Described {
  public var kind: String?
  public var namespace: String?
  public var name: String?
  public var uid: String?
  public var apiVersion: String?
  public var resourceVersion: String?
  public var fieldPath: String?

  public init() {}

  public static let schema = Schema<ObjectReference>(
    "ObjectReference", "Names another object, or a part of it.",
    [
      Field("kind", \.kind, .string, "Its kind."),
      Field("namespace", \.namespace, .string, "Its namespace."),
      Field("name", \.name, .string, "Its name."),
      Field("uid", \.uid, .string, "Its identity."),
      Field("apiVersion", \.apiVersion, .string, "The version of its form."),
      Field("resourceVersion", \.resourceVersion, .string, "The state of it that was seen."),
      Field("fieldPath", \.fieldPath, .string, "The part that is meant, such as one container."),
    ])
}
