internal import Documents
internal import SystemIO

/// The nodes that a cluster is to have, as its state remembers them.
struct NodeRoster: Sendable, Equatable {
  struct Member: Sendable, Equatable {
    var name: String
    /// The third part of its pods' addresses.
    var number: UInt8
    /// Down until somebody starts it.
    var isStopped = false

    var podRange: String { "10.244.\(number).0/24" }
  }

  private(set) var members: [Member]

  /// What a new cluster begins with.
  static let initial = NodeRoster(members: [Member(name: "podium", number: 0)])
  static let none = NodeRoster(members: [])

  subscript(name: String) -> Member? { members.first { $0.name == name } }

  // MARK: Changes

  /// Without a name it gets the first free one of podium, podium-2, podium-3 and so on.
  mutating func add(_ name: String?, longestName: Int = 63) throws(ClusterProblem) -> Member {
    let name = name ?? freeName
    try Self.check(name, longestName)
    if self[name] != nil { throw ClusterProblem("the cluster has a node \"\(name)\" already: see podium node list") }
    let taken = Set(members.map(\.number))
    guard let number = (0...UInt8.max).first(where: { !taken.contains($0) }) else {
      throw ClusterProblem("a cluster has room for 256 nodes: remove one by podium node remove NAME")
    }
    let member = Member(name: name, number: number)
    members.append(member)
    return member
  }

  mutating func remove(_ name: String) throws(ClusterProblem) {
    let index = try index(name)
    if members.count == 1 {
      throw ClusterProblem(
        "\"\(name)\" is the only node, and a cluster needs one: first add another by podium node add")
    }
    members.remove(at: index)
  }

  mutating func setStopped(_ name: String, _ isStopped: Bool) throws(ClusterProblem) {
    members[try index(name)].isStopped = isStopped
  }

  private func index(_ name: String) throws(ClusterProblem) -> Int {
    if let index = members.firstIndex(where: { $0.name == name }) { return index }
    throw ClusterProblem(
      "the cluster has no node \"\(name)\": it has \(members.map(\.name).joined(separator: ", "))")
  }

  private var freeName: String {
    var count = 1
    while true {
      let name = count == 1 ? "podium" : "podium-\(count)"
      if self[name] == nil { return name }
      count += 1
    }
  }

  /// The name is that of an object, of a host and of a socket.
  private static func check(_ name: String, _ longest: Int) throws(ClusterProblem) {
    let isLabel = name.utf8.allSatisfy {
      (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-")
    }
    if isLabel, (1...longest).contains(name.utf8.count), !name.hasPrefix("-"), !name.hasSuffix("-") {
      return
    }
    throw ClusterProblem(
      "\"\(name)\" cannot be the name of a node: use at most \(longest) lower-case letters, digits and dashes, with a letter or digit at both ends"
    )
  }

  // MARK: In the cluster's state

  static func load(_ path: String) throws -> NodeRoster {
    if !Files.exists(path) { return .initial }
    // One that a power cut has spoilt counts as none: a cluster with one node is better than no cluster.
    guard let document = try? Document.parse(json: Files.read(path)) else { return .initial }
    let members = (document["nodes"]?.listValue ?? []).compactMap { entry -> Member? in
      guard let name = entry["name"]?.stringValue, let number = entry["number"]?.integerValue else { return nil }
      return Member(
        name: name, number: UInt8(clamping: number), isStopped: entry["stopped"]?.boolValue ?? false)
    }
    return members.isEmpty ? .initial : NodeRoster(members: members)
  }

  func save(_ path: String) throws {
    let nodes = members.map { member -> Document in
      ["name": .string(member.name), "number": .integer(member.number), "stopped": .bool(member.isStopped)]
    }
    try Files.replace(path, with: (["nodes": .list(nodes)] as Document).json())
  }
}
