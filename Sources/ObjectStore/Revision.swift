/// A point in the store's history: each write moves the store on by one.
public struct Revision: Hashable, Comparable, Sendable {
  public var number: Int64

  public init(_ number: Int64) {
    self.number = number
  }

  /// The revision of a store that was never written: 1, because the Kubernetes API gives 0 a meaning of its own.
  public static let initial = Revision(1)

  public static func < (left: Revision, right: Revision) -> Bool {
    left.number < right.number
  }

  var next: Revision { Revision(number + 1) }

  func advanced(by count: Int) -> Revision {
    Revision(number + Int64(count))
  }

  func distance(to later: Revision) -> Int {
    Int(later.number - number)
  }
}

extension Revision: CustomStringConvertible {
  public var description: String { String(number) }
}
