internal import ObjectSchema

/// When a kubelet removes images: `imageGCHighThresholdPercent` and the like.
public struct ImageGarbagePolicy: Sendable, Equatable {
  /// From how much use of the disk on images are removed, and down to how much.
  public var highThresholdPercent: Int64 = 85
  public var lowThresholdPercent: Int64 = 80
  /// An image is kept so long after it was first seen, whatever the disk says.
  public var minimumAge = Duration.seconds(120)
  /// An image that was not used for so long is removed, whatever the disk says; zero: no such limit.
  public var maximumAge = Duration.zero

  public init() {}

  /// What is wrong with it, in Kubernetes' words.
  public var problem: String? {
    if !(0...100).contains(highThresholdPercent) {
      return
        "imageGCHighThresholdPercent (--image-gc-high-threshold) \(highThresholdPercent) must be between 0 and 100, "
        + "inclusive"
    }
    if !(0...100).contains(lowThresholdPercent) {
      return "imageGCLowThresholdPercent (--image-gc-low-threshold) \(lowThresholdPercent) must be between 0 and 100, "
        + "inclusive"
    }
    if lowThresholdPercent >= highThresholdPercent {
      return "imageGCLowThresholdPercent (--image-gc-low-threshold) \(lowThresholdPercent) must be less than "
        + "imageGCHighThresholdPercent (--image-gc-high-threshold) \(highThresholdPercent)"
    }
    if maximumAge != .zero, maximumAge <= minimumAge {
      return "imageMaximumGCAge \(maximumAge.text) must be greater than imageMinimumGCAge \(minimumAge.text)"
    }
    return nil
  }

  /// Whether images are never removed.
  var isOff: Bool { highThresholdPercent == 100 && maximumAge == .zero }
}
