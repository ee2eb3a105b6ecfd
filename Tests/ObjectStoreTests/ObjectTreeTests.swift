import Testing

@testable import ObjectStore

@Suite
struct ObjectTreeTests {
  /// Enough keys for many leaves, so that they split, join and vanish.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func holdsWhatASortedArrayHolds(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var tree = ObjectTree()
    var model: [String: StoredObject] = [:]
    for round in 0..<12_000 {
      // Grows at first, then shrinks to nothing.
      let removes = Int.random(in: 0..<12_000, using: &random) < round
      let key = "/\(Int.random(in: 0..<(removes ? max(1, 12_000 - round) : 2_000), using: &random) % 2_000)"
      if removes {
        tree.remove(key)
        model[key] = nil
      } else {
        let object = StoredObject(key: key, value: [], created: Revision(1), modified: Revision(Int64(round)))
        tree.put(object)
        model[key] = object
      }
      guard round % 400 == 0 else { continue }
      let sorted = model.values.sorted { $0.key < $1.key }
      #expect(tree.page(prefix: "").objects == sorted, "seed \(seed), round \(round)")
      #expect(tree.count == sorted.count, "seed \(seed), round \(round)")

      let after = "/\(Int.random(in: 0..<2_000, using: &random))"
      let wanted = sorted.filter { $0.key.hasPrefix("/1") && $0.key > after }
      let page = tree.page(prefix: "/1", after: after, limit: 7)
      #expect(page.objects == Array(wanted.prefix(7)), "seed \(seed), round \(round)")
      #expect(page.remaining == max(0, wanted.count - 7), "seed \(seed), round \(round)")
    }
  }

  @Test func aCopyStaysAsItWas() {
    var tree = ObjectTree()
    for number in 0..<1_000 { tree.put(object("/\(number)")) }
    let copy = tree
    let before = copy.page(prefix: "").objects
    for number in 0..<1_000 where number % 3 == 0 { tree.remove("/\(number)") }
    for number in 0..<500 { tree.put(object("/new/\(number)")) }
    #expect(copy.page(prefix: "").objects == before)
    #expect(copy.count == 1_000)
  }

  @Test func ordersKeysByTheirBytes() {
    // "é" composed and decomposed are equal to Swift, and two keys to the store; U+FF21 comes before U+1F600 in bytes.
    let keys = ["", "A", "a", "a\0", "ab", "e\u{301}", "\u{e9}", "\u{FF21}", "\u{1F600}"]
    for (index, key) in keys.enumerated() {
      for (other, otherKey) in keys.enumerated() {
        #expect(KeyOrder.precedes(key, otherKey) == (index < other), "\(key) and \(otherKey)")
      }
    }
    #expect(KeyOrder.hasPrefix("/pods/a", "/pods/"))
    #expect(KeyOrder.hasPrefix("/pods/a", ""))
    #expect(!KeyOrder.hasPrefix("/pods", "/pods/"))
  }

  private func object(_ key: String) -> StoredObject {
    StoredObject(key: key, value: [], created: Revision(1), modified: Revision(1))
  }
}
