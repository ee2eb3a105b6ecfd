internal import Documents

/// An amount with a unit, such as `500m` or `64Mi`.
public struct Quantity: Sendable, Hashable, CustomStringConvertible {
  /// In the one form that Kubernetes gives each amount, in the kind of unit it was written in: `0.5` is `500m`, and
  /// `1024Mi` is `1Gi`.
  public let text: String
  /// The amount in thousandths, rounded away from zero.
  public let milliValue: Int64

  public init?(_ text: String) {
    guard let parsed = Parsed(text) else { return nil }
    self.text = parsed.canonicalText ?? text
    milliValue = parsed.milliValue
  }

  public init(whole: Int64) {
    text = Parsed(number: Int128(whole)).canonicalText ?? String(whole)
    milliValue = Int64(clamping: Int128(whole) * 1000)
  }

  init?(document: Document) {
    switch document.content {
    case .string(let text): self.init(text)
    case .integer, .decimal: self.init(document.jsonText())
    default: return nil
    }
  }

  /// The amount in whole units, rounded up.
  public var value: Int64 { milliValue / 1000 + (milliValue % 1000 > 0 ? 1 : 0) }

  public var description: String { text }
}
