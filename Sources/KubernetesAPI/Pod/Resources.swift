public import ObjectSchema

/// Resource requirements.
public struct ResourceRequirements: Described {
  public var claims: [ContainerResourceClaim] = []
  public var limits: [String: Quantity] = [:]
  public var requests: [String: Quantity] = [:]

  public init() {}

  public static let schema = Schema<ResourceRequirements>(
    "ResourceRequirements", "Resource requirements.",
    [
      Field("claims", \.claims, listOf: .object(ContainerResourceClaim.self), "The claims."),
      Field("limits", \.limits, mapOf: .quantity, "The limits."),
      Field("requests", \.requests, mapOf: .quantity, "The requests."),
    ])
}

/// Container resource claim.
public struct ContainerResourceClaim: Described {
  public var name: String?
  public var request: String?

  public init() {}

  public static let schema = Schema<ContainerResourceClaim>(
    "ContainerResourceClaim", "Container resource claim.",
    [
      Field("name", \.name, .string, required: true, "The name."),
      Field("request", \.request, .string, "The request."),
    ])
}
