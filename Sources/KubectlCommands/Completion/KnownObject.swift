internal import Documents

/// What completion needs to know of an object.
struct KnownObject: Sendable, Equatable {
  struct Container: Sendable, Equatable {
    var name: String
    var image: String
  }

  var name: String
  var namespace: String
  /// What `get` shows of it, in a line.
  var summary: String
  var labels: [String: String]
  var annotations: [String]
  /// Of the pod, or of the pods that it makes.
  var containers: [Container]

  /// From an object and what a table shows of it; nil for what has no name.
  init?(_ object: Document, summary: String) {
    guard let metadata = object["metadata"], let name = metadata["name"]?.stringValue else { return nil }
    self.name = name
    self.summary = summary
    namespace = metadata["namespace"]?.stringValue ?? ""
    labels = [:]
    for entry in metadata["labels"]?.mapValue?.entries ?? [] { labels[entry.key] = entry.value.stringValue ?? "" }
    annotations = metadata["annotations"]?.mapValue?.keys ?? []
    let spec = Self.podSpec(object)
    containers = ["containers", "initContainers", "ephemeralContainers"].flatMap { spec?[$0]?.listValue ?? [] }
      .compactMap { container in
        container["name"]?.stringValue.map { Container(name: $0, image: container["image"]?.stringValue ?? "") }
      }
  }

  private static func podSpec(_ object: Document) -> Document? {
    let spec = object["spec"]
    return (spec?["jobTemplate"]?["spec"] ?? spec)?["template"]?["spec"] ?? spec
  }
}

/// What the columns of a table say of an object, without those that every object has or that change by themselves.
struct SummaryColumns: Sendable, Equatable {
  private static let most = 3
  private var columns: [(index: Int, name: String)] = []

  init() {}

  init(_ table: Document) {
    for (index, column) in (table["columnDefinitions"]?.listValue ?? []).enumerated() {
      let name = column["name"]?.stringValue ?? ""
      guard column["priority"]?.integerValue ?? 0 == 0, !["Name", "Age"].contains(name), columns.count < Self.most
      else { continue }
      columns.append((index, name))
    }
  }

  static func == (left: SummaryColumns, right: SummaryColumns) -> Bool {
    left.columns.elementsEqual(right.columns) { $0 == $1 }
  }

  /// `Ready 1/1, Status Running, Restarts 0`.
  func text(_ cells: [Document]) -> String {
    columns.compactMap { column in
      guard column.index < cells.count else { return nil }
      let cell = cells[column.index]
      return "\(column.name) \(cell.stringValue ?? cell.integerValue.map { String($0) } ?? cell.jsonText())"
    }.joined(separator: ", ")
  }
}
