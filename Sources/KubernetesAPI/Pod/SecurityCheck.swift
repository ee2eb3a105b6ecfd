internal import Documents
internal import ObjectSchema

/// Rules of what a pod and its containers say of their users, rights and namespaces, in the words of Kubernetes.
enum SecurityCheck {
  static func check(_ pod: PodSpec, at path: FieldPath) -> [FieldError] {
    guard let context = pod.securityContext else { return sharing(pod, at: path) }
    let place = path.field("securityContext")
    var errors = ids(
      [("fsGroup", context.fsGroup), ("runAsUser", context.runAsUser), ("runAsGroup", context.runAsGroup)], at: place)
    for (index, group) in context.supplementalGroups.enumerated() {
      errors += id(group, at: place.field("supplementalGroups").index(index))
    }
    errors += sharing(pod, at: path) + sysctls(context.sysctls, of: pod, at: place.field("sysctls"))
    for (field, value, allowed) in [
      ("fsGroupChangePolicy", context.fsGroupChangePolicy, ["Always", "OnRootMismatch"]),
      ("supplementalGroupsPolicy", context.supplementalGroupsPolicy, ["Merge", "Strict"]),
    ] {
      guard let value, !allowed.contains(value) else { continue }
      errors.append(FieldError(place.field(field), .notSupported(allowed), value: .string(value)))
    }
    return errors + profiles(context.seccompProfile, context.appArmorProfile, at: place)
  }

  static func check(_ context: SecurityContext, at path: FieldPath) -> [FieldError] {
    var errors = ids([("runAsUser", context.runAsUser), ("runAsGroup", context.runAsGroup)], at: path)
    if context.allowPrivilegeEscalation == false {
      let shown = String(decoding: context.document().json(), as: UTF8.self)
      func contradiction(_ what: String) {
        errors.append(
          FieldError(path, .invalid("cannot set `allowPrivilegeEscalation` to false and \(what)"), shown: shown))
      }
      if context.privileged == true { contradiction("`privileged` to true") }
      // Under its other name it is overlooked, there as here.
      for capability in context.capabilities?.add ?? [] where capability == "CAP_SYS_ADMIN" {
        contradiction("`capabilities.Add` CAP_SYS_ADMIN")
      }
    }
    return errors + profiles(context.seccompProfile, context.appArmorProfile, at: path)
  }

  private static func ids(_ fields: [(String, Int64?)], at path: FieldPath) -> [FieldError] {
    fields.flatMap { name, number in number.map { id($0, at: path.field(name)) } ?? [] }
  }

  private static func id(_ number: Int64, at path: FieldPath) -> [FieldError] {
    if (0...Int64(Int32.max)).contains(number) { return [] }
    return [FieldError(path, .invalid("must be between 0 and 2147483647, inclusive"), value: .integer(number))]
  }

  private static func sharing(_ pod: PodSpec, at path: FieldPath) -> [FieldError] {
    guard pod.shareProcessNamespace == true, pod.hostPID == true else { return [] }
    return [
      FieldError(
        path.field("securityContext").field("shareProcessNamespace"),
        .invalid("ShareProcessNamespace and HostPID cannot both be enabled"), value: .bool(true))
    ]
  }

  // MARK: Settings of the kernel

  private static let segment = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?"

  private static func sysctls(_ sysctls: [Sysctl], of pod: PodSpec, at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    var names: Set<String> = []
    for (index, sysctl) in sysctls.enumerated() {
      let name = sysctl.name ?? ""
      let place = path.index(index).field("name")
      if name.isEmpty { continue }
      if !isSysctl(name) {
        let rule = "must have at most 253 characters and match regex ^(\(segment)[\\./])*\(segment)$"
        errors.append(FieldError(place, .invalid(rule), value: .string(name)))
      } else if !names.insert(name).inserted {
        errors.append(FieldError(place, .duplicate, value: .string(name)))
      }
      for (field, isSet, prefixes) in [
        ("hostNetwork", pod.hostNetwork, ["net."]),
        ("hostIPC", pod.hostIPC, ["kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue."]),
      ] where isSet == true {
        let dotted = String(name.map { $0 == "/" ? "." : $0 })
        guard prefixes.contains(where: dotted.hasPrefix) else { continue }
        errors.append(
          FieldError(place, .invalid("may not be specified when '\(field)' is true"), value: .string(name)))
      }
    }
    return errors
  }

  private static func isSysctl(_ name: String) -> Bool {
    func isPlain(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) }
    let parts = name.utf8.split(omittingEmptySubsequences: false) { $0 == 0x2E || $0 == 0x2F }
    return name.utf8.count <= 253
      && parts.allSatisfy { part in
        guard let first = part.first, let last = part.last, isPlain(first), isPlain(last) else { return false }
        return part.allSatisfy { isPlain($0) || $0 == 0x2D || $0 == 0x5F }
      }
  }

  // MARK: Profiles

  private static let profileTypes = ["Localhost", "RuntimeDefault", "Unconfined"]

  private static func profiles(
    _ seccomp: SeccompProfile?, _ appArmor: AppArmorProfile?, at path: FieldPath
  ) -> [FieldError] {
    var errors: [FieldError] = []
    if let seccomp {
      let place = path.field("seccompProfile")
      errors += type(seccomp.type, of: "seccompProfile", at: place)
      errors += name(seccomp.localhostProfile, of: "seccomp", type: seccomp.type, at: place)
      if seccomp.type == "Localhost", let name = seccomp.localhostProfile {
        let file = place.field("localhostProfile")
        if name.hasPrefix("/") {
          errors.append(FieldError(file, .invalid("must be a relative path"), value: .string(name)))
        }
        if name.split(separator: "/").contains("..") {
          errors.append(FieldError(file, .invalid("must not contain '..'"), value: .string(name)))
        }
      }
    }
    if let appArmor {
      let place = path.field("appArmorProfile")
      errors += type(appArmor.type, of: "appArmorProfile", at: place)
      errors += name(appArmor.localhostProfile, of: "AppArmor", type: appArmor.type, at: place)
    }
    return errors
  }

  private static func type(_ type: String?, of field: String, at path: FieldPath) -> [FieldError] {
    let place = path.field("type")
    guard let type, !type.isEmpty else {
      return [FieldError(place, .requiredBecause("type is required when \(field) is set"))]
    }
    return profileTypes.contains(type) ? [] : [FieldError(place, .notSupported(profileTypes), value: .string(type))]
  }

  /// Of a profile that lies on the node.
  private static func name(_ name: String?, of kind: String, type: String?, at path: FieldPath) -> [FieldError] {
    let place = path.field("localhostProfile")
    switch (type, name) {
    case ("Localhost", nil):
      return [FieldError(place, .requiredBecause("must be set when \(kind) type is Localhost"))]
    case ("Localhost", _), (_, nil): return []
    case (_, let name?):
      return [FieldError(place, .invalid("can only be set when \(kind) type is Localhost"), value: .string(name))]
    }
  }
}
