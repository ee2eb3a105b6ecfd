/// Two values side by side, down to the parts in which they differ.
final class ComparedValue {
  let type: GoType
  let old: GoValue?
  let new: GoValue?
  /// The fields, elements or entries, or the target of a pointer.
  private(set) var parts: [(key: String, value: ComparedValue)] = []

  /// How many leaves are equal, and how many are not.
  private(set) var same = 0
  private(set) var different = 0
  private(set) var descendants = 0
  private(set) var depth = 0

  init(_ type: GoType, _ old: GoValue?, _ new: GoValue?) {
    self.type = type
    self.old = old
    self.new = new
    guard let old, let new else {
      different = 1
      return
    }
    switch (type, old, new) {
    case (.structure(let name), .structure(let oldFields), .structure(let newFields)):
      for (index, field) in GoTypes.fields(of: name).enumerated() {
        add(field.name, ComparedValue(field.type, oldFields[index], newFields[index]))
      }
    case (.intOrString, .intOrString(let oldNumber, let oldText), .intOrString(let newNumber, let newText)):
      add("Type", ComparedValue(.number, .number(oldText == nil ? 0 : 1), .number(newText == nil ? 0 : 1)))
      add("IntVal", ComparedValue(.number, .number(oldNumber), .number(newNumber)))
      add("StrVal", ComparedValue(.text, .text(oldText ?? ""), .text(newText ?? "")))
    case (.list(let element), .list(let oldList?), .list(let newList?)): compare(oldList, newList, element)
    case (.map(let element, _, let keysPrintThemselves), .map(let oldMap?), .map(let newMap?)):
      for key in Set((oldMap + newMap).map(\.key)).sorted() {
        add(
          (keysPrintThemselves ? "s" : "") + PrintedValue.quoted(key),
          ComparedValue(element, oldMap.first { $0.key == key }?.value, newMap.first { $0.key == key }?.value))
      }
    case (.pointer(let target), .pointer(let oldTarget?), .pointer(let newTarget?)):
      add("", ComparedValue(target, oldTarget, newTarget))
    default:
      if old == new { same = 1 } else { different = 1 }
    }
  }

  var areEqual: Bool { different == 0 }
  /// A chain without branches is told as one change.
  var isChain: Bool { descendants == depth }

  private func add(_ key: String, _ part: ComparedValue) {
    parts.append((key, part))
    same += part.same
    different += part.different
    descendants += part.descendants + 1
    depth = max(depth, part.depth + 1)
  }

  private func compare(_ oldList: [GoValue], _ newList: [GoValue], _ element: GoType) {
    let script = EditScript(oldList.count, newList.count) { oldIndex, newIndex in
      let compared = ComparedValue(element, oldList[oldIndex], newList[newIndex])
      return EditScript.Likeness(same: compared.same, different: compared.different)
    }
    var (oldIndex, newIndex) = (0, 0)
    for edit in script.edits {
      let old = edit == .insertion ? nil : oldList[oldIndex]
      let new = edit == .removal ? nil : newList[newIndex]
      add("", ComparedValue(element, old, new))
      if old != nil { oldIndex += 1 }
      if new != nil { newIndex += 1 }
    }
  }
}
