/// What a component has to say about an object, before it becomes an `Event` of the API.
public struct EventNote: Sendable, Equatable {
  public enum Kind: String, Sendable, Equatable {
    case normal = "Normal"
    case warning = "Warning"
  }

  public var kind: Kind
  public var reason: String
  public var message: String
  /// What was done, for components that say so.
  public var action: String?

  public init(_ kind: Kind, _ reason: String, _ message: String, action: String? = nil) {
    self.kind = kind
    self.reason = reason
    self.message = message
    self.action = action
  }

  public static func normal(_ reason: String, _ message: String) -> EventNote { EventNote(.normal, reason, message) }
  public static func warning(_ reason: String, _ message: String) -> EventNote { EventNote(.warning, reason, message) }
}
