public import Documents

/// Conditions as data: what sentences and expected objects compile to, and what an editor made of forms can write.
///
/// A node is `{check: FORM, HOLE: …}` with the holes of the form, or `{object: MANIFEST}`; both take the time words
/// `within`, `for`, `now` and `never`, an `else` and `alreadyTrue`.
public enum CheckTree {
  public static func document(_ conditions: [Condition]) -> Document { .list(conditions.map(node)) }

  static func node(_ condition: Condition) -> Document {
    var node: Document = [:]
    switch condition.source {
    case .object(let object): node["object"] = object
    case .sentence(let form, let holes):
      node["check"] = .string(form.id)
      for part in form.allHoles {
        guard let name = part.hole else { continue }
        if case .list = part {
          node[name] = .list(holes.list(name).map(Document.string))
        } else if case .number = part {
          node[name] = Int64(holes[name]).map(Document.integer)
        } else if let text = holes.texts[name] {
          node[name] = .string(text)
        }
      }
    }
    switch condition.timing {
    case .within(let time): if time != Timing.patience { node["within"] = .string(DurationText.print(time)) }
    case .stays(let time): node["for"] = .string(DurationText.print(time))
    case .now: node["now"] = .bool(true)
    case .never: node["never"] = .bool(true)
    }
    if let advice = condition.advice { node["else"] = .string(advice) }
    if condition.mayHoldBefore { node["alreadyTrue"] = .bool(true) }
    return node
  }

  private static let common = ["within", "for", "now", "never", "else", "alreadyTrue"]

  static func condition(_ node: Document) throws(SentenceError) -> Condition {
    guard let entries = node.mapValue?.entries else {
      throw SentenceError(description: "a condition is an object, such as {check: exists, kind: pod, name: web}")
    }
    let timing = try timing(node)
    var condition: Condition
    if let object = node["object"] {
      try refuse(entries.map(\.key), but: ["object"])
      condition = try Condition(object: object, line: node.line, timing: timing)
    } else {
      guard let id = node["check"]?.stringValue else {
        throw SentenceError(description: "a condition needs `check:` with the name of a form, or `object:`")
      }
      guard let form = Grammar.form(id) else {
        throw SentenceError(
          description: "there is no form \"\(id)\": expected one of \(Grammar.forms.map(\.id).joined(separator: ", "))")
      }
      let holes = try holes(of: form, node)
      try refuse(entries.map(\.key), but: ["check"] + form.allHoles.compactMap(\.hole))
      condition = try Condition(form, holes, line: node.line, timing: timing)
    }
    condition.advice = node["else"]?.stringValue
    condition.mayHoldBefore = node["alreadyTrue"]?.boolValue ?? false
    return condition
  }

  private static func refuse(_ keys: [String], but known: [String]) throws(SentenceError) {
    let known = known + common
    for key in keys where !known.contains(key) {
      throw SentenceError(
        description: "unknown field \"\(key)\" of a condition: expected one of \(known.joined(separator: ", "))")
    }
  }

  private static func holes(of form: Grammar.Form, _ node: Document) throws(SentenceError) -> Grammar.Holes {
    var holes = Grammar.Holes()
    for part in form.allHoles {
      guard let name = part.hole else { continue }
      guard let value = node[name] else {
        if form.requiredHoles.contains(part) {
          throw SentenceError(description: "\"\(form.id)\" needs `\(name):`; its sentence is: \(form.pattern)")
        }
        continue
      }
      if case .list = part {
        guard let list = value.listValue else {
          throw SentenceError(description: "`\(name):` of \"\(form.id)\" is a list")
        }
        holes.lists[name] = list.map(\.plainText)
      } else {
        holes.texts[name] = value.plainText
      }
    }
    return holes
  }

  private static func timing(_ node: Document) throws(SentenceError) -> Timing {
    let given = ["within", "for", "now", "never"].filter { node[$0] != nil }
    guard given.count < 2 else {
      throw SentenceError(description: "a condition has one time word, not \(given.joined(separator: " and "))")
    }
    guard let word = given.first, let value = node[word] else { return .within(Timing.patience) }
    switch word {
    case "within": return .within(try DurationText.read(value.plainText))
    case "for": return .stays(try DurationText.read(value.plainText))
    default:
      guard value.boolValue == true else { throw SentenceError(description: "`\(word):` is true or left out") }
      return word == "now" ? .now : .never
    }
  }

  // MARK: Schema

  /// The JSON schema of a list of conditions, made from the grammar's rows.
  public static var schema: Document {
    func text(_ description: String) -> Document { ["type": "string", "description": .string(description)] }
    let duration: Document = ["type": "string", "pattern": "^[0-9]+[smh]$"]
    let common: [(String, Document)] = [
      ("within", duration), ("for", duration), ("now", ["const": true]), ("never", ["const": true]),
      ("else", text("Shown while the condition does not hold.")), ("alreadyTrue", ["type": "boolean"]),
    ]
    let sentences = Grammar.families.flatMap { family in
      family.forms.map { form -> Document in
        var properties: Document = ["check": ["const": .string(form.id)]]
        for part in form.allHoles {
          guard let name = part.hole else { continue }
          switch part {
          case .number: properties[name] = ["type": "integer", "minimum": 0]
          case .list: properties[name] = ["type": "array", "items": ["type": "string"], "minItems": 1]
          default: properties[name] = ["type": "string"]
          }
        }
        for (name, schema) in common { properties[name] = schema }
        return [
          "title": .string(form.pattern), "description": .string(family.name), "type": "object",
          "properties": properties,
          "required": .list((["check"] + form.requiredHoles.compactMap(\.hole)).map(Document.string)),
          "additionalProperties": false,
        ]
      }
    }
    var properties: Document = [
      "object": [
        "type": "object", "description": "The object that is expected, as far as it matters.",
        "required": ["kind", "metadata"],
      ]
    ]
    for (name, schema) in common { properties[name] = schema }
    let object: Document = [
      "title": "expected object", "type": "object", "properties": properties, "required": ["object"],
      "additionalProperties": false,
    ]
    return [
      "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Conditions of a checkpoint",
      "type": "array", "items": ["oneOf": .list(sentences + [object])],
    ]
  }
}

extension Condition {
  /// The sentence of a form with its holes filled.
  static func text(_ form: Grammar.Form, _ holes: Grammar.Holes, _ timing: Timing) -> String {
    var pattern = form.pattern
    // An optional part is there when its holes are.
    while let open = pattern.firstIndex(of: "["), let close = pattern[open...].firstIndex(of: "]") {
      let inside = String(pattern[pattern.index(after: open)..<close])
      let isFilled = holes.texts.keys.contains { inside.contains("{\($0)}") }
      pattern =
        pattern[..<open].trimmed() + (isFilled ? (inside.hasPrefix(",") ? "" : " ") + inside : "")
        + pattern[pattern.index(after: close)...]
    }
    if holes["count"] == "1" {
      pattern = pattern.split(separator: " ").map { Grammar.Part.singulars[String($0)] ?? String($0) }
        .joined(separator: " ")
    }
    for part in form.allHoles {
      guard let name = part.hole else { continue }
      switch part {
      case .list: pattern = pattern.replacing("{\(name)…}", with: holes.list(name).joined(separator: ", "))
      case .quoted: pattern = pattern.replacing("{\(name)}", with: quoted(holes[name]))
      default:
        let text = holes[name]
        pattern = pattern.replacing("{\(name)}", with: text.contains { " ,\"".contains($0) } ? quoted(text) : text)
      }
    }
    switch timing {
    case .within(let time): return time == Timing.patience ? pattern : "\(pattern) within \(DurationText.print(time))"
    case .stays(let time): return "\(pattern) for \(DurationText.print(time))"
    case .now: return "\(pattern) now"
    case .never: return "never \(pattern)"
    }
  }

  static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
