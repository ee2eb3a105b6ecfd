public import ObjectSchema

/// What a kind asks beyond its rows: computed defaults and rules across fields.
public struct Rules<Object: NamedObject>: Sendable {
  /// What is wrong with the name of an object; most are called like a domain.
  public var nameProblems: @Sendable (String) -> [String] = Names.subdomainProblems
  /// Whether an update of an object that is not there makes it.
  public var isMadeByUpdate = false
  public var applyDefaults: @Sendable (inout Object) -> Void = { _ in }
  public var prepareForCreation: @Sendable (inout Object) -> Void = { _ in }
  public var prepareForUpdate: @Sendable (inout Object, Object, UpdateScope) -> Void = { _, _, _ in }
  public var check: @Sendable (Object) -> [FieldError] = { _ in [] }
  public var checkCreation: @Sendable (Object) -> [FieldError] = { _ in [] }
  public var checkUpdate: @Sendable (Object, Object) -> [FieldError] = { _, _ in [] }
  public var checkStatus: @Sendable (Object, Object) -> [FieldError] = { _, _ in [] }
  public var warnings: @Sendable (Object) -> [String] = { _ in [] }
  public var selectableFields: @Sendable (Object) -> [String: String] = { _ in [:] }
  /// The seconds that a deleted object is given, from what it and the request say; nil for kinds that go at once.
  public var gracePeriod: @Sendable (Object, _ requested: Int64?) -> Int64? = { _, _ in nil }
  public var dependents = DependentsPolicy.deleted

  public init() {}
}

/// What becomes of an object's dependents when it is deleted and nobody says what is to become of them.
public enum DependentsPolicy: Sendable {
  case deleted
  case orphaned
  /// The kind has none.
  case ignored
}

/// The rules of a kind for callers that hold objects of any kind.
struct ErasedRules: Sendable {
  let isMadeByUpdate: Bool
  let applyDefaults: @Sendable (inout any NamedObject) -> Void
  let prepareForCreation: @Sendable (inout any NamedObject) -> Void
  let prepareForUpdate: @Sendable (inout any NamedObject, any NamedObject, UpdateScope) -> Void
  let check: @Sendable (any NamedObject) -> [FieldError]
  let checkCreation: @Sendable (any NamedObject) -> [FieldError]
  let checkUpdate: @Sendable (any NamedObject, any NamedObject) -> [FieldError]
  let checkStatus: @Sendable (any NamedObject, any NamedObject) -> [FieldError]
  let warnings: @Sendable (any NamedObject) -> [String]
  let selectableFields: @Sendable (any NamedObject) -> [String: String]
  let gracePeriod: @Sendable (any NamedObject, Int64?) -> Int64?
  let dependents: DependentsPolicy

  init<Object: NamedObject>(_ rules: Rules<Object>) {
    isMadeByUpdate = rules.isMadeByUpdate
    dependents = rules.dependents
    applyDefaults = { object in
      var typed = Self.typed(object, as: Object.self)
      typed.applyDefaults()
      rules.applyDefaults(&typed)
      object = typed
    }
    prepareForCreation = { object in
      var typed = Self.typed(object, as: Object.self)
      rules.prepareForCreation(&typed)
      object = typed
    }
    prepareForUpdate = { object, old, scope in
      var typed = Self.typed(object, as: Object.self)
      rules.prepareForUpdate(&typed, Self.typed(old, as: Object.self), scope)
      object = typed
    }
    check = { object in
      let typed = Self.typed(object, as: Object.self)
      return MetadataRules.check(typed.metadata, nameProblems: rules.nameProblems) + typed.check() + rules.check(typed)
    }
    checkCreation = { rules.checkCreation(Self.typed($0, as: Object.self)) }
    checkUpdate = { object, old in
      let (object, old) = (Self.typed(object, as: Object.self), Self.typed(old, as: Object.self))
      return MetadataRules.checkUpdate(object.metadata, from: old.metadata) + rules.checkUpdate(object, old)
    }
    checkStatus = { object, old in
      rules.checkStatus(Self.typed(object, as: Object.self), Self.typed(old, as: Object.self))
    }
    warnings = { rules.warnings(Self.typed($0, as: Object.self)) }
    selectableFields = { rules.selectableFields(Self.typed($0, as: Object.self)) }
    gracePeriod = { rules.gracePeriod(Self.typed($0, as: Object.self), $1) }
  }

  /// A resource is only ever given objects that it has decoded itself.
  static func typed<Object: NamedObject>(_ object: any NamedObject, as type: Object.Type) -> Object {
    guard let typed = object as? Object else {
      preconditionFailure("\(type) expected, \(Swift.type(of: object)) found")
    }
    return typed
  }
}
