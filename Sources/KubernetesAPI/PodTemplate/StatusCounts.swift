internal import Documents
internal import ObjectSchema

/// The counts in a status must make sense, by themselves and beside each other.
enum StatusCounts {
  static func check(
    _ counts: [(name: String, count: Int32?)], of total: Int32, ready: Int32, at path: FieldPath
  ) -> [FieldError] {
    var errors = checkSigns([("replicas", total)] + counts, at: path)
    for case (let name, let count?) in counts {
      let place = path.field(name)
      if count > total {
        errors.append(
          FieldError(place, .invalid("cannot be greater than status.replicas"), value: .integer(count)))
      }
      if name == "availableReplicas" && count > ready {
        errors.append(FieldError(place, .invalid("cannot be greater than readyReplicas"), value: .integer(count)))
      }
    }
    return errors
  }

  static func checkSigns(_ counts: [(name: String, count: Int32?)], at path: FieldPath) -> [FieldError] {
    counts.flatMap { name, count in
      Format<Int32>.notNegative.problems(count ?? 0).map {
        FieldError(path.field(name), .invalid($0), value: .integer(count ?? 0))
      }
    }
  }
}
