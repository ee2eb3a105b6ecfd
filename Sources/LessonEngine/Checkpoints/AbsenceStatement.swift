internal import KubernetesAPI

/// That there is nothing.
enum AbsenceStatement: Statement {
  case noPod

  static let forms: [Grammar.Form] = [
    Grammar.Form("no pod exists") { _ in AbsenceStatement.noPod }
  ]

  func judge(_ observation: any Observation) async -> Finding {
    let names = observation.pods().map(\.name).sorted()
    return .of(
      names.isEmpty, expected: "no pod in the namespace",
      found: names.isEmpty ? "none" : "pods \(names.joined(separator: ", "))", look: "kubectl get pods")
  }
}
