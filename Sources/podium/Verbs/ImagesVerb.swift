internal import LocalCluster

/// `podium images`: what pods can be made from.
enum ImagesVerb {
  @Sendable
  static func run(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    guard arguments.isEmpty || arguments == ["ls"] else {
      throw UsageError("unknown words \"\(arguments.joined(separator: " "))\": podium images lists the images")
    }
    let images = try ImageList.all(settings.paths())
    let rows =
      [["IMAGE", "ID", "SIZE", "KIND"]]
      + images.map {
        [$0.name, String($0.id.dropFirst("sha256:".count).prefix(12)), $0.sizeText, $0.isStandIn ? "stand-in" : "real"]
      }
    for row in rows {
      let cells = row.indices.map { column in
        column == row.count - 1
          ? row[column] : row[column].padding(to: (rows.map { $0[column].count }.max() ?? 0) + 3)
      }
      StandardOutput.print(cells.joined())
    }
    return 0
  }
}
