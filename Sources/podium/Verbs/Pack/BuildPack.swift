internal import Documents
internal import Glibc
internal import LessonEngine
internal import LocalCluster
internal import SystemIO

extension PackVerb {
  static let build = VerbAction(
    name: "build", usage: " DIR [-o FILE] [--json]", summary: "put a pack into one file that travels",
    details: """
      Puts everything that a pack needs into one file: pack.yaml, the lessons that it lists, the files that they name,
      wherever they lie, the folder images, a licence and a README.md, and pack.lock with the digest of each. The same pack
      makes the same bytes on every machine. A pack with which podium pack lint finds something wrong is not built.

        -o FILE   where to write; ID-VERSION.podiumpack in this folder when it is left out
        --json    print what was built as JSON
      """,
    options: ["-o": "FILE", "--json": ""]
  ) { _, arguments in
    let folder = try PackSource.open(try arguments.only("the folder of a pack"))
    let reading = try PackReading(folder)
    let findings = (PackLint.findings(reading) + (reading.pack.map(PackImageSupply.findings) ?? []))
      .filter { !$0.rule.isAdvice }
    guard let pack = reading.pack, findings.isEmpty else {
      for finding in findings { StandardOutput.printError(finding.text) }
      throw LessonError(file: folder.path, line: 0, "not built, since something is wrong with it")
    }
    let contents = try PackContents.gather(pack, from: folder)
    let file = arguments["-o"] ?? "\(pack.id)-\(pack.version)\(PackSource.suffix)"
    let size = try write(contents, to: file)
    if arguments.has("--json") {
      let built: Document = [
        "file": .string(file), "id": .string(pack.id), "version": .string(pack.version),
        "digest": .string("sha256:" + contents.lock.digest), "size": .integer(size),
        "files": .list(
          contents.lock.files.map { ["name": .string($0.name), "digest": .string("sha256:" + $0.digest)] }),
      ]
      StandardOutput.print(built.jsonText(indentedBy: 2))
    } else {
      StandardOutput.print(
        "\(file): \(pack.id) \(pack.version), \(contents.parts.count) files, \(ByteCount.text(size))")
      StandardOutput.print("sha256:\(contents.lock.digest)")
    }
    return 0
  }

  /// Whoever reads the file meanwhile sees the old one or the new one.
  private static func write(_ contents: PackContents, to file: String) throws -> Int {
    let draft = file + ".new-\(getpid())"
    var size = 0
    do {
      let output = try DurableFile(draft, mode: 0o644)
      try contents.write { bytes in
        size += bytes.count
        try output.write(bytes)
      }
      try output.sync()
      try Files.move(draft, to: file)
    } catch {
      try? Files.removeTree(draft)
      throw error
    }
    return size
  }
}
