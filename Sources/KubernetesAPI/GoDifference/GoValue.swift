internal import Documents
internal import ObjectSchema

/// A value as it stands inside Kubernetes' own program: read from a document, by the type.
indirect enum GoValue: Sendable, Equatable {
  case text(String)
  case number(Int64)
  case flag(Bool)
  case structure([GoValue])
  /// Absent lists and maps differ from empty ones.
  case list([GoValue]?)
  case map([GoEntry]?)
  case pointer(GoValue?)
  case quantity(GoQuantity)
  case intOrString(number: Int64, text: String?)

  init(_ document: Document?, _ type: GoType) {
    let document = document?.isNull == true ? nil : document
    switch type {
    case .text: self = .text(document?.plainText ?? "")
    case .number: self = .number(document?.integerValue ?? 0)
    case .flag: self = .flag(document?.boolValue ?? false)
    case .pointer(let target): self = .pointer(document.map { GoValue($0, target) })
    case .list(let element): self = .list(document?.listValue?.map { GoValue($0, element) })
    case .map(let element, _, _):
      self = .map(
        document?.mapValue?.entries.sorted { $0.key < $1.key }.map {
          GoEntry(key: $0.key, value: GoValue($0.value, element))
        })
    case .structure(let name):
      self = .structure(
        GoTypes.fields(of: name).map { field in
          GoValue(field.apiName.map { document?[$0] } ?? document, field.type)
        })
    case .quantity: self = .quantity(GoQuantity(document?.plainText ?? ""))
    case .intOrString:
      if let text = document?.stringValue {
        self = .intOrString(number: 0, text: text)
      } else {
        self = .intOrString(number: document?.integerValue ?? 0, text: nil)
      }
    }
  }

  /// Whether it is what a variable holds before anything is put into it.
  var isZero: Bool {
    switch self {
    case .text(let text): text.isEmpty
    case .number(let number): number == 0
    case .flag(let flag): !flag
    case .structure(let fields): fields.allSatisfy(\.isZero)
    case .list(let list): list == nil
    case .map(let map): map == nil
    case .pointer(let target): target == nil
    case .quantity(let quantity): quantity.text.isEmpty
    case .intOrString(let number, let text): number == 0 && text == nil
    }
  }
}

struct GoEntry: Sendable, Equatable {
  let key: String
  let value: GoValue
}

/// An amount as Kubernetes' own program holds it: a number and a power of ten, and the text that it came from.
struct GoQuantity: Sendable, Equatable {
  let text: String
  let value: Int64
  let scale: Int
  let format: String

  init(_ text: String) {
    self.text = text
    format =
      text.hasSuffix("i")
      ? "BinarySI" : text.contains { "eE".contains($0) && text.last != "E" } ? "DecimalExponent" : "DecimalSI"
    let scales: [Character: Int] = ["n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18]
    if let scale = text.last.flatMap({ scales[$0] }), let number = Int64(text.dropLast()) {
      (value, self.scale) = (number, scale)
    } else if let number = Int64(text) {
      (value, scale) = (number, 0)
    } else {
      let milli = Quantity(text)?.milliValue ?? 0
      (value, scale) = milli % 1000 == 0 ? (Int64(milli) / 1000, 0) : (Int64(milli), -3)
    }
  }

  static func == (left: GoQuantity, right: GoQuantity) -> Bool {
    left.text == right.text || Quantity(left.text)?.milliValue == Quantity(right.text)?.milliValue
  }
}
