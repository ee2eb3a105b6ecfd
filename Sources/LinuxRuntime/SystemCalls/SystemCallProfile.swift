internal import Documents

/// Which system calls a container's programs may make: the content of a seccomp profile.
struct SystemCallProfile: Sendable, Equatable {
  /// What becomes of a call, as the kernel's filters write it.
  struct Action: Sendable, Hashable {
    let number: UInt32

    static let allow = Action(number: 0x7FFF_0000)
    static func fail(_ errno: UInt32) -> Action { Action(number: 0x0005_0000 | errno & 0xFFFF) }

    /// By the name in a profile; `failure` is the errno that it gives beside the name.
    init?(named name: String, failure: UInt32?) {
      switch name {
      case "SCMP_ACT_ALLOW": self = .allow
      case "SCMP_ACT_ERRNO": self = .fail(failure ?? 1)
      case "SCMP_ACT_LOG": self.init(number: 0x7FFC_0000)
      case "SCMP_ACT_TRAP": self.init(number: 0x0003_0000)
      case "SCMP_ACT_TRACE": self.init(number: 0x7FF0_0000 | (failure ?? 1) & 0xFFFF)
      case "SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD": self.init(number: 0)
      case "SCMP_ACT_KILL_PROCESS": self.init(number: 0x8000_0000)
      default: return nil
      }
    }

    init(number: UInt32) { self.number = number }
  }

  /// In libseccomp's order of numbers, which begins with 1.
  enum Comparison: String, Sendable, CaseIterable {
    case isNot = "SCMP_CMP_NE"
    case isLess = "SCMP_CMP_LT"
    case isAtMost = "SCMP_CMP_LE"
    case isEqual = "SCMP_CMP_EQ"
    case isAtLeast = "SCMP_CMP_GE"
    case isGreater = "SCMP_CMP_GT"
    case isEqualMasked = "SCMP_CMP_MASKED_EQ"
  }

  /// On one argument of a call. Masked: `value` is the mask and `second` what is left under it.
  struct Condition: Sendable, Equatable {
    var argument: UInt32
    var comparison: Comparison
    var value: UInt64
    var second: UInt64 = 0
  }

  struct Rule: Sendable, Equatable {
    var calls: [String]
    var action: Action
    /// All of them hold.
    var conditions: [Condition] = []
  }

  /// Of every call that no rule names.
  var usual: Action
  var rules: [Rule] = []
}

extension SystemCallProfile {
  /// Reads the JSON that container runtimes share. Throws the place that cannot be understood.
  init(json: String) throws(ProfileError) {
    let document: Document
    do {
      document = try Document.parse(json: json)
    } catch {
      throw ProfileError("\(error)")
    }
    usual = try Self.action(document, "defaultAction", "defaultErrnoRet", at: "")
    for (index, entry) in (document["syscalls"]?.listValue ?? []).enumerated() {
      let place = "syscalls[\(index)]."
      let names = (entry["names"]?.listValue ?? []).compactMap(\.stringValue)
      if names.isEmpty { throw ProfileError("\(place)names is empty") }
      let action = try Self.action(entry, "action", "errnoRet", at: place)
      var conditions: [Condition] = []
      for (number, argument) in (entry["args"]?.listValue ?? []).enumerated() {
        conditions.append(try Self.condition(argument, at: "\(place)args[\(number)]"))
      }
      // Several conditions on one argument are alternatives.
      if Set(conditions.map(\.argument)).count < conditions.count {
        rules += conditions.map { Rule(calls: names, action: action, conditions: [$0]) }
      } else {
        rules.append(Rule(calls: names, action: action, conditions: conditions))
      }
    }
  }

  private static func action(
    _ document: Document, _ key: String, _ failureKey: String, at place: String
  ) throws(ProfileError) -> Action {
    let name = document[key]?.stringValue ?? ""
    let failure = document[failureKey]?.integerValue.map { UInt32(truncatingIfNeeded: $0) }
    guard let action = Action(named: name, failure: failure) else {
      throw ProfileError("\(place)\(key) \"\(name)\" is not supported")
    }
    return action
  }

  private static func condition(_ document: Document, at place: String) throws(ProfileError) -> Condition {
    let name = document["op"]?.stringValue ?? ""
    guard let comparison = Comparison(rawValue: name) else {
      throw ProfileError("\(place).op \"\(name)\" is not known")
    }
    guard let index = document["index"]?.integerValue, (0...5).contains(index) else {
      throw ProfileError("\(place).index is not 0 to 5")
    }
    func number(_ key: String) -> UInt64 {
      document[key]?.integerValue.map { UInt64(bitPattern: $0) } ?? 0
    }
    return Condition(
      argument: UInt32(index), comparison: comparison, value: number("value"), second: number("valueTwo"))
  }
}

/// What is wrong in a seccomp profile.
struct ProfileError: Error, Equatable, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }
}
