/// A page of the manual, in the macros that `man` reads.
public struct ManualPage {
  public private(set) var text: String

  /// - Parameters:
  ///   - title: Such as `podium-kubectl`.
  ///   - source: The program with its version, at the foot of the page.
  public init(title: String, summary: String, source: String) {
    text = ".TH \(Self.quoted(title.uppercased())) 1 \"\" \(Self.quoted(source)) \(Self.quoted("Podium"))\n"
    text += ".nh\n.ad l\n"
    section("NAME")
    text += "\(Self.escaped(title)) \\- \(Self.escaped(summary))\n"
  }

  public mutating func section(_ title: String) { text += ".SH \(Self.quoted(title))\n" }

  public mutating func subsection(_ title: String) { text += ".SS \(Self.quoted(title))\n" }

  public mutating func paragraph(_ words: String) { text += "\(gap)\(Self.line(words))\n" }

  /// A heading makes room by itself.
  private var gap: String {
    let last = text.split(separator: "\n").last ?? ""
    return last.hasPrefix(".SH") || last.hasPrefix(".SS") ? "" : ".PP\n"
  }

  /// A term in bold, and what it means.
  public mutating func item(_ term: String, _ meaning: String) {
    text += ".TP\n.B \(Self.escaped(term))\n\(Self.line(meaning))\n"
  }

  /// Lines as they are typed.
  public mutating func example(_ lines: String) {
    text += "\(gap).RS 4\n.nf\n"
    for line in lines.split(separator: "\n", omittingEmptySubsequences: false) {
      text += Self.line(String(line)) + "\n"
    }
    text += ".fi\n.RE\n"
  }

  /// A line of text may not begin like a request.
  private static func line(_ text: String) -> String {
    let escaped = escaped(text)
    return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped
  }

  private static func quoted(_ text: String) -> String { "\"" + escaped(text).replacing("\"", with: "\\(dq") + "\"" }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("…", with: "...")
      .replacing("\t", with: " ").replacing("\n", with: " ")
  }
}
