internal import Documents
internal import LessonEngine
internal import SystemIO

/// `podium report [FILE]`: how the lessons went, for an instructor. It goes nowhere by itself.
enum ReportVerb {
  @Sendable
  static func run(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    guard arguments.count < 2, arguments.first?.hasPrefix("-") != true else {
      throw UsageError("podium report shows the report; podium report FILE writes it there as well")
    }
    let log = try ProgressFile(path: try settings.paths().progress).read()
    let text = LearningReport.document(log: log, try PackShelf.packs(settings)).jsonText(indentedBy: 2)
    StandardOutput.print(text)
    guard let file = arguments.first else { return 0 }
    if Files.exists(file) { throw UsageError("\(file) is there already: choose another name") }
    try Files.write(text + "\n", to: file)
    StandardOutput.printError("Written to \(file). It holds what you see above and nothing else.")
    return 0
  }
}
