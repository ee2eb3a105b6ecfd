internal import Documents
internal import ObjectSchema

/// Rules across the fields of a secret, in the words of Kubernetes.
enum SecretCheck {
  private static let data = FieldPath("data")

  static func check(_ secret: Secret) -> [FieldError] {
    var errors: [FieldError] = []
    for key in secret.data.keys.sorted() { errors += DataKeys.check(key, at: data.key(key)) }
    if secret.data.values.reduce(0, { $0 + $1.count }) > DataKeys.sizeLimit {
      errors.append(FieldError(data, .tooLong(DataKeys.sizeLimit)))
    }
    return errors + checkType(secret)
  }

  static func check(_ secret: Secret, from old: Secret) -> [FieldError] {
    var errors: [FieldError] = []
    if secret.type != old.type {
      errors.append(
        FieldError(FieldPath("type"), .invalid("field is immutable"), value: .string(secret.type ?? "")))
    }
    guard old.immutable == true else { return errors }
    if secret.immutable != true { errors.append(DataKeys.frozen("immutable")) }
    if secret.data != old.data { errors.append(DataKeys.frozen("data")) }
    return errors
  }

  /// What the well-known types ask for.
  private static func checkType(_ secret: Secret) -> [FieldError] {
    func missing(_ keys: [String]) -> [FieldError] {
      keys.filter { secret.data[$0] == nil }.map { FieldError(data.key($0), .required) }
    }
    switch secret.type {
    case "kubernetes.io/service-account-token":
      let key = "kubernetes.io/service-account.name"
      let isNamed = !(secret.metadata.annotations[key] ?? "").isEmpty
      return isNamed ? [] : [FieldError(FieldPath("metadata", "annotations").key(key), .required)]
    case "kubernetes.io/dockercfg": return checkJSON(secret, ".dockercfg")
    case "kubernetes.io/dockerconfigjson": return checkJSON(secret, ".dockerconfigjson")
    case "kubernetes.io/basic-auth":
      // One of the two will do, and it may be empty.
      let problems = missing(["username", "password"])
      return problems.count == 2 ? problems : []
    case "kubernetes.io/ssh-auth":
      let key = "ssh-privatekey"
      return (secret.data[key] ?? []).isEmpty ? [FieldError(data.key(key), .required)] : []
    case "kubernetes.io/tls": return missing(["tls.crt", "tls.key"])
    default: return []
    }
  }

  /// A certificate and its key are text between marks; that they fit is not looked at.
  static func warnings(_ secret: Secret) -> [String] {
    guard secret.type == "kubernetes.io/tls" else { return [] }
    let parts = [("tls.crt", "certificate"), ("tls.key", "key")]
    let unreadable = parts.first { !String(decoding: secret.data[$0.0] ?? [], as: UTF8.self).hasMarkedText }
    return unreadable.map { ["tls: failed to find any PEM data in \($0.1) input"] } ?? []
  }

  private static func checkJSON(_ secret: Secret, _ key: String) -> [FieldError] {
    guard let bytes = secret.data[key] else { return [FieldError(data.key(key), .required)] }
    // What is wrong is told, never what was found.
    func refused(_ why: String) -> [FieldError] {
      [FieldError(data.key(key), .invalid(why), value: "<secret contents redacted>")]
    }
    do {
      let document = try Document.parse(json: bytes)
      if document.mapValue != nil || document.isNull { return [] }
      return refused("json: cannot unmarshal \(document.kindName) into Go value of type map[string]interface {}")
    } catch {
      return refused(error.message)
    }
  }
}

extension String {
  /// Whether there is a text in the form of RFC 7468: between a line that says what begins and one that says that it ends.
  fileprivate var hasMarkedText: Bool {
    let lines = split(whereSeparator: \.isNewline).map { String($0).trimmingWhitespace() }
    guard let start = lines.firstIndex(where: { $0.hasPrefix("-----BEGIN ") && $0.hasSuffix("-----") }) else {
      return false
    }
    return lines[start...].contains("-----END " + lines[start].dropFirst("-----BEGIN ".count))
  }
}
