extension Document {
  /// Compact JSON as Kubernetes writes it: `<`, `>` and `&` are escaped.
  public func json() -> [UInt8] {
    var printer = JSONPrinter(indentation: nil)
    printer.print(self, level: 0)
    return printer.output
  }

  public func jsonText() -> String { String(decoding: json(), as: UTF8.self) }

  /// JSON for reading, each level indented by so many spaces.
  public func jsonText(indentedBy spaces: Int) -> String {
    var printer = JSONPrinter(indentation: spaces)
    printer.print(self, level: 0)
    return String(decoding: printer.output, as: UTF8.self)
  }

  /// The text as a JSON string, quotes included.
  public static func jsonString(_ text: String) -> [UInt8] {
    var printer = JSONPrinter(indentation: nil)
    printer.print(text)
    return printer.output
  }
}

private struct JSONPrinter {
  let indentation: Int?
  var output: [UInt8] = []

  init(indentation: Int?) { self.indentation = indentation }

  mutating func print(_ document: Document, level: Int) {
    switch document.content {
    case .null: write("null")
    case .bool(let value): write(value ? "true" : "false")
    case .integer(let value): write(String(value))
    case .decimal(let value): write(Document.text(of: value))
    case .string(let value): print(value)
    case .list(let list):
      printAll(list, level: level, open: "[", close: "]") { printer, element in
        printer.print(element, level: level + 1)
      }
    case .map(let map):
      printAll(map.entries, level: level, open: "{", close: "}") { printer, entry in
        printer.print(entry.key)
        printer.write(printer.indentation == nil ? ":" : ": ")
        printer.print(entry.value, level: level + 1)
      }
    }
  }

  private mutating func printAll<Element>(
    _ elements: [Element], level: Int, open: String, close: String, _ body: (inout JSONPrinter, Element) -> Void
  ) {
    write(open)
    for (index, element) in elements.enumerated() {
      if index > 0 { write(",") }
      breakLine(level + 1)
      body(&self, element)
    }
    if !elements.isEmpty { breakLine(level) }
    write(close)
  }

  private mutating func breakLine(_ level: Int) {
    guard let indentation else { return }
    output.append(0x0A)
    output.append(contentsOf: repeatElement(0x20, count: level * indentation))
  }

  private mutating func write(_ text: String) { output.append(contentsOf: text.utf8) }

  mutating func print(_ text: String) {
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): write("\\\"")
      case UInt8(ascii: "\\"): write("\\\\")
      case 0x0A: write("\\n")
      case 0x0D: write("\\r")
      case 0x09: write("\\t")
      case 0..<0x20, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"):
        write("\\u00")
        let digits = Array("0123456789abcdef".utf8)
        output.append(digits[Int(byte >> 4)])
        output.append(digits[Int(byte & 15)])
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}

extension Document {
  /// A decimal without superfluous digits: whole ones are written like integers.
  static func text(of value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
    return "\(value)"
  }
}
