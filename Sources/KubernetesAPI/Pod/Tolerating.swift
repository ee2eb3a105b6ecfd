extension Toleration {
  /// Whether a pod with this toleration puts up with the taint.
  public func tolerates(_ taint: Taint) -> Bool {
    if let effect, !effect.isEmpty, effect != taint.effect { return false }
    if let key, !key.isEmpty, key != taint.key { return false }
    switch `operator` ?? "Equal" {
    case "Exists": return true
    case "Equal", "": return (key ?? "").isEmpty ? false : value ?? "" == taint.value ?? ""
    default: return false
    }
  }
}
