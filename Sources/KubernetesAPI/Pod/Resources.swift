public import ObjectSchema

/// How much a container asks for, and may use at most.
public struct ResourceRequirements: Described {
  public var claims: [ContainerResourceClaim] = []
  public var limits: [String: Quantity] = [:]
  public var requests: [String: Quantity] = [:]

  public init() {}

  public static let schema = Schema<ResourceRequirements>(
    "ResourceRequirements", "How much a container asks for, and may use at most.",
    [
      Field(
        "claims", \.claims, listOf: .object(ContainerResourceClaim.self), "Devices of the pod's claims that it uses."),
      Field(
        "limits", \.limits, mapOf: .quantity,
        "The most that it may use: more processor is throttled, more memory ends it."),
      Field("requests", \.requests, mapOf: .quantity, "What the scheduler sets aside for it on a node."),
    ])
}

/// A claim of the pod that a container uses.
public struct ContainerResourceClaim: Described {
  public var name: String?
  public var request: String?

  public init() {}

  public static let schema = Schema<ContainerResourceClaim>(
    "ContainerResourceClaim", "A claim of the pod that a container uses.",
    [
      Field("name", \.name, .string, required: true, "What the pod calls the claim."),
      Field("request", \.request, .string, "One request of the claim; none means all."),
    ])
}
