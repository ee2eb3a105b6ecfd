internal import Documents

/// The order that `--sort-by` asks for.
enum Sorting {
  /// Sorts by what the path finds in each; objects without the field come first.
  static func sorted(
    _ items: [Document], by path: JSONPath, object: (Document) -> Document = { $0 }
  ) throws -> [Document] {
    let keyed = try items.map { (item: $0, key: try path.find(in: object($0)).first?.first) }
    if !items.isEmpty, keyed.allSatisfy({ $0.key == nil }) {
      throw Failure("couldn't find any field with path \"\(path.source)\" in the list of objects")
    }
    // Equal keys keep their order: the positions break the tie.
    return keyed.enumerated().sorted { left, right in
      if isLess(left.element.key, right.element.key) { return true }
      if isLess(right.element.key, left.element.key) { return false }
      return left.offset < right.offset
    }.map(\.element.item)
  }

  private static func isLess(_ left: Document?, _ right: Document?) -> Bool {
    guard let right else { return false }
    guard let left else { return true }
    switch (left.content, right.content) {
    case (.integer(let left), .integer(let right)): return left < right
    case (.decimal(let left), .decimal(let right)): return left < right
    default: return isNaturallyLess(left.plainText, right.plainText)
    }
  }

  /// Digits count as numbers: `pod-2` comes before `pod-10`.
  static func isNaturallyLess(_ left: String, _ right: String) -> Bool {
    var left = left[...]
    var right = right[...]
    while let leftFirst = left.first, let rightFirst = right.first {
      let isDigit = { (character: Character) in character.isASCII && character.isNumber }
      if isDigit(leftFirst), isDigit(rightFirst) {
        let leftDigits = left.prefix(while: isDigit)
        let rightDigits = right.prefix(while: isDigit)
        let leftNumber = leftDigits.drop { $0 == "0" }
        let rightNumber = rightDigits.drop { $0 == "0" }
        if leftNumber.count != rightNumber.count { return leftNumber.count < rightNumber.count }
        if leftNumber != rightNumber { return leftNumber < rightNumber }
        if leftDigits.count != rightDigits.count { return leftDigits.count < rightDigits.count }
        left = left[leftDigits.endIndex...]
        right = right[rightDigits.endIndex...]
      } else {
        if leftFirst != rightFirst { return leftFirst < rightFirst }
        left.removeFirst()
        right.removeFirst()
      }
    }
    return left.isEmpty && !right.isEmpty
  }
}
