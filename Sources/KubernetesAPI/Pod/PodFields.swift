internal import Documents
internal import ObjectSchema

/// The fields of a pod that its own containers may be told.
struct PodFields {
  private let allowed: [String]

  static let environment = PodFields(allowed: [
    "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP",
    "status.hostIPs", "status.podIP", "status.podIPs",
  ])

  static let volume = PodFields(allowed: [
    "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid",
  ])

  /// Known to the API, but not for every use.
  private static let known: Set<String> = [
    "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName",
    "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork", "status.phase",
    "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs", "status.nominatedNodeName",
  ]

  func check(_ selector: ObjectFieldSelector, at path: FieldPath) -> [FieldError] {
    guard let field = selector.fieldPath, !field.isEmpty else { return [] }
    let place = path.field("fieldPath")
    // One label or annotation: `metadata.labels['app']`.
    for map in ["metadata.labels", "metadata.annotations"] {
      guard field.hasPrefix(map + "['"), field.hasSuffix("']") else { continue }
      let key = String(field.dropFirst(map.count + 2).dropLast(2))
      return Names.qualifiedNameProblems(key).map { FieldError(place, .invalid($0), value: .string(key)) }
    }
    if !Self.known.contains(field) {
      return [
        FieldError(
          place, .invalid("error converting fieldPath: field label not supported: \(field)"), value: .string(field))
      ]
    }
    return allowed.contains(field) ? [] : [FieldError(place, .notSupported(allowed), value: .string(field))]
  }
}
