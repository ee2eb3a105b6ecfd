internal import Documents
internal import ObjectSchema

/// Values in the notation of Go, which the messages of Kubernetes show where a value is no plain text or number.
enum GoText {
  static func map(_ map: [String: String]) -> String {
    if map.isEmpty { return "map[string]string(nil)" }
    let pairs = map.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
    return "map[string]string{\(pairs.joined(separator: ", "))}"
  }

  static func selector(_ selector: LabelSelector) -> String {
    let requirements = selector.matchExpressions.map { requirement in
      "v1.LabelSelectorRequirement{Key:\(quoted(requirement.key)), Operator:\(quoted(requirement.operator)), Values:\(texts(requirement.values))}"
    }
    let list = requirements.isEmpty ? "(nil)" : "{\(requirements.joined(separator: ", "))}"
    return
      "v1.LabelSelector{MatchLabels:\(map(selector.matchLabels)), MatchExpressions:[]v1.LabelSelectorRequirement\(list)}"
  }

  static func texts(_ texts: [String]) -> String {
    texts.isEmpty ? "[]string(nil)" : "[]string{\(texts.map(quoted).joined(separator: ", "))}"
  }

  static func numbers(_ numbers: [Int32]) -> String {
    numbers.isEmpty ? "[]int32(nil)" : "[]int32{\(numbers.map(String.init).joined(separator: ", "))}"
  }

  static func intOrString(_ value: IntOrString) -> String {
    switch value {
    case .int(let number): "intstr.IntOrString{Type:0, IntVal:\(number), StrVal:\"\"}"
    case .string(let text): "intstr.IntOrString{Type:1, IntVal:0, StrVal:\(quoted(text))}"
    }
  }

  static func owners(_ owners: [OwnerReference]) -> String {
    "[]v1.OwnerReference{\(owners.map(owner).joined(separator: ", "))}"
  }

  /// Of a flag Go shows where it lies in memory, which says nothing; here it is its value.
  static func owner(_ owner: OwnerReference) -> String {
    func flag(_ value: Bool?) -> String { value.map { "(*bool)(\($0))" } ?? "(*bool)(nil)" }
    return
      "v1.OwnerReference{APIVersion:\(quoted(owner.apiVersion)), Kind:\(quoted(owner.kind)), Name:\(quoted(owner.name)), UID:\(quoted(owner.uid)), Controller:\(flag(owner.controller)), BlockOwnerDeletion:\(flag(owner.blockOwnerDeletion))}"
  }

  static func quoted(_ text: String?) -> String { FieldError.quoted(text ?? "") }
}
