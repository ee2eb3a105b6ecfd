internal import ObjectSchema

extension [Pack] {
  /// The lesson of that name: its id, or `pack/lesson` where several packs have one of the same id.
  public func lesson(named name: String) throws(UnknownLesson) -> (Pack, Lesson) {
    var found: [(Pack, Lesson)] = []
    for pack in self {
      for lesson in pack.lessons {
        if lesson.key(in: pack) == name { return (pack, lesson) }
        if lesson.id == name { found.append((pack, lesson)) }
      }
    }
    switch found.count {
    case 0:
      let lessons = flatMap(\.lessons)
      let known = lessons.map(\.name)
      throw UnknownLesson(
        name: name, suggestion: Spelling.nearest(name, among: known + lessons.map(\.id)), known: known)
    case 1: return found[0]
    default: throw UnknownLesson(name: name, candidates: found.map { $1.key(in: $0) })
    }
  }

  /// The same packs; their lessons are called by their ids as far as those tell them apart.
  public var named: [Pack] {
    var counts: [String: Int] = [:]
    for lesson in flatMap(\.lessons) { counts[lesson.id, default: 0] += 1 }
    return map { pack in
      var pack = pack
      for index in pack.lessons.indices {
        let lesson = pack.lessons[index]
        pack.lessons[index].longName = counts[lesson.id] == 1 ? nil : lesson.key(in: pack)
      }
      return pack
    }
  }
}

extension Lesson {
  /// Under which progress is kept.
  func key(in pack: Pack) -> String { pack.id + "/" + id }
}

/// A name that no lesson has, or more than one.
public struct UnknownLesson: Error, Sendable, Equatable, CustomStringConvertible {
  public var name: String
  /// A known name that was probably meant.
  public var suggestion: String?
  /// Those that have the name, when there are several.
  public var candidates: [String] = []
  public var known: [String] = []

  public var description: String {
    if !candidates.isEmpty {
      return "\"\(name)\" is a lesson of several packs: say \(candidates.joined(separator: " or "))"
    }
    return "there is no lesson \"\(name)\"" + (suggestion.map { "; did you mean \($0)?" } ?? "")
  }
}
