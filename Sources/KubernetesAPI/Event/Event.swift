internal import Documents
public import ObjectSchema

/// Something that happened to an object.
public struct Event: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var involvedObject = ObjectReference()
  public var reason: String?
  public var message: String?
  public var source = EventSource()
  public var firstTimestamp: Timestamp?
  public var lastTimestamp: Timestamp?
  public var count: Int32?
  public var type: String?
  public var eventTime: Timestamp?
  public var series: EventSeries?
  public var action: String?
  public var related: ObjectReference?
  public var reportingComponent: String?
  public var reportingInstance: String?

  public init() {}

  public static let schema = Schema<Event>(
    "Event", "Something that happened to an object, told by the component that saw or did it.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Name, labels and history."),
      Field("involvedObject", \.involvedObject, .object(ObjectReference.self), "The object that it happened to."),
      Field("reason", \.reason, .string, "What happened, in one word that programs can compare."),
      Field("message", \.message, .string, "What happened, for people."),
      Field("source", \.source, .object(EventSource.self), "The component that tells it."),
      Field("firstTimestamp", \.firstTimestamp, .time, written: .asNull, "When it happened first."),
      Field("lastTimestamp", \.lastTimestamp, .time, written: .asNull, "When it happened last."),
      Field("count", \.count, .int32, "How often it happened."),
      Field("type", \.type, .string, "Normal or Warning."),
      Field("eventTime", \.eventTime, .microTime, written: .asNull, "When it was seen first."),
      Field("series", \.series, .object(EventSeries.self), "How it went on, when it happened again and again."),
      Field("action", \.action, .string, "What was done or failed."),
      Field("related", \.related, .object(ObjectReference.self), "A second object that takes part."),
      Field("reportingComponent", \.reportingComponent, .string, "The component that tells it."),
      Field("reportingInstance", \.reportingInstance, .string, "Which instance of the component."),
    ])

  public static let resource = Resource(
    Event.self, kind: "Event", plural: "events", shortNames: ["ev"], columns: columns, rules: rules)

  private static var rules: Rules<Event> {
    var rules = Rules<Event>()
    rules.isMadeByUpdate = true
    rules.nameProblems = Names.pathSegmentProblems
    rules.check = { EventCheck.check($0) }
    rules.dependents = .ignored
    rules.selectableFields = { event in
      let object = event.involvedObject
      return [
        "involvedObject.kind": object.kind ?? "", "involvedObject.namespace": object.namespace ?? "",
        "involvedObject.name": object.name ?? "", "involvedObject.uid": object.uid ?? "",
        "involvedObject.apiVersion": object.apiVersion ?? "",
        "involvedObject.resourceVersion": object.resourceVersion ?? "",
        "involvedObject.fieldPath": object.fieldPath ?? "", "reason": event.reason ?? "",
        "reportingComponent": event.reportingComponent ?? "", "source": event.sourceText, "type": event.type ?? "",
      ]
    }
    return rules
  }

  static var columns: [Column<Event>] {
    [
      Column("Last Seen", "When it happened last.") { event, now in .string(event.lastSeenText(now: now)) },
      Column("Type", "Normal or Warning.") { event, _ in .string(event.type ?? "") },
      Column("Reason", "What happened, in one word.") { event, _ in .string(event.reason ?? "") },
      Column("Object", "What it happened to.") { event, _ in
        .string("\((event.involvedObject.kind ?? "").lowercased())/\(event.involvedObject.name ?? "")")
      },
      Column("Subobject", wide: true, "The part that it happened to.") { event, _ in
        .string(event.involvedObject.fieldPath ?? "")
      },
      Column("Source", wide: true, "Who tells it.") { event, _ in
        let source = [event.sourceText, event.source.host ?? ""].filter { !$0.isEmpty }
        return .string(source.joined(separator: ", "))
      },
      Column("Message", "What happened.") { event, _ in
        .string((event.message ?? "").trimmingWhitespace())
      },
      Column("First Seen", wide: true, "When it happened first.") { event, now in
        .string(Age.text(since: event.firstTimestamp ?? event.eventTime, now: now))
      },
      Column("Count", type: "integer", wide: true, "How often it happened.") { event, _ in
        .integer(event.occurrences)
      },
      Column("Name", wide: true, "The event's own name.") { event, _ in .string(event.name) },
    ]
  }

  public var occurrences: Int32 { series?.count ?? count.flatMap { $0 == 0 ? nil : $0 } ?? 1 }

  /// When it happened last, from whichever field says it.
  public var lastSeen: Timestamp? { series?.lastObservedTime ?? lastTimestamp ?? firstTimestamp ?? eventTime }

  public var firstSeen: Timestamp? { firstTimestamp ?? eventTime }

  public var sourceText: String {
    if let component = source.component, !component.isEmpty { return component }
    return reportingComponent ?? ""
  }

  private func lastSeenText(now: Timestamp) -> String {
    Age.text(since: lastSeen, now: now)
  }
}

extension String {
  func trimmingWhitespace() -> String {
    var text = self[...]
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
