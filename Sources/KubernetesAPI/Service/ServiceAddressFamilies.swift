internal import Documents
public import ObjectSchema

extension Service {
  /// The families that the addresses of services can have here.
  private static let served: [IPAddress.Family] = [.version4]

  /// Decides which families of addresses the service has, from what it says and from what it had; answers what stands
  /// against it.
  public mutating func settleAddressFamilies(from old: Service?) -> [FieldError] {
    if !needsClusterIP || isContentWithItsFamilies(from: old) { return [] }
    if spec.ipFamilyPolicy == nil {
      // Who reaches no pods through it may be of any family.
      let usual = isHeadless && spec.selector.isEmpty ? "RequireDualStack" : "SingleStack"
      spec.ipFamilyPolicy = old?.spec.ipFamilyPolicy ?? usual
    }
    let problems = ServiceAddressCheck.check(self) + unknownPolicy
    if !problems.isEmpty { return problems }
    let contradictions = settleNumber(from: old) + inferFamilies()
    if !contradictions.isEmpty { return contradictions }
    if isHeadless && spec.selector.isEmpty {
      if spec.ipFamilies.isEmpty { spec.ipFamilies = [Self.served[0].rawValue] }
      if spec.ipFamilies.count == 1 && spec.ipFamilyPolicy != "SingleStack" {
        spec.ipFamilies.append(spec.ipFamilies[0] == "IPv4" ? "IPv6" : "IPv4")
      }
      return []
    }
    return settleServedFamilies()
  }

  private static let policyPath = FieldPath("spec", "ipFamilyPolicy")

  private func refusedPolicy(_ why: String) -> FieldError {
    FieldError(Self.policyPath, .invalid(why), value: spec.ipFamilyPolicy.map { .string($0) })
  }

  private var unknownPolicy: [FieldError] {
    let known = ["PreferDualStack", "RequireDualStack", "SingleStack"]
    guard let policy = spec.ipFamilyPolicy, !known.contains(policy) else { return [] }
    return [FieldError(Self.policyPath, .notSupported(known), value: .string(policy))]
  }

  /// One that merely prefers two families keeps those that it has.
  private func isContentWithItsFamilies(from old: Service?) -> Bool {
    guard let old, old.spec.type == spec.type, old.spec.ipFamilyPolicy == "PreferDualStack" else { return false }
    return spec.ipFamilyPolicy == nil || spec.ipFamilyPolicy == "PreferDualStack"
      ? old.spec.clusterIP == spec.clusterIP && old.spec.clusterIPs == spec.clusterIPs
        && old.spec.ipFamilies == spec.ipFamilies
      : false
  }

  /// Whether it may have two families, and whether it may give one up.
  private mutating func settleNumber(from old: Service?) -> [FieldError] {
    var errors: [FieldError] = []
    if let old {
      if spec.ipFamilyPolicy == "SingleStack" {
        if spec.clusterIPs == old.spec.clusterIPs { spec.clusterIPs = Array(spec.clusterIPs.prefix(1)) }
        if spec.ipFamilies == old.spec.ipFamilies { spec.ipFamilies = Array(spec.ipFamilies.prefix(1)) }
      } else {
        if (1..<max(1, old.spec.clusterIPs.count)).contains(spec.clusterIPs.count) {
          errors.append(refusedPolicy("must be 'SingleStack' to release the secondary cluster IP"))
        }
        if (1..<max(1, old.spec.ipFamilies.count)).contains(spec.ipFamilies.count) {
          errors.append(refusedPolicy("must be 'SingleStack' to release the secondary IP family"))
        }
      }
    }
    if spec.ipFamilyPolicy == "SingleStack" {
      let wanted = "must be 'RequireDualStack' or 'PreferDualStack' when multiple"
      if spec.clusterIPs.count == 2 { errors.append(refusedPolicy("\(wanted) cluster IPs are specified")) }
      if spec.ipFamilies.count == 2 { errors.append(refusedPolicy("\(wanted) IP families are specified")) }
    }
    return errors
  }

  /// Addresses that were asked for tell their families.
  private mutating func inferFamilies() -> [FieldError] {
    var errors: [FieldError] = []
    for (index, text) in spec.clusterIPs.enumerated() where index >= spec.ipFamilies.count {
      guard let family = IPAddress(text)?.family else { continue }
      if Self.served.contains(family) {
        spec.ipFamilies.append(family.rawValue)
      } else {
        errors.append(
          FieldError(
            FieldPath("spec", "clusterIPs").index(index),
            .invalid("\(family.rawValue) is not configured on this cluster"),
            list: spec.clusterIPs))
      }
    }
    return errors
  }

  private mutating func settleServedFamilies() -> [FieldError] {
    var errors: [FieldError] = []
    if spec.ipFamilyPolicy == "RequireDualStack" && Self.served.count < 2 {
      errors.append(refusedPolicy("this cluster is not configured for dual-stack services"))
    }
    let served = Self.served.map(\.rawValue)
    for (index, family) in spec.ipFamilies.enumerated() where !served.contains(family) {
      errors.append(
        FieldError(
          FieldPath("spec", "ipFamilies").index(index), .invalid("not configured on this cluster"),
          value: .string(family)))
    }
    if errors.isEmpty && spec.ipFamilies.isEmpty { spec.ipFamilies = [served[0]] }
    return errors
  }
}
