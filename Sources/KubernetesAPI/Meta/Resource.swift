public import Documents
public import ObjectSchema

/// Everything known about one kind: what it is called, how it is shown, what is asked of it.
///
/// Routing, discovery, tables, completion and the store's keys read these rows; adding a kind is one file and one
/// entry in `Resource.all`.
public struct Resource: Sendable {
  public let group: String
  public let version: String
  public let kind: String
  public let plural: String
  public let singular: String
  public let shortNames: [String]
  public let categories: [String]
  public let isNamespaced: Bool
  public let verbs: [String]
  public let subresources: [Subresource]
  public let schema: AnySchema
  public let columns: [TableColumn]
  private let decodeObject: @Sendable (Document) -> (any NamedObject, DecodingReport)
  private let rules: ErasedRules
  private let findSelectableFields: @Sendable () -> Set<String>
  private let makeCells: @Sendable (any NamedObject, Timestamp) -> [Document]
  let storageForm: ErasedStorageForm?

  public init<Object: NamedObject>(
    _ type: Object.Type, group: String = "", version: String = "v1", kind: String, plural: String,
    shortNames: [String] = [], categories: [String] = [], isNamespaced: Bool = true,
    verbs: [String] = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
    subresources: [Subresource] = [], columns: [Column<Object>], rules: Rules<Object>
  ) {
    self.init(
      type, group: group, version: version, kind: kind, plural: plural, shortNames: shortNames, categories: categories,
      isNamespaced: isNamespaced, verbs: verbs, subresources: subresources, columns: columns, rules: rules,
      storageForm: nil)
  }

  /// A kind that is another form of one that is stored.
  public init<Object: NamedObject, Kept: NamedObject>(
    _ type: Object.Type, group: String, version: String = "v1", kind: String, plural: String,
    shortNames: [String] = [], columns: [Column<Object>], rules: Rules<Object>, storedAs form: StorageForm<Object, Kept>
  ) {
    let kept = Kept.resource
    self.init(
      type, group: group, version: version, kind: kind, plural: plural, shortNames: shortNames,
      categories: kept.categories, isNamespaced: kept.isNamespaced, verbs: kept.verbs, subresources: kept.subresources,
      columns: columns, rules: rules, storageForm: ErasedStorageForm(form))
  }

  private init<Object: NamedObject>(
    _ type: Object.Type, group: String, version: String, kind: String, plural: String, shortNames: [String],
    categories: [String], isNamespaced: Bool, verbs: [String], subresources: [Subresource], columns: [Column<Object>],
    rules: Rules<Object>, storageForm: ErasedStorageForm?
  ) {
    self.storageForm = storageForm
    self.group = group
    self.version = version
    self.kind = kind
    self.plural = plural
    singular = kind.lowercased()
    self.shortNames = shortNames
    self.categories = categories
    self.isNamespaced = isNamespaced
    self.verbs = verbs
    self.subresources = subresources
    schema = AnySchema(type)
    self.columns = columns.map(\.column)
    self.rules = ErasedRules(rules)
    findSelectableFields = {
      Set(rules.selectableFields(Object()).keys).union(
        isNamespaced ? ["metadata.name", "metadata.namespace"] : ["metadata.name"])
    }
    decodeObject = { document in
      let (object, report) = Object.decode(document)
      return (object, report)
    }
    makeCells = { object, now in
      let object = ErasedRules.typed(object, as: Object.self)
      return columns.map { $0.cell(object, now) }
    }
  }

  /// `v1`, `apps/v1`.
  public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  /// `pods`, `deployments.apps`: how messages and keys name it.
  public var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }

  // MARK: What the API server does with an object of this kind

  public func decode(_ document: Document) -> (object: any NamedObject, report: DecodingReport) {
    decodeObject(document)
  }

  /// Whether an update of an object that is not there makes it.
  public var isMadeByUpdate: Bool { rules.isMadeByUpdate }
  public func applyDefaults(_ object: inout any NamedObject) { rules.applyDefaults(&object) }
  /// Sets what only the server may set on a new object.
  public func prepareForCreation(_ object: inout any NamedObject) { rules.prepareForCreation(&object) }
  /// Keeps what this kind of update may not touch.
  public func prepareForUpdate(_ object: inout any NamedObject, from old: any NamedObject, scope: UpdateScope) {
    rules.prepareForUpdate(&object, old, scope)
  }
  public func check(_ object: any NamedObject) -> [FieldError] { rules.check(object) }
  /// What is asked of a new object alone.
  public func checkCreation(_ object: any NamedObject) -> [FieldError] { rules.checkCreation(object) }
  public func checkUpdate(_ object: any NamedObject, from old: any NamedObject) -> [FieldError] {
    rules.checkUpdate(object, old)
  }
  /// What is wrong with a new status.
  public func checkStatus(_ object: any NamedObject, from old: any NamedObject) -> [FieldError] {
    rules.checkStatus(object, old)
  }
  /// Remarks about a valid object, sent as `Warning` headers.
  public func warnings(_ object: any NamedObject) -> [String] { rules.warnings(object) }
  /// The fields that a field selector may name.
  public var selectableFieldNames: Set<String> { findSelectableFields() }
  /// What a field selector may ask of the object.
  public func selectableFields(_ object: any NamedObject) -> [String: String] {
    var fields = rules.selectableFields(object)
    fields["metadata.name"] = object.metadata.name ?? ""
    if isNamespaced { fields["metadata.namespace"] = object.metadata.namespace ?? "" }
    return fields
  }
  /// The seconds that the object is given to end properly, or nil for a kind that goes at once.
  public func gracePeriod(_ object: any NamedObject, requested: Int64?) -> Int64? {
    rules.gracePeriod(object, requested)
  }
  public var dependents: DependentsPolicy { rules.dependents }
  /// The cells of the object's row, in the order of `columns`.
  public func cells(_ object: any NamedObject, now: Timestamp) -> [Document] { makeCells(object, now) }
}

extension Resource {
  /// All kinds: those whose objects are kept, the binding, which changes another one, and those that are questions.
  public static let all: [Resource] = kept + [Binding.resource] + reviews + measured

  /// Made when they are asked for. Their names are those of what is measured, so they come last.
  private static let measured: [Resource] = [NodeMetrics.resource, PodMetrics.resource]

  private static let kept: [Resource] = [
    Pod.resource, Node.resource, Namespace.resource, Event.resource, ConfigMap.resource, Secret.resource,
    ServiceAccount.resource, Service.resource, Endpoints.resource, PodTemplate.resource, ReplicaSet.resource,
    Deployment.resource, DaemonSet.resource, Job.resource, EventsEvent.resource, EndpointSlice.resource,
    Lease.resource, RequestRecord.resource,
  ]

  public static func find(group: String, version: String, plural: String) -> Resource? {
    all.first { $0.group == group && $0.version == version && $0.plural == plural }
  }

  public static func find(apiVersion: String, kind: String) -> Resource? {
    all.first { $0.apiVersion == apiVersion && $0.kind == kind }
  }

  /// By any word that people use: `pods`, `pod`, `po`, `Pod`.
  public static func find(word: String) -> Resource? {
    let word = word.lowercased()
    return all.first {
      $0.plural == word || $0.singular == word || $0.shortNames.contains(word) || $0.qualifiedName == word
    }
  }
}

/// A part of an object with a path of its own.
public struct Subresource: Sendable {
  public let name: String
  public let kind: String
  public let group: String
  public let version: String
  public let verbs: [String]

  public init(_ name: String, kind: String, group: String = "", version: String = "", verbs: [String]) {
    self.name = name
    self.kind = kind
    self.group = group
    self.version = version
    self.verbs = verbs
  }
}

/// Which half of an object an update is about.
public enum UpdateScope: Sendable {
  case main
  case status
}
