internal import Documents
public import ObjectSchema

/// The addresses behind a service.
public struct Endpoints: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var subsets: [EndpointSubset] = []

  public init() {}

  public static let schema = Schema<Endpoints>(
    "Endpoints", "The addresses behind the service of the same name.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Name, labels and history."),
      Field(
        "subsets", \.subsets, listOf: .object(EndpointSubset.self), "Addresses that answer on the same ports, by ports."
      ),
    ])

  public static let resource = Resource(
    Endpoints.self, kind: "Endpoints", plural: "endpoints", shortNames: ["ep"],
    columns: [
      .name,
      Column("Endpoints", "The addresses that are ready, with their ports.") { endpoints, _ in
        .string(endpoints.addressesText)
      },
      .age,
    ],
    rules: rules)

  private static var rules: Rules<Endpoints> {
    var rules = Rules<Endpoints>()
    rules.isMadeByUpdate = true
    rules.check = { endpoints in
      endpoints.subsets.enumerated().flatMap { index, subset in
        EndpointSubsetCheck.check(subset, at: FieldPath("subsets").index(index))
      }
    }
    return rules
  }

  /// Every port of every ready address; only three of them are shown.
  private var addressesText: String {
    if subsets.isEmpty { return "<none>" }
    let all = subsets.flatMap { subset in
      subset.ports.isEmpty
        ? subset.addresses.map { $0.ip ?? "" }
        : subset.ports.flatMap { port in
          subset.addresses.map { AddressText.join($0.ip ?? "", port.port ?? 0) }
        }
    }
    return AddressText.first(3, of: all)
  }
}

/// Addresses in tables and descriptions.
enum AddressText {
  /// An IPv6 address is put into brackets before its port.
  static func join(_ address: String, _ port: Int32) -> String {
    address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
  }

  static func first(_ count: Int, of texts: [String]) -> String {
    let list = texts.prefix(count).joined(separator: ",")
    return texts.count > count ? "\(list) + \(texts.count - count) more..." : list
  }
}
