/// How two versions of a pack differ, told by what is permanent: ids of lessons and steps, and names of files.
public struct PackDifference: Sendable, Equatable {
  public enum Kind: String, Sendable {
    case added, removed, changed
    /// Only its place among the others is another one.
    case moved
  }

  public struct Change: Sendable, Equatable {
    public var kind: Kind
    /// `lesson`, `step`, `file` or a field of `pack.yaml`.
    public var subject: String
    public var name: String
    /// What it was and is, where that fits into a line.
    public var detail = ""
  }

  public var changes: [Change] = []

  public init(_ old: Pack, _ oldLock: PackLock, _ new: Pack, _ newLock: PackLock) {
    compareFields(old.manifest, new.manifest)
    compare(old.lessons, new.lessons, "lesson", \.id) { one, other in
      one.title == other.title && one.needs == other.needs && one.uses == other.uses && one.files == other.files
        && one.introduction == other.introduction
    }
    for lesson in new.lessons {
      guard let before = old.lesson(lesson.id) else {
        for step in lesson.steps { add(.added, "step", lesson.id + "/" + step.id) }
        continue
      }
      compare(before.steps, lesson.steps, "step", \.id, in: lesson.id + "/") { $0.digest == $1.digest }
    }
    for lesson in old.lessons where new.lesson(lesson.id) == nil {
      for step in lesson.steps { add(.removed, "step", lesson.id + "/" + step.id) }
    }
    // Lessons and pack.yaml are told in more detail above.
    func others(_ lock: PackLock) -> [PackLock.File] {
      lock.files.filter { $0.name != PackPath.manifest && !PackPath.isLesson($0.name) }
    }
    compare(others(oldLock), others(newLock), "file", \.name) { $0 == $1 }
  }

  private mutating func add(_ kind: Kind, _ subject: String, _ name: String, _ detail: String = "") {
    changes.append(Change(kind: kind, subject: subject, name: name, detail: detail))
  }

  private mutating func compareFields(_ old: PackManifest, _ new: PackManifest) {
    func text(_ manifest: PackManifest) -> [(String, String)] {
      [
        ("id", manifest.id), ("version", manifest.version.description), ("title", manifest.title),
        ("licence", manifest.licence), ("authors", manifest.authors.joined(separator: ", ")),
        ("language", manifest.language), ("contact", manifest.contact),
        ("requires", manifest.requires.map(\.rawValue).joined(separator: ", ")),
        ("policy", "skip \(manifest.policy.skipping.rawValue), solutions \(manifest.policy.solutions.rawValue)"),
      ]
    }
    for ((name, before), (_, after)) in zip(text(old), text(new)) where before != after {
      add(.changed, "field", name, "\(before.isEmpty ? "nothing" : before) -> \(after.isEmpty ? "nothing" : after)")
    }
    if old.images != new.images { add(.changed, "field", "images") }
  }

  private mutating func compare<Item>(
    _ old: [Item], _ new: [Item], _ subject: String, _ id: KeyPath<Item, String>, in place: String = "",
    isSame: (Item, Item) -> Bool
  ) {
    func name(_ item: Item) -> String { place + item[keyPath: id] }
    let before = Dictionary(old.map { (name($0), $0) }, uniquingKeysWith: { one, _ in one })
    let after = Set(new.map(name))
    // Those that are in both, in their order before and after.
    let kept = old.map(name).filter(after.contains)
    let order = new.map(name).filter { before[$0] != nil }
    for item in old where !after.contains(name(item)) { add(.removed, subject, name(item)) }
    for item in new {
      guard let other = before[name(item)] else {
        add(.added, subject, name(item))
        continue
      }
      if !isSame(other, item) {
        add(.changed, subject, name(item))
      } else if kept.firstIndex(of: name(item)) != order.firstIndex(of: name(item)) {
        add(.moved, subject, name(item))
      }
    }
  }
}
