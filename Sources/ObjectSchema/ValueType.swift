public import Documents

/// How a value of one type is read, written, checked and described.
public struct ValueType<Value: Sendable & Equatable>: Sendable {
  let describe: @Sendable () -> TypeDescription
  let decode: @Sendable (Document, inout DecodingReport) -> Value?
  let encode: @Sendable (Value) -> Document
  let isEmpty: @Sendable (Value) -> Bool
  let check: @Sendable (Value, inout CheckReport) -> Void
  let applyDefaults: @Sendable (inout Value) -> Void

  init(
    describe: @escaping @Sendable () -> TypeDescription,
    decode: @escaping @Sendable (Document, inout DecodingReport) -> Value?,
    encode: @escaping @Sendable (Value) -> Document,
    isEmpty: @escaping @Sendable (Value) -> Bool = { _ in false },
    check: @escaping @Sendable (Value, inout CheckReport) -> Void = { _, _ in },
    applyDefaults: @escaping @Sendable (inout Value) -> Void = { _ in }
  ) {
    self.describe = describe
    self.decode = decode
    self.encode = encode
    self.isEmpty = isEmpty
    self.check = check
    self.applyDefaults = applyDefaults
  }

  /// A plain value: read by `parse`, which answers nil for what does not fit. A null in a list or map reads as `zero`.
  static func plain(
    _ description: TypeDescription, zero: Value? = nil, parse: @escaping @Sendable (Document) -> Value?,
    encode: @escaping @Sendable (Value) -> Document, isEmpty: @escaping @Sendable (Value) -> Bool = { _ in false }
  ) -> ValueType {
    ValueType(
      describe: { description },
      decode: { document, report in
        if let zero, document.isNull { return zero }
        let value = parse(document)
        if value == nil { report.mismatch(document, expected: description) }
        return value
      },
      encode: encode,
      isEmpty: isEmpty)
  }
}

extension ValueType where Value == String {
  public static var string: ValueType {
    plain(.string, zero: "", parse: \.stringValue, encode: { .string($0) }, isEmpty: \.isEmpty)
  }
}

extension ValueType where Value == [UInt8] {
  /// Bytes, written as base64.
  public static var bytes: ValueType {
    plain(
      .bytes, zero: [], parse: { $0.stringValue.flatMap(Base64.decode) }, encode: { .string(Base64.encode($0)) },
      isEmpty: \.isEmpty)
  }
}

extension ValueType where Value == Bool {
  public static var bool: ValueType { plain(.boolean, parse: \.boolValue, encode: { .bool($0) }) }
}

extension ValueType where Value == Int32 {
  public static var int32: ValueType {
    plain(.integer32, parse: { $0.integerValue.flatMap { Int32(exactly: $0) } }, encode: { .integer($0) })
  }
}

extension ValueType where Value == Int64 {
  public static var int64: ValueType { plain(.integer64, parse: \.integerValue, encode: { .integer($0) }) }
}

extension ValueType where Value == Document {
  /// Anything: kept as it was read.
  public static var any: ValueType { plain(.any, parse: { $0 }, encode: { $0 }) }
}

extension ValueType where Value == Quantity {
  public static var quantity: ValueType {
    plain(.quantity, parse: Quantity.init(document:), encode: { .string($0.text) })
  }
}

extension ValueType where Value == IntOrString {
  public static var intOrString: ValueType {
    plain(.intOrString, parse: IntOrString.init(document:), encode: \.document)
  }
}

extension ValueType where Value == Timestamp {
  /// To the second, as most of Kubernetes' times.
  public static var time: ValueType {
    plain(.time, parse: { $0.stringValue.flatMap(Timestamp.init) }, encode: { .string($0.text) })
  }

  public static var microTime: ValueType {
    plain(.microTime, parse: { $0.stringValue.flatMap(Timestamp.init) }, encode: { .string($0.microText) })
  }
}

extension ValueType where Value: Described {
  /// A structure with a table of its own.
  public static func object(_ type: Value.Type) -> ValueType {
    ValueType(
      describe: { .object(AnySchema(Value.self)) },
      decode: { document, report in Value.schema.decode(document, &report) },
      encode: { Value.schema.encode($0) },
      check: { value, report in Value.schema.check(value, &report) },
      applyDefaults: { Value.schema.applyDefaults(&$0) })
  }
}

extension ValueType {
  /// A list as a value of its own, for the rare places where absent and empty differ.
  public static func list<Element>(of element: ValueType<Element>) -> ValueType where Value == [Element] {
    ValueType(
      describe: { .list(element.describe()) },
      decode: { document, report in
        guard let list = document.listValue else {
          report.mismatch(document, expected: .list(element.describe()))
          return nil
        }
        var result: [Element] = []
        result.reserveCapacity(list.count)
        for (index, item) in list.enumerated() {
          report.path.append(.index(index))
          if let value = element.decode(item, &report) { result.append(value) }
          report.path.removeLast()
        }
        return result
      },
      encode: { .list($0.map(element.encode)) },
      isEmpty: \.isEmpty,
      check: { list, report in
        for (index, item) in list.enumerated() {
          report.path.append(.index(index))
          element.check(item, &report)
          report.path.removeLast()
        }
      },
      applyDefaults: { list in
        for index in list.indices { element.applyDefaults(&list[index]) }
      })
  }

  public static func map<Element>(of element: ValueType<Element>) -> ValueType where Value == [String: Element] {
    ValueType(
      describe: { .map(element.describe()) },
      decode: { document, report in
        guard let map = document.mapValue else {
          report.mismatch(document, expected: .map(element.describe()))
          return nil
        }
        for key in map.duplicates { report.duplicate(key) }
        var result: [String: Element] = [:]
        for entry in map.entries {
          report.path.append(.key(entry.key))
          defer { report.path.removeLast() }
          if let value = element.decode(entry.value, &report) { result[entry.key] = value }
        }
        return result
      },
      encode: { map in
        .map(DocumentMap(map.sorted { $0.key < $1.key }.map { ($0.key, element.encode($0.value)) }))
      },
      isEmpty: \.isEmpty,
      check: { map, report in
        for (key, item) in map.sorted(by: { $0.key < $1.key }) {
          report.path.append(.key(key))
          element.check(item, &report)
          report.path.removeLast()
        }
      },
      applyDefaults: { map in
        for key in map.keys { element.applyDefaults(&map[key]!) }
      })
  }
}
