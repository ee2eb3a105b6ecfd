internal import Documents
internal import Glibc
internal import LessonEngine
internal import LocalCluster
internal import SystemIO

/// `podium pack …`: checks and proves lesson packs.
enum PackVerb {
  static let summaries = [
    ("new", "make a folder with a lesson that proves itself"),
    ("lint", "read a pack for mistakes, without a cluster"),
    ("test", "prove that each condition is false before its step and true after"),
    ("schema", "print the JSON schema of conditions"),
  ]

  @Sendable
  static func run(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    let usage =
      "usage: podium pack new DIR, podium pack lint DIR [--json], podium pack test DIR [--json | --junit FILE] [--lesson ID] [--repeat N], podium pack schema"
    switch arguments.first {
    case "lint": return try lint(try PackArguments(arguments.dropFirst(), usage))
    case "test": return try await test(try PackArguments(arguments.dropFirst(), usage))
    case "new" where arguments.count == 2:
      try PackSeedling.plant(arguments[1])
      StandardOutput.print("\(arguments[1]) is a pack with one lesson. podium pack test \(arguments[1]) proves it.")
      return 0
    case "schema" where arguments.count == 1:
      StandardOutput.print(CheckTree.schema.jsonText(indentedBy: 2))
      return 0
    default: throw UsageError(usage)
    }
  }

  private static func load(_ folder: String) throws -> Pack {
    guard Files.exists(folder + "/pack.yaml") else {
      throw UsageError("\(folder) is no lesson pack: there is no pack.yaml in it")
    }
    return try Pack.load(FolderOnDisk(path: folder))
  }

  private static func lint(_ arguments: PackArguments) throws -> Int32 {
    let pack = try load(arguments.folder)
    let findings = PackLint.findings(pack)
    if arguments.isJSON {
      StandardOutput.print(Document.list(findings.map(\.json)).jsonText(indentedBy: 2))
    } else if findings.isEmpty {
      StandardOutput.print("The pack \"\(pack.id)\" reads well: \(pack.lessons.count) lessons.")
    } else {
      for finding in findings { StandardOutput.print("\(finding) [\(finding.rule.rawValue)]") }
    }
    return findings.isEmpty ? 0 : 1
  }

  private static func test(_ arguments: PackArguments) async throws -> Int32 {
    let pack = try load(arguments.folder)
    // Nobody's cluster is touched, and whatever the pack does is gone afterwards.
    let paths = try ClusterPaths.resolve(cluster: "pack-test-\(getpid())")
    let launcher = ClusterLauncher(paths: paths)
    do {
      try await launcher.ensureRunning()
      try await launcher.waitForReadyNode()
      var options = PackTest.Options()
      options.lessons = arguments.lessons
      options.times = arguments.times
      let isJSON = arguments.isJSON
      let test = PackTest(pack, try LessonFiles.context(paths), options) { line in
        if isJSON { StandardOutput.printError(line) } else { StandardOutput.print(line) }
      }
      let report = await test.run()
      try await launcher.delete()
      if let file = arguments.junit { try Files.write(Array(report.junit.utf8), to: file) }
      StandardOutput.print(isJSON ? report.json.jsonText(indentedBy: 2) : report.text.joined(separator: "\n"))
      return report.isProved ? 0 : 1
    } catch {
      try? await launcher.delete()
      throw error
    }
  }
}

/// What follows `lint` and `test`.
private struct PackArguments {
  var folder = ""
  var isJSON = false
  var junit: String?
  var lessons: [String] = []
  var times = 1

  init(_ words: ArraySlice<String>, _ usage: String) throws {
    var rest = words
    func value(_ flag: String) throws -> String {
      guard let value = rest.popFirst() else { throw UsageError("\(flag) needs a value; \(usage)") }
      return value
    }
    while let word = rest.popFirst() {
      switch word {
      case "--json": isJSON = true
      case "--junit": junit = try value(word)
      case "--lesson": lessons.append(try value(word))
      case "--repeat":
        let text = try value(word)
        guard let number = Int(text), (1...100).contains(number) else {
          throw UsageError("--repeat takes a number from 1 to 100, not \"\(text)\"")
        }
        times = number
      default:
        guard !word.hasPrefix("-"), folder.isEmpty else { throw UsageError("\"\(word)\" is not understood; \(usage)") }
        folder = word
      }
    }
    if folder.isEmpty { throw UsageError(usage) }
  }
}
