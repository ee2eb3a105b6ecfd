internal import Documents
public import ObjectSchema

/// A claim that must be renewed: who leads, or that a node is alive.
public struct Lease: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var spec = LeaseSpec()

  public init() {}

  public static let schema = Schema<Lease>(
    "Lease", "A claim that must be renewed: who leads, or that a node is alive.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Name, labels and history."),
      Field("spec", \.spec, .object(LeaseSpec.self), "Who holds it, and since when."),
    ])

  public static let resource = Resource(
    Lease.self, group: "coordination.k8s.io", kind: "Lease", plural: "leases",
    columns: [
      .name,
      Column("Holder", "Who holds it.") { lease, _ in .string(lease.spec.holderIdentity ?? "") },
      .age,
    ],
    rules: rules)

  private static var rules: Rules<Lease> {
    var rules = Rules<Lease>()
    rules.isMadeByUpdate = true
    // Holders that are chosen by the server are still being tried out in Kubernetes 1.32, which keeps nothing of them.
    rules.prepareForCreation = { $0.spec.dropChoice() }
    rules.prepareForUpdate = { lease, _, _ in lease.spec.dropChoice() }
    rules.check = { lease in
      let spec = FieldPath("spec")
      var errors: [FieldError] = []
      if let seconds = lease.spec.leaseDurationSeconds, seconds <= 0 {
        errors.append(
          FieldError(
            spec.field("leaseDurationSeconds"), .invalid("must be greater than 0"), value: .integer(seconds)))
      }
      if let count = lease.spec.leaseTransitions, count < 0 {
        errors.append(
          FieldError(
            spec.field("leaseTransitions"), .invalid("must be greater than or equal to 0"), value: .integer(count)))
      }
      return errors
    }
    return rules
  }
}

/// Who holds a lease, and since when.
public struct LeaseSpec: Described {
  public var holderIdentity: String?
  public var leaseDurationSeconds: Int32?
  public var acquireTime: Timestamp?
  public var renewTime: Timestamp?
  public var leaseTransitions: Int32?
  public var strategy: String?
  public var preferredHolder: String?

  public init() {}

  public static let schema = Schema<LeaseSpec>(
    "LeaseSpec", "Who holds a lease, and since when.",
    [
      Field("holderIdentity", \.holderIdentity, .string, "Who holds it."),
      Field(
        "leaseDurationSeconds", \.leaseDurationSeconds, .int32,
        "Seconds after the last renewal before somebody else may take it."),
      Field("acquireTime", \.acquireTime, .microTime, "When its holder took it."),
      Field("renewTime", \.renewTime, .microTime, "When its holder last renewed it."),
      Field("leaseTransitions", \.leaseTransitions, .int32, "How often it went from one holder to another."),
      Field("strategy", \.strategy, .string, "How the server chooses a holder; not kept."),
      Field("preferredHolder", \.preferredHolder, .string, "Who should take it over; not kept."),
    ])

  fileprivate mutating func dropChoice() {
    strategy = nil
    preferredHolder = nil
  }
}
