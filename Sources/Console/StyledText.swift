/// What a piece of text is, where colour may help to find it; its meaning is always in the words too.
public enum TextRole: Sendable, CaseIterable {
  case ok, warning, heading, code

  /// Of the sixteen palette colours, which people have set up to be readable; never dim, grey or blue, and no backgrounds.
  var controlSequence: String {
    switch self {
    case .ok: "\u{1B}[32m"
    case .warning: "\u{1B}[33m"
    case .heading: "\u{1B}[1m"
    case .code: "\u{1B}[36m"
    }
  }

  static let end = "\u{1B}[0m"
}

/// Text with roles, which become colours only where colours are welcome.
///
/// ```swift
/// let line: StyledText = "pod \(name, .code) is \("Running", .ok)"
/// ```
public struct StyledText: Sendable, Equatable, ExpressibleByStringInterpolation {
  struct Run: Sendable, Equatable {
    var text: String
    var role: TextRole?
  }

  var runs: [Run] = []

  public init(_ text: String, _ role: TextRole? = nil) {
    if !text.isEmpty { runs = [Run(text: text, role: role)] }
  }

  public init(stringLiteral text: String) { self.init(text) }

  public init(stringInterpolation: StringInterpolation) { runs = stringInterpolation.text.runs }

  public struct StringInterpolation: StringInterpolationProtocol {
    var text = StyledText("")

    public init(literalCapacity: Int, interpolationCount: Int) {}

    public mutating func appendLiteral(_ literal: String) { text += StyledText(literal) }

    public mutating func appendInterpolation(_ value: some CustomStringConvertible, _ role: TextRole? = nil) {
      text += StyledText(value.description, role)
    }

    public mutating func appendInterpolation(_ part: StyledText) { text += part }
  }

  public static func += (text: inout StyledText, more: StyledText) { text.runs += more.runs }

  public static func + (one: StyledText, other: StyledText) -> StyledText {
    var sum = one
    sum += other
    return sum
  }

  /// The words alone.
  public var plain: String { runs.map(\.text).joined() }

  /// The text line by line; styles go on across line breaks.
  var lines: [StyledText] {
    var lines: [StyledText] = [""]
    for run in runs {
      for (index, part) in run.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        if index > 0 { lines.append("") }
        lines[lines.count - 1] += StyledText(String(part), run.role)
      }
    }
    return lines
  }

  /// The text as it is sent to a terminal.
  public func rendered(in appearance: Appearance) -> String {
    if !appearance.hasColour { return plain }
    return runs.map { run in
      run.role.map { $0.controlSequence + run.text + TextRole.end } ?? run.text
    }.joined()
  }
}
