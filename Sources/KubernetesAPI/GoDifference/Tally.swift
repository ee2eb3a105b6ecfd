/// How many neighbouring parts are the same, or in which way they differ.
struct Tally: Equatable {
  let name: String
  var identical = 0
  var removed = 0
  var inserted = 0
  var changed = 0

  init(_ name: String) { self.name = name }

  var differences: Int { removed + inserted + changed }
  var isEmpty: Bool { identical + differences == 0 }

  mutating func add(_ other: Tally) {
    identical += other.identical
    removed += other.removed
    inserted += other.inserted
    changed += other.changed
  }

  /// `19 identical fields`, `2 removed and 1 inserted elements`.
  var text: String {
    let counts = [(identical, "identical"), (removed, "removed"), (inserted, "inserted"), (changed, "modified")]
    let words = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    var noun = name
    if identical + differences > 1 { noun = name.hasSuffix("y") ? name.dropLast() + "ies" : name + "s" }
    let list =
      words.count > 2
      ? words.dropLast().joined(separator: ", ") + ", and " + words[words.count - 1]
      : words.joined(separator: " and ")
    return "\(list) \(noun)"
  }

  /// Runs of parts that are the same, and of parts that are not.
  static func groups(of parts: [ComparedValue], _ name: String) -> [Tally] {
    groups(
      parts.map { part in
        part.areEqual ? .identity : part.new == nil ? .removal : part.old == nil ? .insertion : .change
      }, name)
  }

  static func groups(_ edits: [EditScript.Edit], _ name: String) -> [Tally] {
    var groups: [Tally] = []
    var last: Bool?
    for edit in edits {
      if last != (edit == .identity) { groups.append(Tally(name)) }
      last = edit == .identity
      switch edit {
      case .identity: groups[groups.count - 1].identical += 1
      case .removal: groups[groups.count - 1].removed += 1
      case .insertion: groups[groups.count - 1].inserted += 1
      case .change: groups[groups.count - 1].changed += 1
      }
    }
    return groups
  }
}
