internal import KubernetesAPI
internal import ObjectStore
internal import Synchronization

/// Objects that were read lately, so that a hundred watchers of one change read it once.
final class ObjectCache: Sendable {
  private struct State {
    var objects: [Revision: any NamedObject] = [:]
    var order: [Revision] = []
    var oldest = 0
  }

  private let capacity: Int
  private let state = Mutex(State())

  init(capacity: Int) { self.capacity = capacity }

  /// The object in the form of its kind, read from its bytes or remembered.
  func object(_ stored: StoredObject, _ form: StoredForm) -> any NamedObject {
    form.resource.shown(storedObject(stored, form))
  }

  /// A revision belongs to one write, so it names the object's state.
  private func storedObject(_ stored: StoredObject, _ form: StoredForm) -> any NamedObject {
    if let known = state.withLock({ $0.objects[stored.modified] }) { return known }
    let object = form.decodeStored(stored)
    state.withLock { state in
      guard state.objects.updateValue(object, forKey: stored.modified) == nil else { return }
      if state.order.count < capacity {
        state.order.append(stored.modified)
      } else {
        state.objects[state.order[state.oldest]] = nil
        state.order[state.oldest] = stored.modified
        state.oldest = (state.oldest + 1) % capacity
      }
    }
    return object
  }
}
