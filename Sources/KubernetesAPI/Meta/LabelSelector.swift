public import ObjectSchema

/// Which objects are meant, by their labels; all conditions must hold.
public struct LabelSelector: Described {
  public var matchExpressions: [LabelSelectorRequirement] = []
  public var matchLabels: [String: String] = [:]

  public init() {}

  /// All of these labels.
  public init(_ labels: [String: String]) { matchLabels = labels }

  public static let schema = Schema<LabelSelector>(
    "LabelSelector", "Which objects are meant, by their labels; all conditions must hold.",
    [
      Field(
        "matchExpressions", \.matchExpressions, listOf: .object(LabelSelectorRequirement.self),
        "Conditions on single labels."
      ),
      Field("matchLabels", \.matchLabels, mapOf: .string, "Labels that must have exactly these values."),
    ])
}

extension LabelSelector {
  /// As a query for objects: `a=b,c in (d,e)`.
  public var queryText: String {
    var parts = matchLabels.map { (key: $0.key, text: "\($0.key)=\($0.value)") }
    for requirement in matchExpressions {
      let key = requirement.key ?? ""
      let values = requirement.values.sorted().joined(separator: ",")
      switch requirement.operator {
      case "In": parts.append((key, "\(key) in (\(values))"))
      case "NotIn": parts.append((key, "\(key) notin (\(values))"))
      case "DoesNotExist": parts.append((key, "!\(key)"))
      default: parts.append((key, key))
      }
    }
    return parts.sorted { ($0.key, $0.text) < ($1.key, $1.text) }.map(\.text).joined(separator: ",")
  }

  /// For people: the query, or `<none>`.
  public var text: String { self == LabelSelector() ? "<none>" : queryText }
}

/// One condition on a label.
public struct LabelSelectorRequirement: Described {
  public var key: String?
  public var `operator`: String?
  public var values: [String] = []

  public init() {}

  public static let schema = Schema<LabelSelectorRequirement>(
    "LabelSelectorRequirement", "One condition on a label.",
    [
      Field("key", \.key, .string, required: true, checked: false, "The label."),
      Field(
        "operator", \.`operator`, .string, required: true, checked: false, "In, NotIn, Exists or DoesNotExist."
      ),
      Field("values", \.values, listOf: .string, "The values for In and NotIn."),
    ])
}
