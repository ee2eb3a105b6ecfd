internal import Documents
internal import ObjectSchema

/// Rules across the fields of a pod's volumes.
enum VolumeCheck {
  /// Answers the names that containers may mount.
  static func check(_ volumes: [Volume], at path: FieldPath, _ errors: inout [FieldError]) -> Set<String> {
    var names: Set<String> = []
    for (index, volume) in volumes.enumerated() {
      let place = path.index(index)
      if let name = volume.name, !name.isEmpty {
        for problem in Names.labelProblems(name) {
          errors.append(FieldError(place.field("name"), .invalid(problem), value: .string(name)))
        }
        if !names.insert(name).inserted {
          errors.append(FieldError(place.field("name"), .duplicate, value: .string(name)))
        }
      }
      errors += sources(volume, at: place)
    }
    return names
  }

  private static func sources(_ volume: Volume, at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    // The rows stand in the order in which Kubernetes counts the sources.
    let present = volume.document().mapValue?.keys.filter { $0 != "name" } ?? []
    for extra in present.dropFirst() {
      errors.append(FieldError(path.field(extra), .forbidden("may not specify more than 1 volume type")))
    }
    if present.isEmpty { errors.append(FieldError(path, .requiredBecause("must specify a volume type"))) }
    if let hostPath = volume.hostPath, present.first == "hostPath" {
      errors += check(hostPath, at: path.field("hostPath"))
    }
    if let emptyDir = volume.emptyDir, let limit = emptyDir.sizeLimit, limit.milliValue < 0 {
      errors.append(
        FieldError(
          path.field("emptyDir").field("sizeLimit"), .forbidden("SizeLimit field must be a valid resource quantity")))
    }
    if let secret = volume.secret, present.first == "secret" {
      let place = path.field("secret")
      if secret.secretName?.isEmpty ?? true { errors.append(FieldError(place.field("secretName"), .required)) }
      errors += mode(secret.defaultMode, at: place.field("defaultMode")) + items(secret.items, at: place)
    }
    if let map = volume.configMap, present.first == "configMap" {
      let place = path.field("configMap")
      if map.name?.isEmpty ?? true { errors.append(FieldError(place.field("name"), .required)) }
      errors += mode(map.defaultMode, at: place.field("defaultMode")) + items(map.items, at: place)
    }
    if let downward = volume.downwardAPI, present.first == "downwardAPI" {
      let place = path.field("downwardAPI")
      errors += mode(downward.defaultMode, at: place.field("defaultMode"))
      // Kubernetes does not say which of them.
      for file in downward.items { errors += check(file, at: place) }
    }
    if let projected = volume.projected, present.first == "projected" {
      errors += check(projected, at: path.field("projected"))
    }
    return errors
  }

  private static func check(_ source: HostPathVolumeSource, at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    if let target = source.path, target.split(separator: "/").contains("..") {
      errors.append(FieldError(path.field("path"), .invalid("must not contain '..'"), value: .string(target)))
    }
    let types = [
      "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket",
    ]
    if let type = source.type, !types.contains(type) {
      errors.append(FieldError(path.field("type"), .notSupported(types), value: .string(type)))
    }
    return errors
  }

  private static func check(_ file: DownwardAPIVolumeFile, at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    if let target = file.path, !target.isEmpty { errors += plainPath(target, at: path.field("path")) }
    switch (file.fieldRef, file.resourceFieldRef) {
    case (let field?, nil): errors += PodFields.volume.check(field, at: path.field("fieldRef"))
    case (nil, let field?): errors += check(field, at: path.field("resourceFieldRef"))
    case (.some, .some):
      errors.append(
        FieldError(
          path, .invalid("fieldRef and resourceFieldRef can not be specified simultaneously"),
          value: .string("resource")))
    case (nil, nil):
      errors.append(FieldError(path, .requiredBecause("one of fieldRef and resourceFieldRef is required")))
    }
    return errors + mode(file.mode, at: path.field("mode"))
  }

  /// A volume is no container's own: it has to say whose resource is meant.
  private static func check(_ field: ResourceFieldSelector, at path: FieldPath) -> [FieldError] {
    if field.containerName?.isEmpty ?? true { return [FieldError(path.field("containerName"), .required)] }
    guard let resource = field.resource, !resource.isEmpty else { return [] }
    let known = ["limits", "requests"].flatMap { kind in
      ["cpu", "ephemeral-storage", "memory"].map { "\(kind).\($0)" }
    }
    let isOfHugePages = resource.hasPrefix("limits.hugepages-") || resource.hasPrefix("requests.hugepages-")
    if known.contains(resource) || isOfHugePages { return [] }
    return [FieldError(path.field("resource"), .notSupported(known), value: .string(resource))]
  }

  private static func check(_ token: ServiceAccountTokenProjection, in path: FieldPath, at place: FieldPath)
    -> [FieldError]
  {
    var errors: [FieldError] = []
    if let seconds = token.expirationSeconds, seconds < 600 || seconds > 1 << 32 {
      let why =
        seconds < 600
        ? "may not specify a duration less than 10 minutes" : "may not specify a duration larger than 2^32 seconds"
      errors.append(FieldError(place.field("expirationSeconds"), .invalid(why), value: .integer(seconds)))
    }
    if let target = token.path, !target.isEmpty { errors += plainPath(target, at: path.field("path")) }
    return errors
  }

  private static func check(_ projected: ProjectedVolumeSource, at path: FieldPath) -> [FieldError] {
    var errors = mode(projected.defaultMode, at: path.field("defaultMode"))
    var paths: Set<String> = []
    // Two files cannot be in one place; of a source of its own the name is told.
    func take(_ target: String?, _ source: String?) {
      guard let target, !target.isEmpty, !paths.insert(target).inserted else { return }
      errors.append(FieldError(path, .invalid("conflicting duplicate paths"), value: .string(source ?? target)))
    }
    for (index, source) in projected.sources.enumerated() {
      let place = path.field("sources").index(index)
      let present = source.document().mapValue?.keys ?? []
      if present.isEmpty {
        errors.append(FieldError(place, .requiredBecause("must provide a projected volume source")))
      }
      if let secret = source.secret {
        if secret.name?.isEmpty ?? true { errors.append(FieldError(place.field("secret").field("name"), .required)) }
        errors += items(secret.items, at: place.field("secret"))
        for item in secret.items { take(item.path, secret.name) }
      }
      if let map = source.configMap {
        if map.name?.isEmpty ?? true { errors.append(FieldError(place.field("configMap").field("name"), .required)) }
        errors += items(map.items, at: place.field("configMap"))
        for item in map.items { take(item.path, map.name) }
      }
      for file in source.downwardAPI?.items ?? [] {
        errors += check(file, at: place.field("downwardAPI"))
        take(file.path, nil)
      }
      if let token = source.serviceAccountToken {
        errors += check(token, in: path, at: place.field("serviceAccountToken"))
      }
      if present.count > 1 {
        errors.append(FieldError(place, .forbidden("may not specify more than 1 volume type")))
      }
    }
    return errors
  }

  private static func items(_ items: [KeyToPath], at path: FieldPath) -> [FieldError] {
    items.enumerated().flatMap { index, item -> [FieldError] in
      let place = path.field("items").index(index)
      let target = item.path ?? ""
      return (target.isEmpty ? [] : plainPath(target, at: place.field("path")))
        + mode(item.mode, at: place.field("mode"))
    }
  }

  private static func mode(_ mode: Int32?, at path: FieldPath) -> [FieldError] {
    guard let mode, !(0...0o777).contains(mode) else { return [] }
    return [
      FieldError(path, .invalid("must be a number between 0 and 0777 (octal), both inclusive"), value: .integer(mode))
    ]
  }

  /// A path of a file that the kubelet writes: names with two dots in front are its own.
  private static func plainPath(_ target: String, at path: FieldPath) -> [FieldError] {
    let errors = localPath(target, at: path)
    guard target.hasPrefix(".."), target != "..", !target.hasPrefix("../") else { return errors }
    return errors + [FieldError(path, .invalid("must not start with '..'"), value: .string(target))]
  }

  /// A path that stays below where it begins.
  static func localPath(_ target: String, at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    if target.hasPrefix("/") {
      errors.append(FieldError(path, .invalid("must be a relative path"), value: .string(target)))
    }
    if target.split(separator: "/").contains("..") {
      errors.append(FieldError(path, .invalid("must not contain '..'"), value: .string(target)))
    }
    return errors
  }
}
