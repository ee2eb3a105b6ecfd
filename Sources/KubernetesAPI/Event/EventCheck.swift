internal import Documents
internal import ObjectSchema

/// Rules across the fields of an event, in the words of Kubernetes; these name the fields of the core group, or of
/// neither, whichever form was sent.
enum EventCheck {
  private static let wordLimit = 128
  private static let messageLimit = 1024

  /// What is asked in both groups.
  static func check(_ event: Event) -> [FieldError] {
    event.eventTime == nil ? namespace(event) : namespace(event) + reporting(event)
  }

  /// An event tells of something in its own namespace. What belongs to none is told in one of the cluster's.
  private static func namespace(_ event: Event) -> [FieldError] {
    let own = event.metadata.namespace ?? ""
    let other = event.involvedObject.namespace ?? ""
    let isFitting: Bool
    if event.eventTime != nil {
      isFitting = !other.isEmpty || ["default", "kube-system"].contains(own)
    } else {
      isFitting = other.isEmpty ? ["", "default"].contains(own) : own == other
    }
    return isFitting
      ? []
      : [
        FieldError(
          FieldPath("involvedObject", "namespace"), .invalid("does not match event.namespace"), value: .string(other))
      ]
  }

  private static func reporting(_ event: Event) -> [FieldError] {
    let controller = event.reportingComponent ?? ""
    let place = FieldPath("reportingController")
    var errors = controller.isEmpty ? [FieldError(place, .required)] : []
    errors += Names.qualifiedNameProblems(controller).map {
      FieldError(place, .invalid($0), value: .string(controller))
    }
    for (name, value) in [
      ("reportingInstance", event.reportingInstance), ("action", event.action), ("reason", event.reason),
    ] {
      if value.nonEmpty == nil { errors.append(FieldError(FieldPath(name), .required)) }
      errors += length(value, wordLimit, name)
    }
    return errors + length(event.message, messageLimit, "message")
  }

  private static func length(_ text: String?, _ limit: Int, _ name: String) -> [FieldError] {
    (text ?? "").utf8.count > limit
      ? [FieldError(FieldPath(name), .invalid("can have at most \(limit) characters"), value: "")] : []
  }

  // MARK: The group events.k8s.io alone

  /// A new event has none of the older fields.
  static func checkNew(_ event: Event) -> [FieldError] {
    var errors = series(event)
    if event.eventTime == nil { errors.append(FieldError(FieldPath("eventTime"), .required)) }
    let type = event.type ?? ""
    func unfit(_ name: String, _ why: String) -> FieldError {
      FieldError(FieldPath(name), .invalid(why), value: "")
    }
    if type != "Normal" && type != "Warning" { errors.append(unfit("type", "has invalid value: \(type)")) }
    for (name, isSet) in [
      ("firstTimestamp", event.firstTimestamp != nil), ("lastTimestamp", event.lastTimestamp != nil),
      ("count", event.count ?? 0 != 0), ("source", event.source != EventSource()),
    ] where isSet {
      errors.append(unfit(name, "needs to be unset"))
    }
    return errors
  }

  private static func series(_ event: Event) -> [FieldError] {
    guard let series = event.series else { return [] }
    var errors: [FieldError] = []
    // The dot is part of the name that Kubernetes tells.
    if series.count ?? 0 < 2 {
      errors.append(FieldError(FieldPath("series.count"), .invalid("should be at least 2"), value: ""))
    }
    if series.lastObservedTime == nil { errors.append(FieldError(FieldPath("series.lastObservedTime"), .required)) }
    return errors
  }

  /// Only how it goes on may change.
  static func check(_ event: Event, from old: Event) -> [FieldError] {
    var errors = event.series == old.series ? [] : series(event)
    func add(_ name: String, _ hasChanged: Bool, _ shown: String) {
      if hasChanged { errors.append(FieldError(FieldPath(name), .invalid("field is immutable"), shown: shown)) }
    }
    func text(_ name: String, _ field: KeyPath<Event, String?>) {
      let value = event[keyPath: field] ?? ""
      add(name, value != old[keyPath: field] ?? "", FieldError.quoted(value))
    }
    func time(_ name: String, _ field: KeyPath<Event, Timestamp?>) {
      add(name, event[keyPath: field] != old[keyPath: field], GoText.time(event[keyPath: field]))
    }
    add("involvedObject", event.involvedObject != old.involvedObject, GoText.reference(event.involvedObject))
    text("reason", \.reason)
    text("message", \.message)
    add("source", event.source != old.source, GoText.source(event.source))
    time("firstTimestamp", \.firstTimestamp)
    time("lastTimestamp", \.lastTimestamp)
    add("count", event.count ?? 0 != old.count ?? 0, "\(event.count ?? 0)")
    text("type", \.type)
    time("eventTime", \.eventTime)
    text("action", \.action)
    add("related", event.related != old.related, event.related.map(GoText.reference) ?? "null")
    text("reportingController", \.reportingComponent)
    text("reportingInstance", \.reportingInstance)
    return errors
  }
}

extension GoText {
  fileprivate static func reference(_ object: ObjectReference) -> String {
    let fields = [
      ("Kind", object.kind), ("Namespace", object.namespace), ("Name", object.name), ("UID", object.uid),
      ("APIVersion", object.apiVersion), ("ResourceVersion", object.resourceVersion), ("FieldPath", object.fieldPath),
    ]
    return "core.ObjectReference{\(fields.map { "\($0):\(FieldError.quoted($1 ?? ""))" }.joined(separator: ", "))}"
  }

  fileprivate static func source(_ source: EventSource) -> String {
    "core.EventSource{Component:\(FieldError.quoted(source.component ?? "")), Host:\(FieldError.quoted(source.host ?? ""))}"
  }

  /// `2026-11-21 12:04:14.026639 +0000 UTC`
  fileprivate static func time(_ time: Timestamp?) -> String {
    guard let time else { return "0001-01-01 00:00:00 +0000 UTC" }
    return time.nanoText.dropLast().map { $0 == "T" ? " " : String($0) }.joined() + " +0000 UTC"
  }
}
