public import ObjectSchema

/// The forms that names, labels and keys may have, with Kubernetes' words for what is wrong.
public enum Names {
  public static let subdomain = Format<String> { subdomainProblems($0) }
  public static let label = Format<String> { labelProblems($0) }

  static let labelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"

  /// RFC 1123 subdomain: what most objects are called.
  public static func subdomainProblems(_ name: String) -> [String] {
    var problems: [String] = []
    if name.utf8.count > 253 { problems.append("must be no more than 253 bytes") }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    if !parts.allSatisfy({ isLabel($0) }) {
      problems.append(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '\(labelPattern)(\\.\(labelPattern))*')"
      )
    }
    return problems
  }

  /// RFC 1123 label: containers, namespaces, volumes.
  public static func labelProblems(_ name: String) -> [String] {
    var problems: [String] = []
    if name.utf8.count > 63 { problems.append("must be no more than 63 bytes") }
    if !isLabel(name[...]) {
      problems.append(
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '\(labelPattern)')"
      )
    }
    return problems
  }

  /// RFC 1035 label: services, whose names are looked up like those of machines.
  public static func serviceNameProblems(_ name: String) -> [String] {
    var problems: [String] = []
    if name.utf8.count > 63 { problems.append("must be no more than 63 bytes") }
    if !isLabel(name[...]) || !(97...122).contains(name.utf8.first ?? 0) {
      problems.append(
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
      )
    }
    return problems
  }

  /// What at least is asked of a name, since it stands in addresses.
  public static func pathSegmentProblems(_ name: String) -> [String] {
    if name == "." || name == ".." { return ["may not be '\(name)'"] }
    return ["/", "%"].filter { name.contains($0) }.map { "may not contain '\($0)'" }
  }

  /// The part of a label behind its prefix.
  public static func qualifiedNameProblems(_ key: String) -> [String] {
    let parts = key.split(separator: "/", omittingEmptySubsequences: false)
    let pattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
    let form =
      "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '\(pattern)')"
    let name: Substring
    var problems: [String] = []
    switch parts.count {
    case 1: name = parts[0]
    case 2:
      name = parts[1]
      if parts[0].isEmpty {
        problems.append("prefix part must be non-empty")
      } else {
        problems += subdomainProblems(String(parts[0])).map { "prefix part \($0)" }
      }
    default:
      return [
        "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '\(pattern)') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
      ]
    }
    if name.isEmpty { problems.append("name part must be non-empty") }
    if name.utf8.count > 63 { problems.append("name part must be no more than 63 bytes") }
    if !isWord(name) { problems.append(form) }
    return problems
  }

  public static func labelValueProblems(_ value: String) -> [String] {
    var problems: [String] = []
    if value.utf8.count > 63 { problems.append("must be no more than 63 bytes") }
    if !value.isEmpty && !isWord(value[...]) {
      problems.append(
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
      )
    }
    return problems
  }

  /// The name of a container's port.
  public static func portNameProblems(_ name: String) -> [String] {
    var problems: [String] = []
    let bytes = Array(name.utf8)
    let hyphen = UInt8(ascii: "-")
    if bytes.count > 15 { problems.append("must be no more than 15 characters") }
    if !bytes.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == hyphen }) {
      problems.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    }
    if !bytes.contains(where: { (97...122).contains($0) }) {
      problems.append("must contain at least one letter (a-z)")
    }
    if name.contains("--") { problems.append("must not contain consecutive hyphens") }
    if bytes.first == hyphen || bytes.last == hyphen {
      problems.append("must not begin or end with a hyphen")
    }
    return problems
  }

  /// The name of an environment variable.
  public static func environmentNameProblems(_ name: String) -> [String] {
    if name.utf8.allSatisfy({ (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "=") }) { return [] }
    return ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
  }

  /// A key of the data of a config map or a secret, which may become the name of a file.
  public static func dataKeyProblems(_ key: String) -> [String] {
    var problems: [String] = []
    if key.utf8.count > 253 { problems.append("must be no more than 253 bytes") }
    let isFormed = key.utf8.allSatisfy {
      isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
    }
    if key.isEmpty || !isFormed {
      problems.append(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
      )
    }
    if key == "." {
      problems.append("must not be '.'")
    } else if key == ".." {
      problems.append("must not be '..'")
    } else if key.hasPrefix("..") {
      problems.append("must not start with '..'")
    }
    return problems
  }

  static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte)
  }

  private static func isLabel(_ text: Substring) -> Bool {
    let bytes = text.utf8
    func isInner(_ byte: UInt8) -> Bool {
      (97...122).contains(byte) || (48...57).contains(byte) || byte == UInt8(ascii: "-")
    }
    guard let first = bytes.first, let last = bytes.last else { return false }
    return bytes.allSatisfy(isInner) && first != UInt8(ascii: "-") && last != UInt8(ascii: "-")
  }

  private static func isWord(_ text: Substring) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first, let last = bytes.last else { return false }
    return isAlphanumeric(first) && isAlphanumeric(last)
      && bytes.allSatisfy {
        isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
      }
  }
}

/// What is asked of every object's metadata.
enum MetadataRules {
  static func check(_ metadata: ObjectMeta, nameProblems: (String) -> [String]) -> [FieldError] {
    let path = FieldPath("metadata")
    var errors: [FieldError] = []
    if let name = metadata.name, !name.isEmpty {
      for problem in nameProblems(name) {
        errors.append(FieldError(path.field("name"), .invalid(problem), value: .string(name)))
      }
    } else {
      errors.append(FieldError(path.field("name"), .requiredBecause("name or generateName is required")))
    }
    errors += checkLabels(metadata.labels, at: path.field("labels"))
    errors += checkAnnotations(metadata.annotations, at: path.field("annotations"))
    errors += checkOwners(metadata.ownerReferences, at: path.field("ownerReferences"))
    for (index, finalizer) in metadata.finalizers.enumerated() {
      let place = path.field("finalizers").index(index)
      let problems = Names.qualifiedNameProblems(finalizer)
      for problem in problems { errors.append(FieldError(place, .invalid(problem), value: .string(finalizer))) }
      if problems.isEmpty && !finalizer.contains("/") && !plainFinalizers.contains(finalizer) {
        errors.append(
          FieldError(
            place, .invalid("name is neither a standard finalizer name nor is it fully qualified"),
            value: .string(finalizer)))
      }
    }
    if ["orphan", "foregroundDeletion"].allSatisfy(metadata.finalizers.contains) {
      errors.append(
        FieldError(
          path.field("finalizers"), .invalid("finalizer orphan and foregroundDeletion cannot be both set"),
          shown: GoText.texts(metadata.finalizers)))
    }
    return errors
  }

  /// Nobody may begin to hold an object that is already being deleted.
  static func checkUpdate(_ metadata: ObjectMeta, from old: ObjectMeta) -> [FieldError] {
    if old.deletionTimestamp == nil { return [] }
    let added = metadata.finalizers.filter { !old.finalizers.contains($0) }.sorted()
    if added.isEmpty { return [] }
    return [
      FieldError(
        FieldPath("metadata", "finalizers"),
        .forbidden(
          "no new finalizers can be added if the object is being deleted, found new finalizers \(GoText.texts(added))"))
    ]
  }

  static func checkLabels(_ labels: [String: String], at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
      for problem in Names.qualifiedNameProblems(key) {
        errors.append(FieldError(path, .invalid(problem), value: .string(key)))
      }
      for problem in Names.labelValueProblems(value) {
        errors.append(FieldError(path, .invalid(problem), value: .string(value)))
      }
    }
    return errors
  }

  static func checkAnnotations(_ annotations: [String: String], at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    for key in annotations.keys.sorted() {
      for problem in Names.qualifiedNameProblems(key.lowercased()) {
        errors.append(FieldError(path, .invalid(problem), value: .string(key)))
      }
    }
    let size = annotations.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    if size > annotationLimit { errors.append(FieldError(path, .tooLong(annotationLimit))) }
    return errors
  }

  /// Every owner is named in full, and only one of them manages the object.
  private static func checkOwners(_ owners: [OwnerReference], at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    var manager: String?
    for (index, owner) in owners.enumerated() {
      let place = path.index(index)
      let version = owner.apiVersion ?? ""
      if version.isEmpty || version.hasSuffix("/") {
        errors.append(
          FieldError(
            place.field("apiVersion"), .invalid("version must not be empty"), value: .string(version)))
      }
      for (field, value) in [("kind", owner.kind), ("name", owner.name), ("uid", owner.uid)]
      where value?.isEmpty ?? true {
        errors.append(FieldError(place.field(field), .invalid("must not be empty"), value: ""))
      }
      if version == "v1" && owner.kind == "Event" {
        errors.append(
          FieldError(
            place, .invalid("/v1, Kind=Event is disallowed from being an owner"), shown: GoText.owner(owner)))
      }
      guard owner.controller == true else { continue }
      let name = "\(owner.kind ?? "")/\(owner.name ?? "")"
      if let manager {
        errors.append(
          FieldError(
            path,
            .invalid(
              "Only one reference can have Controller set to true. Found \"true\" in references for \(manager) and \(name)"
            ), shown: GoText.owners(owners)))
      } else {
        manager = name
      }
    }
    return errors
  }

  /// What all annotations of an object may hold together.
  private static let annotationLimit = 262_144
  private static let plainFinalizers: Set<String> = ["kubernetes", "orphan", "foregroundDeletion"]
}
