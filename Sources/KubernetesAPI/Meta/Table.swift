public import Documents
public import ObjectSchema

/// A column of the server's tables, as `kubectl get` prints it.
public struct TableColumn: Sendable, Equatable {
  public let name: String
  public let type: String
  public let format: String
  public let description: String
  /// Above 0: shown with `-o wide` only.
  public let priority: Int

  public var document: Document {
    [
      "name": .string(name), "type": .string(type), "format": .string(format), "description": .string(description),
      "priority": .integer(priority),
    ]
  }
}

/// A column together with how its cell is read from an object.
public struct Column<Object: Sendable>: Sendable {
  public let column: TableColumn
  public let cell: @Sendable (Object, Timestamp) -> Document

  public init(
    _ name: String, type: String = "string", format: String = "", wide: Bool = false, _ description: String,
    _ cell: @escaping @Sendable (Object, Timestamp) -> Document
  ) {
    column = TableColumn(name: name, type: type, format: format, description: description, priority: wide ? 1 : 0)
    self.cell = cell
  }
}

extension Column {
  /// The same column of a type whose objects lead to those that it was made for.
  func of<Other: Sendable>(_ object: @escaping @Sendable (Other) -> Object) -> Column<Other> {
    Column<Other>(
      column.name, type: column.type, format: column.format, wide: column.priority > 0, column.description
    ) { other, now in cell(object(other), now) }
  }
}

extension Column where Object: NamedObject {
  public static var name: Column {
    Column("Name", format: "name", "Name of the object, unique in its namespace.") { object, _ in .string(object.name) }
  }

  public static var age: Column {
    Column("Age", "Time since the object was made.") { object, now in
      .string(Age.text(since: object.metadata.creationTimestamp, now: now))
    }
  }
}

/// Durations in the short form of Kubernetes' tables: `8s`, `3m20s`, `5d4h`.
public enum Age {
  public static func text(since start: Timestamp?, now: Timestamp) -> String {
    guard let start else { return "<unknown>" }
    return text(seconds: (now - start).components.seconds)
  }

  public static func text(seconds: Int64) -> String {
    if seconds < -1 { return "<invalid>" }
    if seconds < 0 { return "0s" }
    if seconds < 120 { return "\(seconds)s" }
    let minutes = seconds / 60
    if minutes < 10 { return pair(minutes, "m", seconds % 60, "s") }
    if minutes < 180 { return "\(minutes)m" }
    let hours = minutes / 60
    if hours < 8 { return pair(hours, "h", minutes % 60, "m") }
    if hours < 48 { return "\(hours)h" }
    let days = hours / 24
    if hours < 192 { return pair(days, "d", hours % 24, "h") }
    if hours < 24 * 365 * 2 { return "\(days)d" }
    let years = days / 365
    if hours < 24 * 365 * 8 { return pair(years, "y", days % 365, "d") }
    return "\(years)y"
  }

  private static func pair(_ large: Int64, _ largeUnit: String, _ small: Int64, _ smallUnit: String) -> String {
    small == 0 ? "\(large)\(largeUnit)" : "\(large)\(largeUnit)\(small)\(smallUnit)"
  }
}
