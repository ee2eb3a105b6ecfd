internal import Documents
public import ObjectSchema

/// Some of the addresses behind a service; one with many is told in several slices.
public struct EndpointSlice: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var addressType: String?
  public var endpoints: [Endpoint] = []
  public var ports: [EndpointSlicePort] = []

  public init() {}

  public static let schema = Schema<EndpointSlice>(
    "EndpointSlice", "Some of the addresses behind a service; one with many is told in several slices.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Name, labels and history."),
      Field(
        "addressType", \.addressType, .string, required: true, allowed: ["FQDN", "IPv4", "IPv6"],
        "What kind of addresses it has; this never changes."),
      Field("endpoints", \.endpoints, listOf: .object(Endpoint.self), written: .asNull, "Who answers."),
      Field(
        "ports", \.ports, listOf: .object(EndpointSlicePort.self), written: .asNull,
        "The ports that all of them answer on."
      ),
    ])

  public static let resource = Resource(
    EndpointSlice.self, group: "discovery.k8s.io", kind: "EndpointSlice", plural: "endpointslices",
    columns: [
      .name,
      Column("AddressType", "What kind of addresses it has.") { slice, _ in .string(slice.addressType ?? "") },
      Column("Ports", "The ports that they answer on.") { slice, _ in
        .string(shown(slice.ports.map { $0.port.map(String.init) ?? $0.name ?? "*" }))
      },
      Column("Endpoints", "The addresses.") { slice, _ in .string(shown(slice.endpoints.flatMap(\.addresses))) },
      .age,
    ],
    rules: rules)

  private static func shown(_ texts: [String]) -> String {
    let text = AddressText.first(3, of: texts)
    return text.isEmpty ? "<unset>" : text
  }

  private static var rules: Rules<EndpointSlice> {
    var rules = Rules<EndpointSlice>()
    rules.prepareForCreation = { slice in
      slice.metadata.generation = 1
      slice.dropTopology()
    }
    rules.prepareForUpdate = { slice, old, _ in
      slice.dropTopology()
      if !slice.saysTheSame(as: old) { slice.metadata.generation = (old.metadata.generation ?? 0) + 1 }
    }
    rules.check = { EndpointSliceCheck.check($0) }
    rules.checkUpdate = { slice, old in
      slice.addressType == old.addressType
        ? []
        : [
          FieldError(
            FieldPath("addressType"), .invalid("field is immutable"), value: .string(slice.addressType ?? ""))
        ]
    }
    return rules
  }

  /// What was once said there stands in fields of its own now.
  private mutating func dropTopology() {
    for index in endpoints.indices { endpoints[index].deprecatedTopology = [:] }
  }

  private func saysTheSame(as other: EndpointSlice) -> Bool {
    addressType == other.addressType && endpoints == other.endpoints && ports == other.ports
      && metadata.labels == other.metadata.labels
  }
}
