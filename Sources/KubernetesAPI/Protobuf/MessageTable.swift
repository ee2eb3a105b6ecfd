/// The numbers that the fields of Kubernetes' protobuf messages have: facts that the tables of fields do not tell.
///
/// A table is written as text, a message a line, with its fields in the order of their numbers:
///
/// | | |
/// | --- | --- |
/// | `Name: a b c` | the fields 1, 2 and 3; the line after it goes on where it is indented |
/// | `9=d` | numbers were left out: this one is 9, the next one 10 |
/// | `d+` | JSON writes the field even when it is zero or empty: it is a pointer there, or not left out |
/// | `(Inner)` | a message of its own, whose fields JSON writes among those of the outer one |
struct MessageTable: Sendable {
  struct Field: Sendable, Equatable {
    let name: String
    let keepsZero: Bool
    let isInlined: Bool
  }

  /// The fields by their numbers.
  typealias Message = [Int: Field]

  let messages: [String: Message]

  init(_ text: String) {
    var messages: [String: Message] = [:]
    var name = ""
    var number = 0
    for line in text.split(separator: "\n") {
      var words = line.split(separator: " ")[...]
      if !line.hasPrefix(" "), let title = words.popFirst() {
        name = String(title.dropLast())
        number = 0
        messages[name] = [:]
      }
      for word in words {
        let parts = word.split(separator: "=")
        number = parts.count == 2 ? Int(parts[0]) ?? 0 : number + 1
        messages[name]?[number] = Field(parts[parts.count - 1])
      }
    }
    self.messages = messages
  }

  /// The tables in which the messages of an API group are looked for, its own first: two groups may use one name.
  static func tables(of group: String) -> [MessageTable] {
    let own: MessageTable? =
      switch group {
      case "apps": apps
      case "authentication.k8s.io": authentication
      case "authorization.k8s.io": authorization
      case "autoscaling": autoscaling
      case "batch": batch
      case "coordination.k8s.io": coordination
      case "discovery.k8s.io": discovery
      case "events.k8s.io": events
      case "policy": policy
      default: nil
      }
    return (own.map { [$0] } ?? []) + [core, meta]
  }
}

extension MessageTable.Field {
  fileprivate init(_ word: Substring) {
    isInlined = word.hasPrefix("(")
    keepsZero = word.hasSuffix("+")
    name = String(word.drop { $0 == "(" }.prefix { $0 != ")" && $0 != "+" })
  }
}

extension [MessageTable] {
  /// The first message of that name.
  func message(_ name: String) -> MessageTable.Message? {
    for table in self {
      if let message = table.messages[name] { return message }
    }
    return nil
  }
}
