public import Documents

/// Where a command's configuration is: kubeconfig files in the order of their precedence.
public struct ConfigPlaces: Sendable {
  public var paths: [String]
  /// What the first file counts as until somebody has written it.
  public var initial: Document?

  public init(paths: [String] = [], initial: Document? = nil) {
    self.paths = paths
    self.initial = initial
  }
}

/// A list of named entries in a kubeconfig file.
enum ConfigSection: String, CaseIterable, Sendable {
  case clusters, contexts, users

  /// The key under which an entry has its content.
  var entryKey: String { String(rawValue.dropLast()) }
}
