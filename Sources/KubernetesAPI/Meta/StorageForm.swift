/// How objects that are shown in one form are stored in another: two groups may have the same objects.
public struct StorageForm<Shown: NamedObject, Kept: NamedObject>: Sendable {
  let read: @Sendable (Kept) -> Shown
  let write: @Sendable (Shown) -> Kept

  public init(
    _ kept: Kept.Type, read: @escaping @Sendable (Kept) -> Shown, write: @escaping @Sendable (Shown) -> Kept
  ) {
    self.read = read
    self.write = write
  }
}

/// A storage form for callers that hold objects of any kind.
struct ErasedStorageForm: Sendable {
  /// Asked for when needed, since a resource cannot contain another one.
  let resource: @Sendable () -> Resource
  let read: @Sendable (any NamedObject) -> any NamedObject
  let write: @Sendable (any NamedObject) -> any NamedObject

  init<Shown, Kept>(_ form: StorageForm<Shown, Kept>) {
    resource = { Kept.resource }
    read = { form.read(ErasedRules.typed($0, as: Kept.self)) }
    write = { form.write(ErasedRules.typed($0, as: Shown.self)) }
  }
}

extension Resource {
  /// The kind that objects of this one are stored as: itself, or the one whose other form this is.
  public var storage: Resource { storageForm?.resource() ?? self }

  public var isStoredInAnotherForm: Bool { storageForm != nil }

  /// A stored object in the form of this kind.
  public func shown(_ stored: any NamedObject) -> any NamedObject { storageForm?.read(stored) ?? stored }

  /// An object of this kind in the form that it is stored in.
  public func stored(_ shown: any NamedObject) -> any NamedObject { storageForm?.write(shown) ?? shown }
}
