/// The addresses of a node's pods. A fresh one each time, so that a stale connection never reaches another pod.
struct AddressPool: Sendable, Equatable {
  private let network: UInt32
  private var next: UInt32
  private var taken: Set<UInt32>

  /// The gateway is .1; .2 to .254 are for pods.
  private static let range: ClosedRange<UInt32> = 2...254

  init(gateway: IPv4Address, next: UInt32 = 2) {
    network = gateway.number & 0xFFFF_FF00
    taken = []
    self.next = Self.range.contains(next) ? next : Self.range.lowerBound
  }

  /// The number that the search begins with: kept by whoever makes the pool anew.
  var position: UInt32 { next }

  /// Nil when all are taken.
  mutating func take() -> IPv4Address? {
    for _ in Self.range {
      let number = next
      next = number == Self.range.upperBound ? Self.range.lowerBound : number + 1
      if taken.insert(number).inserted { return IPv4Address(network | number) }
    }
    return nil
  }

  mutating func reserve(_ address: IPv4Address) { taken.insert(address.number & 0xFF) }

  mutating func release(_ address: IPv4Address) { taken.remove(address.number & 0xFF) }
}
