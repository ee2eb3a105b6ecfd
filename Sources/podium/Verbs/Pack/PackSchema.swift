internal import Documents
internal import LessonEngine

extension PackVerb {
  static let schema = VerbAction(
    name: "schema", usage: " [pack | checks | shared]", summary: "print the JSON schema of a pack's files",
    details: """
      Prints a JSON schema, for editors that check while you type and for programs that write packs.

        pack     of the file pack.yaml
        checks   of the blocks `check yaml` and `check json`; the same as no word
        shared   of the file checks.yaml
      """,
    candidates: schemas
  ) { _, arguments in
    let schema: Document
    switch arguments.words {
    case [], ["checks"]: schema = CheckTree.schema
    case ["pack"]: schema = PackManifest.schema
    case ["shared"]: schema = SharedChecks.schema
    default:
      throw UsageError(
        "podium pack schema takes pack, checks or shared, not \"\(arguments.words.joined(separator: " "))\"")
    }
    StandardOutput.print(schema.jsonText(indentedBy: 2))
    return 0
  }

  private static func schemas(_: Settings) -> [(text: String, description: String)] {
    [("checks", "of conditions"), ("pack", "of pack.yaml"), ("shared", "of checks.yaml")]
  }
}
