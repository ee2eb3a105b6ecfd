public import Documents

/// The text in which Kubernetes tells how two pods' specs differ: values of its own program, side by side.
public enum GoDifference {
  /// How a pod's spec differs from an older one, or an empty text when the difference is in nothing that it prints.
  public static func text(ofPodSpec new: Document, from old: Document) -> String {
    let type = GoType.structure("PodSpec")
    let compared = ComparedValue(type, GoValue(inner(old), type), GoValue(inner(new), type))
    if compared.areEqual { return "" }
    return GoFormat().difference(compared).lines()
  }

  /// Inside, what a pod shares with its node is part of its security context.
  private static func inner(_ spec: Document) -> Document {
    var spec = spec
    for field in ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers"] {
      guard let value = spec[field] else { continue }
      var context = spec["securityContext"] ?? [:]
      context[field] = value
      spec["securityContext"] = context
    }
    return spec
  }
}

/// How much of a value is printed, and with which types.
struct GoFormat {
  enum Mode {
    /// Both values, with marks where they differ.
    case both
    /// A value that is the same in both.
    case identical
    case old
    case new
  }

  enum TypeNames {
    case always
    case never
    /// For structures, lists and maps that differ.
    case ofComposites
  }

  var mode = Mode.both
  var typeNames = TypeNames.always
  /// Each level down prints half as much.
  var verbosity = 0

  /// Equal neighbours that are printed around a difference.
  private static let context = 2
  private static let mostVerbose = 6

  private var level: Int { min(max(verbosity, 0), 16) }
  /// How many entries a value shows.
  private var entryLimit: Int { ((1 << level) >> 1) << 2 }

  private func with(mode: Mode? = nil, typeNames: TypeNames? = nil, verbosity: Int? = nil) -> GoFormat {
    GoFormat(
      mode: mode ?? self.mode, typeNames: typeNames ?? self.typeNames, verbosity: verbosity ?? self.verbosity)
  }

  // MARK: Comparisons

  func difference(_ node: ComparedValue) -> PrintedValue {
    let format = with(verbosity: mode == .identical ? 1 : max(level, 3))
    if format.isLongText(node) { return format.textDifference(node) }
    return format.leveled(node)
  }

  private func leveled(_ node: ComparedValue) -> PrintedValue {
    if node.depth == 0 { return leaf(node) }
    if case .pointer = node.type { return .wrapped(prefix: "&", difference(node.parts[0].value), suffix: "") }
    return named(node.type, list(node))
  }

  private func leaf(_ node: ComparedValue) -> PrintedValue {
    switch mode {
    case .old: return value(node.old, node.type) ?? .none
    case .new: return value(node.new, node.type) ?? .none
    case .identical: return value(node.new, node.type) ?? .none
    case .both:
      if node.areEqual { return value(node.new, node.type) ?? .none }
      let (old, new) = distinct(node, with(typeNames: .never)) { format, mode in
        format.value(mode == .old ? node.old : node.new, node.type)
      }
      var records: [PrintedEntry] = []
      if let old { records.append(PrintedEntry(side: .old, value: old)) }
      if let new { records.append(PrintedEntry(side: .new, value: new)) }
      return with(typeNames: .always).named(node.type, .records(records))
    }
  }

  /// The two values in just as many words as it takes to see that they differ.
  private func distinct(
    _ node: ComparedValue, _ format: GoFormat, _ print: (GoFormat, Mode) -> PrintedValue?
  ) -> (old: PrintedValue?, new: PrintedValue?) {
    var old = print(format, .old)
    var new = print(format, .new)
    var step = 0
    while step <= Self.mostVerbose, let first = old, let second = new, first == second {
      let wordier = format.with(verbosity: format.level + 2 * step)
      old = print(wordier, .old)
      new = print(wordier, .new)
      step += 1
    }
    return (old, new)
  }

  private func list(_ node: ComparedValue) -> PrintedValue {
    let isStructure = if case .structure = node.type { true } else { node.type == .intOrString }
    var format = with(typeNames: isStructure ? .ofComposites : .never)
    let limit = mode == .identical ? entryLimit : (1 << level) << 1
    format.verbosity -= 1
    let records =
      mode == .both
      ? format.marked(node, isStructure ? "field" : node.isMap ? "entry" : "element", limit)
      : format.plain(node, isStructure, limit)
    return .wrapped(prefix: "{", .records(records), suffix: "}")
  }

  /// One of the two values, or what is the same in both.
  private func plain(_ node: ComparedValue, _ isStructure: Bool, _ limit: Int) -> [PrintedEntry] {
    var records: [PrintedEntry] = []
    for part in node.parts {
      if records.count == limit {
        records.append(PrintedEntry(value: .ellipsis, hasNoComma: true))
        break
      }
      let shown = mode == .old ? part.value.old : part.value.new
      if isStructure && shown?.isZero ?? true { continue }
      if shown == nil { continue }
      records.append(PrintedEntry(key: part.key, value: difference(part.value)))
    }
    return records
  }

  /// Both values, with a little of what is the same around each difference.
  private func marked(_ node: ComparedValue, _ name: String, _ limit: Int) -> [PrintedEntry] {
    var records: [PrintedEntry] = []
    var rest = node.parts[...]
    var differences = 0
    let groups = Tally.groups(of: node.parts.map(\.value), name)
    var left = Tally(name)
    for (index, group) in groups.enumerated() {
      if differences >= limit {
        left.add(group)
        continue
      }
      if group.differences > 0 {
        for part in rest.prefix(group.differences) { records += marked(part) }
        rest = rest.dropFirst(group.differences)
        differences += group.differences
        continue
      }
      let count = group.identical
      let before = index == 0 ? 0 : min(Self.context, count)
      var after = index == groups.count - 1 ? 0 : min(Self.context, count - before)
      // A single one is not worth leaving out.
      if count - before - after == 1 { after += 1 }
      let same = with(mode: .identical)
      func show(_ parts: ArraySlice<(key: String, value: ComparedValue)>) {
        records += parts.map { PrintedEntry(key: $0.key, value: same.difference($0.value)) }
      }
      show(rest.prefix(before))
      if count > before + after {
        var hidden = group
        hidden.identical -= before + after
        records.append(PrintedEntry(value: .ellipsis, hasNoComma: true, comment: hidden.text))
      }
      show(rest.prefix(count).suffix(after))
      rest = rest.dropFirst(count)
    }
    if !left.isEmpty { records.append(PrintedEntry(value: .ellipsis, hasNoComma: true, comment: left.text)) }
    return records
  }

  private func marked(_ part: (key: String, value: ComparedValue)) -> [PrintedEntry] {
    let node = part.value
    if isLongText(node) { return [PrintedEntry(key: part.key, value: textDifference(node))] }
    if !node.isChain { return [PrintedEntry(key: part.key, value: difference(node))] }
    let (old, new) = distinct(node, self) { format, mode in
      (mode == .old ? node.old : node.new) == nil ? nil : format.with(mode: mode).difference(node)
    }
    var records: [PrintedEntry] = []
    if let old { records.append(PrintedEntry(side: .old, key: part.key, value: old)) }
    if let new { records.append(PrintedEntry(side: .new, key: part.key, value: new)) }
    return records
  }

  // MARK: Values

  /// Prints the type in front where it is asked for.
  private func named(_ type: GoType, _ text: PrintedValue) -> PrintedValue {
    switch typeNames {
    case .never: return text
    case .ofComposites:
      switch type {
      case .structure, .list, .map, .quantity, .intOrString: if text == .none || mode == .identical { return text }
      default: return text
      }
    case .always: break
    }
    if case .wrapped(let prefix, _, let suffix) = text,
      prefix.hasPrefix("(") && suffix.hasSuffix(")") || prefix.hasPrefix("{") && suffix.hasSuffix("}")
    {
      return .wrapped(prefix: type.name, text, suffix: "")
    }
    return .wrapped(prefix: type.name, .wrapped(prefix: "(", text, suffix: ")"), suffix: "")
  }

  private func value(_ value: GoValue?, _ type: GoType) -> PrintedValue? {
    guard let value else { return nil }
    switch (value, type) {
    case (.text(let text), _): return named(type, string(text))
    case (.number(let number), _): return named(type, .line(String(number)))
    case (.flag(let flag), _): return named(type, .line(String(flag)))
    case (.pointer(nil), _): return PrintedValue.none
    case (.pointer(.quantity(let quantity)?), _): return string(quantity.text, prefix: "s")
    case (.pointer(let target?), .pointer(let type)):
      return .wrapped(prefix: "&", self.value(target, type) ?? .none, suffix: "")
    case (.structure(let fields), .structure(let name)):
      return named(type, entries(zip(GoTypes.fields(of: name), fields).map { ($0.name, $0.type, $1) }))
    case (.intOrString(let number, let text), _):
      return named(
        type,
        entries([
          ("Type", .number, .number(text == nil ? 0 : 1)), ("IntVal", .number, .number(number)),
          ("StrVal", .text, .text(text ?? "")),
        ]))
    case (.quantity(let quantity), _): return named(type, amount(quantity))
    case (.list(let list), .list(let element)):
      return named(type, list.map { items($0.map { ("", $0) }, element) } ?? .none)
    case (.map(let map), .map(let element, _, let keysPrintThemselves)):
      let prefix = keysPrintThemselves ? "s" : ""
      return named(
        type, map.map { items($0.map { (prefix + PrintedValue.quoted($0.key), $0.value) }, element) } ?? .none)
    default: return PrintedValue.none
    }
  }

  /// The fields that hold something.
  private func entries(_ fields: [(name: String, type: GoType, value: GoValue)]) -> PrintedValue {
    let limit = entryLimit
    var inner = with(typeNames: .ofComposites)
    inner.verbosity -= 1
    var records: [PrintedEntry] = []
    for field in fields where !field.value.isZero {
      if records.count == limit {
        records.append(PrintedEntry(value: .ellipsis, hasNoComma: true))
        break
      }
      records.append(PrintedEntry(key: field.name, value: inner.value(field.value, field.type) ?? .none))
    }
    return .wrapped(prefix: "{", .records(records), suffix: "}")
  }

  private func items(_ items: [(key: String, value: GoValue)], _ element: GoType) -> PrintedValue {
    let limit = entryLimit
    var inner = with(typeNames: .never)
    inner.verbosity -= 1
    var records: [PrintedEntry] = []
    for item in items {
      if records.count == limit {
        records.append(PrintedEntry(value: .ellipsis, hasNoComma: true))
        break
      }
      records.append(PrintedEntry(key: item.key, value: inner.value(item.value, element) ?? .none))
    }
    return .wrapped(prefix: "{", .records(records), suffix: "}")
  }

  private func amount(_ quantity: GoQuantity) -> PrintedValue {
    if entryLimit == 0 {
      return .wrapped(prefix: "{", .records([PrintedEntry(value: .ellipsis, hasNoComma: true)]), suffix: "}")
    }
    var number: [PrintedEntry] = []
    if entryLimit == 4 {
      number.append(PrintedEntry(value: .ellipsis, hasNoComma: true))
    } else {
      if quantity.value != 0 { number.append(PrintedEntry(key: "value", value: .line(String(quantity.value)))) }
      if quantity.scale != 0 { number.append(PrintedEntry(key: "scale", value: .line(String(quantity.scale)))) }
    }
    var records: [PrintedEntry] = []
    if !number.isEmpty {
      let inside = PrintedValue.wrapped(prefix: "{", .records(number), suffix: "}")
      let prefix = mode == .identical ? "" : "resource.int64Amount"
      records.append(PrintedEntry(key: "i", value: .wrapped(prefix: prefix, inside, suffix: "")))
    }
    records.append(PrintedEntry(key: "s", value: .line(PrintedValue.quoted(quantity.text))))
    records.append(PrintedEntry(key: "Format", value: .line(PrintedValue.quoted(quantity.format))))
    return .wrapped(prefix: "{", .records(records), suffix: "}")
  }

  private func string(_ text: String, prefix: String = "") -> PrintedValue {
    let limit = (1 << level) << 5
    if let lines = tripleQuoted(text, prefix, limit) { return lines }
    if text.utf8.count > limit + 3 {
      return .line(prefix + PrintedValue.quoted(String(decoding: text.utf8.prefix(limit), as: UTF8.self)) + "...")
    }
    return .line(prefix + PrintedValue.quoted(text))
  }

  /// A text of several lines, when it stands in one of the values only.
  private func tripleQuoted(_ text: String, _ prefix: String, _ widest: Int) -> PrintedValue? {
    guard mode == .old || mode == .new else { return nil }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty ?? false { lines.removeLast() }
    let fits = lines.allSatisfy { line in
      !line.hasPrefix("\"\"\"") && !line.hasPrefix("...") && line.utf8.count <= widest
        && line.unicodeScalars.allSatisfy(TextDifference.isPrintable)
    }
    guard lines.count >= 4, fits else { return nil }
    let side: PrintedEntry.Side = mode == .old ? .old : .new
    let most = (1 << level) << 2
    func record(_ text: String, comment: String? = nil) -> PrintedEntry {
      PrintedEntry(side: side, value: .line(text), hasNoComma: true, comment: comment)
    }
    var records = [record(prefix + "\"\"\"")]
    for (index, line) in lines.enumerated() {
      if index == most - 1, lines.count - index > 1 {
        records.append(record("...", comment: "\(lines.count - index) elided lines"))
        break
      }
      records.append(record(String(line)))
    }
    records.append(record(prefix + "\"\"\""))
    return .wrapped(prefix: "(", .records(records), suffix: ")")
  }

  // MARK: Long texts

  private func isLongText(_ node: ComparedValue) -> Bool {
    guard mode == .both, !node.areEqual, case .text(let old)? = node.old, case .text(let new)? = node.new else {
      return false
    }
    return old.utf8.count >= 32 && new.utf8.count >= 32
  }

  private func textDifference(_ node: ComparedValue) -> PrintedValue {
    guard case .text(let old)? = node.old, case .text(let new)? = node.new else { return .none }
    return TextDifference(old, new, limit: (1 << level) << 2).text
  }
}

extension ComparedValue {
  fileprivate var isMap: Bool { if case .map = type { true } else { false } }
}
