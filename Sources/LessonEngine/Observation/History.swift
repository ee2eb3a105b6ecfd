internal import Documents
public import KubernetesAPI

/// An object as it was at one moment; without an object it had just gone.
public struct Sighting: Sendable {
  public var kind: String
  public var name: String
  public var uid: String
  public var object: (any NamedObject)?

  public init(kind: String, name: String, uid: String, object: (any NamedObject)?) {
    self.kind = kind
    self.name = name
    self.uid = uid
    self.object = object
  }

  /// Whether every namespace has it, whatever happens there.
  var isFurniture: Bool {
    switch kind {
    case ConfigMap.resource.kind: name == "kube-root-ca.crt"
    case ServiceAccount.resource.kind: name == "default"
    default: false
    }
  }

  var pod: Pod? { object as? Pod }
  var document: Document? { object?.typed().document() }
}

/// What is in a namespace, and what has happened in it since the current step began.
///
/// What an earlier step or an earlier object of the same name has left behind proves nothing, so it is not told.
public struct History: Sendable {
  private struct Key: Hashable {
    var kind: String
    var name: String
  }

  enum Change: Sendable {
    case seen(Sighting)
    case event(Event)
  }

  /// The objects that were there when the step began.
  private var start: [Key: Sighting] = [:]
  private var now: [Key: Sighting] = [:]
  private(set) var changes: [Change] = []
  /// How often each event had happened before the step.
  private var countsBefore: [String: Int32] = [:]
  private var countsNow: [String: Int32] = [:]
  /// Every event that was told, in the order of their first times.
  private var allEvents: [Event] = []
  private var placesOfEvents: [String: Int] = [:]
  /// What was made in each step, for a step that has to clear up after another.
  private(set) var made: [String: [Sighting]] = [:]
  /// Every pod that was ever there, by its uid.
  private(set) var podUIDs: Set<String> = []
  private var step = ""
  /// Why objects of a kind cannot be seen, where the cluster does not show them.
  private var refusals: [String: String] = [:]

  public init() {}

  /// How many changes there were since the step began: a place to look back from.
  public var end: Int { changes.count }

  public mutating func beginStep(_ id: String) {
    step = id
    start = now
    changes = []
    countsBefore = countsNow
    made[id] = []
  }

  public mutating func note(_ sighting: Sighting) {
    let key = Key(kind: sighting.kind, name: sighting.name)
    if sighting.kind == ObservedKind.pod.name { podUIDs.insert(sighting.uid) }
    let isNew = now[key]?.uid != sighting.uid && sighting.object != nil
    now[key] = sighting.object == nil ? nil : sighting
    changes.append(.seen(sighting))
    if isNew, !sighting.isFurniture { made[step, default: []].append(sighting) }
  }

  public mutating func note(_ event: Event) {
    countsNow[event.uid] = event.occurrences
    if let place = placesOfEvents[event.uid] {
      allEvents[place] = event
    } else {
      placesOfEvents[event.uid] = allEvents.count
      allEvents.append(event)
    }
    changes.append(.event(event))
  }

  /// The cluster does not show the objects of a kind; nil when it shows them again.
  public mutating func note(_ refusal: StatusError?, of resource: Resource) {
    refusals[resource.kind] = refusal?.message
  }

  func refusal(of resource: Resource) -> String? { refusals[resource.kind] }

  // MARK: As it was at a place

  func object(_ kind: ObservedKind, _ name: String, at end: Int) -> Sighting? {
    for case .seen(let sighting) in changes[..<end].reversed()
    where sighting.kind == kind.name && sighting.name == name {
      return sighting.object == nil ? nil : sighting
    }
    return start[Key(kind: kind.name, name: name)]
  }

  func objects(_ kind: ObservedKind, at end: Int) -> [Sighting] {
    var result = start.filter { $0.key.kind == kind.name }
    for case .seen(let sighting) in changes[..<end] where sighting.kind == kind.name {
      result[Key(kind: kind.name, name: sighting.name)] = sighting.object == nil ? nil : sighting
    }
    return result.values.sorted { $0.name < $1.name }
  }

  /// Every state of every object of this name since the step began, oldest first.
  func sightings(_ kind: ObservedKind, _ name: String, at end: Int) -> [Sighting] {
    var result: [Sighting] = []
    if let first = start[Key(kind: kind.name, name: name)] { result.append(first) }
    for case .seen(let sighting) in changes[..<end] where sighting.kind == kind.name && sighting.name == name {
      result.append(sighting)
    }
    return result
  }

  /// What happened to objects of this name since the step began, each event once and with the number of times.
  func events(_ kind: ObservedKind, _ name: String, at end: Int) -> [CountedEvent] {
    let identities = Set(sightings(kind, name, at: end).map(\.uid))
    var result: [CountedEvent] = []
    for case .event(let event) in changes[..<end] where identities.contains(event.involvedObject.uid ?? "") {
      let count = Int(event.occurrences - (countsBefore[event.uid] ?? 0))
      // A repeated event is the same object with a higher count.
      if let known = result.firstIndex(where: { $0.event.uid == event.uid }) {
        result[known] = CountedEvent(event: event, count: count)
      } else if count > 0 {
        result.append(CountedEvent(event: event, count: count))
      }
    }
    return result
  }

  /// What was ever told of the object of this name, or of the last one, each event as it was told last.
  func allEvents(_ kind: ObservedKind, _ name: String) -> [Event] {
    guard let uid = sightings(kind, name, at: end).last?.uid else { return [] }
    return allEvents.filter { $0.involvedObject.uid == uid }
  }
}

/// An event, and how often it happened since the step began.
struct CountedEvent: Sendable {
  var event: Event
  var count: Int

  var reason: String { event.reason ?? "" }
}
