internal import Documents

/// When a field is written although it has nothing to say.
public enum Presence: Sendable {
  case whenPresent
  /// An empty structure or list is written as such.
  case always
  /// An absent value is written as null.
  case asNull
  /// 0 and false say as much as nothing: they are read as absent.
  case unlessZero
}

/// One row: a field's JSON name, where its value lives, its type, and what is asked of it.
public struct Field<Root: Sendable>: Sendable {
  public let name: String
  public let summary: String
  public let isRequired: Bool
  /// The field by which two lists are merged element by element, or an empty text for lists of plain values.
  public let mergeKey: String?
  /// Whether a strategic patch names the fields that stay, since they exclude each other.
  public let retainsKeys: Bool
  public let allowed: [String]
  let describe: @Sendable () -> TypeDescription
  let decode: @Sendable (Document, inout Root, inout DecodingReport) -> Void
  let encode: @Sendable (Root) -> Document?
  let check: @Sendable (Root, inout CheckReport) -> Void
  let applyDefaults: @Sendable (inout Root) -> Void

  public var type: TypeDescription { describe() }

  /// A field that may be absent. One that is not checked is left to the rules of its kind, which say it in other words.
  public init<Value: Sendable & Equatable>(
    _ name: String, _ path: any WritableKeyPath<Root, Value?> & Sendable, _ type: ValueType<Value>,
    required: Bool = false, checked: Bool = true, allowed: [Value] = [], default fallback: Value? = nil,
    written: Presence = .whenPresent, format: Format<Value>? = nil, _ summary: String
  ) {
    self.name = name
    self.summary = summary
    self.isRequired = required
    self.mergeKey = nil
    self.retainsKeys = false
    self.allowed = allowed.map { type.encode($0).stringValue ?? type.encode($0).jsonText() }
    describe = type.describe
    decode = { document, root, report in
      if document.isNull { return }
      let value = type.decode(document, &report)
      let saysNothing = written == .unlessZero && value.map { type.encode($0).isZero } ?? false
      root[keyPath: path] = saysNothing ? nil : value
    }
    encode = { root in
      if let value = root[keyPath: path] { return type.encode(value) }
      return written == .asNull ? .null : nil
    }
    let allowedTexts = self.allowed
    check = { root, report in
      if !checked { return }
      report.path.append(.field(name))
      defer { report.path.removeLast() }
      guard let value = root[keyPath: path], !type.isEmpty(value) else {
        if required { report.add(.required) }
        return
      }
      if !allowed.isEmpty && !allowed.contains(value) {
        report.add(.notSupported(allowedTexts), value: type.encode(value))
        return
      }
      for problem in format?.problems(value) ?? [] { report.add(.invalid(problem), value: type.encode(value)) }
      type.check(value, &report)
    }
    applyDefaults = { root in
      // An empty text says as little as none.
      if let fallback, root[keyPath: path].map(type.isEmpty) ?? true { root[keyPath: path] = fallback }
      if var value = root[keyPath: path] {
        type.applyDefaults(&value)
        root[keyPath: path] = value
      }
    }
  }

  /// A list; absent and empty are the same. One that is not checked may be empty, whatever its row says; its elements are
  /// checked all the same.
  public init<Value: Sendable & Equatable>(
    _ name: String, _ path: any WritableKeyPath<Root, [Value]> & Sendable, listOf type: ValueType<Value>,
    required: Bool = false, checked: Bool = true, mergeKey: String? = nil, retainsKeys: Bool = false,
    written: Presence = .whenPresent, _ summary: String
  ) {
    let list = ValueType<[Value]>.list(of: type)
    self.name = name
    self.summary = summary
    self.isRequired = required
    self.mergeKey = mergeKey
    self.retainsKeys = retainsKeys
    self.allowed = []
    describe = list.describe
    decode = { document, root, report in
      if !document.isNull { root[keyPath: path] = list.decode(document, &report) ?? [] }
    }
    encode = { root in
      let value = root[keyPath: path]
      if !value.isEmpty || written == .always { return list.encode(value) }
      return written == .asNull ? .null : nil
    }
    check = { root, report in
      report.path.append(.field(name))
      defer { report.path.removeLast() }
      let value = root[keyPath: path]
      if checked && required && value.isEmpty { report.add(.required) }
      list.check(value, &report)
    }
    applyDefaults = { root in list.applyDefaults(&root[keyPath: path]) }
  }

  /// A map with free keys; absent and empty are the same.
  public init<Value: Sendable & Equatable>(
    _ name: String, _ path: any WritableKeyPath<Root, [String: Value]> & Sendable, mapOf type: ValueType<Value>,
    written: Presence = .whenPresent, _ summary: String
  ) {
    let map = ValueType<[String: Value]>.map(of: type)
    self.name = name
    self.summary = summary
    self.isRequired = false
    self.mergeKey = nil
    self.retainsKeys = false
    self.allowed = []
    describe = map.describe
    decode = { document, root, report in
      if !document.isNull { root[keyPath: path] = map.decode(document, &report) ?? [:] }
    }
    encode = { root in
      let value = root[keyPath: path]
      if value.isEmpty && written != .always { return nil }
      return map.encode(value)
    }
    check = { root, report in
      report.path.append(.field(name))
      defer { report.path.removeLast() }
      map.check(root[keyPath: path], &report)
    }
    applyDefaults = { root in map.applyDefaults(&root[keyPath: path]) }
  }

  /// A structure that is always there. What is required in it is asked for by its own rows; what the server's own
  /// components report is not checked.
  public init<Value: Described>(
    _ name: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ type: ValueType<Value>,
    required: Bool = false, checked: Bool = true, retainsKeys: Bool = false, written: Presence = .always,
    _ summary: String
  ) {
    self.name = name
    self.summary = summary
    self.isRequired = required
    self.mergeKey = nil
    self.retainsKeys = retainsKeys
    self.allowed = []
    describe = type.describe
    decode = { document, root, report in
      if let value = type.decode(document, &report) { root[keyPath: path] = value }
    }
    encode = { root in
      let value = root[keyPath: path]
      if written != .always && value == Value() { return nil }
      return type.encode(value)
    }
    check = { root, report in
      if !checked { return }
      report.path.append(.field(name))
      defer { report.path.removeLast() }
      type.check(root[keyPath: path], &report)
    }
    applyDefaults = { root in type.applyDefaults(&root[keyPath: path]) }
  }
}

extension Document {
  fileprivate var isZero: Bool { self == 0 || self == false || self == "" }
}

/// A named rule about the form of a value; answers what is wrong, in words that follow "Invalid value: …:".
public struct Format<Value: Sendable>: Sendable {
  public let problems: @Sendable (Value) -> [String]

  public init(_ problems: @escaping @Sendable (Value) -> [String]) { self.problems = problems }
}
