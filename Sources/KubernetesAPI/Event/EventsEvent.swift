internal import Documents
public import ObjectSchema

/// An event in the words of the group events.k8s.io.
///
/// It is the same object as the `Event` of the core group: what is written in one form is read in the other.
public struct EventsEvent: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var eventTime: Timestamp?
  public var series: EventsEventSeries?
  public var reportingController: String?
  public var reportingInstance: String?
  public var action: String?
  public var reason: String?
  public var regarding = ObjectReference()
  public var related: ObjectReference?
  public var note: String?
  public var type: String?
  public var deprecatedSource = EventSource()
  public var deprecatedFirstTimestamp: Timestamp?
  public var deprecatedLastTimestamp: Timestamp?
  public var deprecatedCount: Int32?

  public init() {}

  public static let schema = Schema<EventsEvent>(
    "Event", "Something that happened to an object, told by the component that saw or did it.",
    Field.typeFields + told + deprecated)

  private static let told: [Field<EventsEvent>] = [
    Field("metadata", \.metadata, .object(ObjectMeta.self), "Name, labels and history."),
    Field(
      "eventTime", \.eventTime, .microTime, required: true, checked: false, written: .asNull,
      "When it was seen first."),
    Field(
      "series", \.series, .object(EventsEventSeries.self), "How it went on, when it happened again and again."),
    Field("reportingController", \.reportingController, .string, "The component that tells it."),
    Field("reportingInstance", \.reportingInstance, .string, "Which instance of the component."),
    Field("action", \.action, .string, "What was done or failed."),
    Field("reason", \.reason, .string, "What happened, in one word that programs can compare."),
    Field("regarding", \.regarding, .object(ObjectReference.self), "The object that it happened to."),
    Field("related", \.related, .object(ObjectReference.self), "A second object that takes part."),
    Field("note", \.note, .string, "What happened, for people."),
    Field("type", \.type, .string, "Normal or Warning."),
  ]

  /// What events were made of before they could be series.
  private static let deprecated: [Field<EventsEvent>] = [
    Field("deprecatedSource", \.deprecatedSource, .object(EventSource.self), "The component, in the older form."),
    Field(
      "deprecatedFirstTimestamp", \.deprecatedFirstTimestamp, .time, written: .asNull,
      "When it happened first, in the older form."),
    Field(
      "deprecatedLastTimestamp", \.deprecatedLastTimestamp, .time, written: .asNull,
      "When it happened last, in the older form."),
    Field("deprecatedCount", \.deprecatedCount, .int32, "How often it happened, in the older form."),
  ]

  public static let resource = Resource(
    EventsEvent.self, group: "events.k8s.io", kind: "Event", plural: "events", shortNames: ["ev"],
    columns: Event.columns.map { $0.of(\.coreForm) }, rules: rules,
    storedAs: StorageForm(Event.self, read: EventsEvent.init, write: \.coreForm))

  private static var rules: Rules<EventsEvent> {
    var rules = Rules<EventsEvent>()
    rules.isMadeByUpdate = true
    rules.check = { EventCheck.check($0.coreForm) }
    rules.checkCreation = { EventCheck.checkNew($0.coreForm) }
    rules.checkUpdate = { EventCheck.check($0.coreForm, from: $1.coreForm) }
    rules.dependents = .ignored
    rules.selectableFields = { event in
      let object = event.regarding
      return [
        "regarding.kind": object.kind ?? "", "regarding.namespace": object.namespace ?? "",
        "regarding.name": object.name ?? "", "regarding.uid": object.uid ?? "",
        "regarding.apiVersion": object.apiVersion ?? "", "regarding.resourceVersion": object.resourceVersion ?? "",
        "regarding.fieldPath": object.fieldPath ?? "", "reason": event.reason ?? "",
        "reportingController": event.reportingController ?? "", "type": event.type ?? "",
      ]
    }
    return rules
  }
}

/// An event that goes on happening.
public struct EventsEventSeries: Described {
  public var count: Int32?
  public var lastObservedTime: Timestamp?

  public init() {}

  public static let schema = Schema<EventsEventSeries>(
    "EventSeries", "An event that goes on happening.",
    [
      Field("count", \.count, .int32, required: true, checked: false, "How often it happened."),
      Field(
        "lastObservedTime", \.lastObservedTime, .microTime, required: true, checked: false, written: .asNull,
        "When it happened last."),
    ])
}

// MARK: The two forms

extension EventsEvent {
  public init(_ event: Event) {
    apiVersion = Self.resource.apiVersion
    kind = event.kind
    metadata = event.metadata
    eventTime = event.eventTime
    series = event.series.map { series in
      var own = EventsEventSeries()
      own.count = series.count
      own.lastObservedTime = series.lastObservedTime
      return own
    }
    reportingController = event.reportingComponent
    reportingInstance = event.reportingInstance
    action = event.action
    reason = event.reason
    regarding = event.involvedObject
    related = event.related
    note = event.message
    type = event.type
    deprecatedSource = event.source
    deprecatedFirstTimestamp = event.firstTimestamp
    deprecatedLastTimestamp = event.lastTimestamp
    deprecatedCount = event.count
  }

  /// The same event in the words of the core group.
  public var coreForm: Event {
    var event = Event()
    event.apiVersion = Event.resource.apiVersion
    event.kind = kind
    event.metadata = metadata
    event.eventTime = eventTime
    event.series = series.map { series in
      var core = EventSeries()
      core.count = series.count
      core.lastObservedTime = series.lastObservedTime
      return core
    }
    event.reportingComponent = reportingController
    event.reportingInstance = reportingInstance
    event.action = action
    event.reason = reason
    event.involvedObject = regarding
    event.related = related
    event.message = note
    event.type = type
    event.source = deprecatedSource
    event.firstTimestamp = deprecatedFirstTimestamp
    event.lastTimestamp = deprecatedLastTimestamp
    event.count = deprecatedCount
    return event
  }
}
