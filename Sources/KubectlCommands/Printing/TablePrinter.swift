internal import Documents
internal import KubernetesAPI

/// Prints the tables that a server makes of its objects, as `kubectl get` shows them.
struct TablePrinter {
  var isWide = false
  var showsNamespace = false
  var showsLabels = false
  var labelColumns: [String] = []
  var showsHeaders = true
  /// Put in front of names: `pod` makes `pod/good`.
  var kindPrefix: String?
  /// Put in front of each row of a watch: what happened.
  var showsEventTypes = false

  private var text = AlignedText.table
  private var columns: [TableColumnHead] = []
  private var headersArePrinted = false

  private struct TableColumnHead {
    var name: String
    var format: String
    var priority: Int
  }

  init() {}

  /// The next table may have other columns; widths begin anew.
  mutating func startNewKind(prefix: String?) {
    kindPrefix = prefix
    headersArePrinted = false
    columns = []
    text.forgetWidths()
  }

  /// Adds the rows of a table; they come out aligned with `take`.
  mutating func add(_ table: Document, eventType: String? = nil) {
    // Only the first event of a watch says what its columns are.
    if let definitions = table["columnDefinitions"]?.listValue, !definitions.isEmpty {
      columns = definitions.map {
        TableColumnHead(
          name: $0["name"]?.stringValue ?? "", format: $0["format"]?.stringValue ?? "",
          priority: Int($0["priority"]?.integerValue ?? 0))
      }
    }
    let rows = table["rows"]?.listValue ?? []
    // An empty table shows nothing, not even its head.
    if rows.isEmpty { return }
    if showsHeaders, !headersArePrinted { text.write(headerLine) }
    headersArePrinted = true
    for row in rows { add(row: row, eventType) }
  }

  mutating func take() -> String { text.take() }

  var isEmpty: Bool { text.isEmpty }

  private var headerLine: String {
    var heads = columns.filter { isWide || $0.priority == 0 }.map { $0.name.uppercased() }
    heads += labelColumns.map { ($0.split(separator: "/").last.map(String.init) ?? $0).uppercased() }
    if showsLabels { heads.append("LABELS") }
    if showsNamespace { heads.insert("NAMESPACE", at: 0) }
    if showsEventTypes { heads.insert("EVENT", at: 0) }
    return heads.joined(separator: "\t") + "\n"
  }

  private mutating func add(row: Document, _ eventType: String?) {
    let metadata = row["object"]?["metadata"]
    var cells: [String] = []
    for (column, cell) in zip(columns, row["cells"]?.listValue ?? []) where isWide || column.priority == 0 {
      var shown = Self.firstLine(cell)
      if column.format == "name", let kindPrefix { shown = "\(kindPrefix)/\(shown)" }
      cells.append(shown)
    }
    let labels = metadata?["labels"]?.mapValue ?? DocumentMap()
    cells += labelColumns.map { labels[$0]?.stringValue ?? "" }
    if showsLabels {
      let pairs = labels.sorted().entries.map { "\($0.key)=\($0.value.plainText)" }
      cells.append(pairs.isEmpty ? "<none>" : pairs.joined(separator: ","))
    }
    if showsNamespace { cells.insert(metadata?["namespace"]?.stringValue ?? "", at: 0) }
    if showsEventTypes { cells.insert(eventType ?? "", at: 0) }
    text.write(cells.joined(separator: "\t") + "\n")
  }

  /// A cell is one line; what is cut off is hinted at. Escape characters must not reach the terminal.
  private static func firstLine(_ cell: Document) -> String {
    if cell.isNull { return "" }
    var text = ""
    for scalar in cell.plainText.unicodeScalars {
      switch scalar {
      case "\n", "\r", "\u{0C}": return text + "..."
      case "\u{1B}": text += "^["
      case "\t": text += " "
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
