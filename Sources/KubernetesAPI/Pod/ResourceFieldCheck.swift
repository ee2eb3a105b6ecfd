internal import Documents
internal import ObjectSchema

/// Rules of which amounts a container may be told, and in which units.
enum ResourceFieldCheck {
  private static let allowed = [
    "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage",
    "requests.memory",
  ]
  private static let units = [
    "1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei",
  ]
  private static let kinds = [
    "cpu": (["1m", "1"], "1m and 1", "cpu"), "memory": (units, units.joined(separator: ", "), "memory"),
    "ephemeral-storage": (units, units.joined(separator: ", "), "local ephemeral storage"),
  ]

  static func check(_ selector: ResourceFieldSelector, at path: FieldPath) -> [FieldError] {
    guard let resource = selector.resource, !resource.isEmpty else { return [] }
    let kind = resource.split(separator: ".", maxSplits: 1).last.map(String.init) ?? ""
    if !allowed.contains(resource), !kind.hasPrefix("hugepages-") {
      return [FieldError(path.field("resource"), .notSupported(allowed), value: .string(resource))]
    }
    guard let divisor = selector.divisor, divisor.milliValue != 0, let (units, shown, name) = kinds[kind],
      !units.contains(where: { Quantity($0) == divisor })
    else { return [] }
    return [
      FieldError(
        path.field("divisor"), .invalid("only divisor's values \(shown) are supported with the \(name) resource"),
        value: .string(resource))
    ]
  }
}
