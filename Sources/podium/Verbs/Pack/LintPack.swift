internal import Documents
internal import LessonEngine
internal import LocalCluster

extension PackVerb {
  static let lint = VerbAction(
    name: "lint", usage: " DIR [--json]", summary: "read a pack for mistakes, without a cluster",
    details: """
      Reads a pack for what is wrong or missing in it. The exit code is 0 when nothing is found, and 1 otherwise.

        --json   print the findings as JSON
      """,
    options: ["--json": ""]
  ) { _, arguments in
    let pack = try PackSource.load(try arguments.only("the folder of a pack"))
    let findings = PackLint.findings(pack) + PackImageSupply.findings(pack)
    if arguments.has("--json") {
      StandardOutput.print(Document.list(findings.map(\.json)).jsonText(indentedBy: 2))
    } else if findings.isEmpty {
      StandardOutput.print("The pack \"\(pack.id)\" reads well: \(pack.lessons.count) lessons.")
    } else {
      for finding in findings { StandardOutput.print("\(finding) [\(finding.rule.rawValue)]") }
    }
    return findings.isEmpty ? 0 : 1
  }
}
