internal import Documents
internal import LessonEngine
internal import LocalCluster

extension PackVerb {
  static let lint = VerbAction(
    name: "lint", usage: " DIR [--json]", summary: "read a pack for mistakes, without a cluster",
    details: """
      Reads a pack for what is wrong or missing in it. What is marked as advice is a matter of taste. The exit code is 0
      when nothing else is found, and 1 otherwise.

        --json   print the findings as JSON
      """,
    options: ["--json": ""]
  ) { _, arguments in
    let reading = try PackReading(try PackSource.open(try arguments.only("the folder of a pack")))
    let findings = PackLint.findings(reading) + (reading.pack.map(PackImageSupply.findings) ?? [])
    let isWell = findings.allSatisfy(\.rule.isAdvice)
    if arguments.has("--json") {
      StandardOutput.print(Document.list(findings.map(\.json)).jsonText(indentedBy: 2))
    } else {
      for finding in findings { StandardOutput.print(finding.text) }
      if isWell, let pack = reading.pack {
        StandardOutput.print("The pack \"\(pack.id)\" reads well: \(pack.lessons.count) lessons.")
      }
    }
    return isWell ? 0 : 1
  }
}
