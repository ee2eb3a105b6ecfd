/// How much history a store keeps, so that watches can resume and lists can be continued.
///
/// A change is dropped when it has become older than `age`, or when more than `count` younger ones exist.
/// The present state is always kept.
public struct Retention: Sendable {
  public var age: Duration
  public var count: Int

  public init(age: Duration, count: Int) {
    self.age = age
    self.count = count
  }

  public static let standard = Retention(age: .seconds(300), count: 25_000)
}

extension Duration {
  var milliseconds: Int64 {
    components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
  }
}
