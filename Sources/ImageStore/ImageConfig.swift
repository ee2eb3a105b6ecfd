public import Documents

/// What an image says about the process that is to run in it.
public struct ImageConfig: Sendable, Equatable {
  public var entrypoint: [String] = []
  public var command: [String] = []
  /// Each as `NAME=value`.
  public var environment: [String] = []
  /// Empty means `/`.
  public var workingDirectory = ""
  /// `name`, `uid`, `uid:gid`; empty means root.
  public var user = ""
  /// Such as `80/tcp`.
  public var exposedPorts: [String] = []
  /// Such as `SIGQUIT`; empty means `SIGTERM`.
  public var stopSignal = ""
  public var volumes: [String] = []
  public var labels: [String: String] = [:]

  public init() {}

  /// Reads the `config` member of an OCI image configuration.
  public init(_ document: Document) {
    func list(_ key: String) -> [String] { (document[key]?.listValue ?? []).compactMap(\.stringValue) }
    entrypoint = list("Entrypoint")
    command = list("Cmd")
    environment = list("Env")
    workingDirectory = document["WorkingDir"]?.stringValue ?? ""
    user = document["User"]?.stringValue ?? ""
    exposedPorts = document["ExposedPorts"]?.mapValue?.keys.sorted() ?? []
    stopSignal = document["StopSignal"]?.stringValue ?? ""
    volumes = document["Volumes"]?.mapValue?.keys.sorted() ?? []
    for entry in document["Labels"]?.mapValue?.entries ?? [] { labels[entry.key] = entry.value.stringValue ?? "" }
  }

  /// The `config` member; what is empty is left out.
  public var document: Document {
    var map = DocumentMap()
    func strings(_ values: [String]) -> Document { .list(values.map { .string($0) }) }
    func set(_ values: [String]) -> Document { .map(DocumentMap(values.sorted().map { ($0, .map(DocumentMap())) })) }
    if !user.isEmpty { map.append("User", .string(user)) }
    if !exposedPorts.isEmpty { map.append("ExposedPorts", set(exposedPorts)) }
    if !environment.isEmpty { map.append("Env", strings(environment)) }
    if !entrypoint.isEmpty { map.append("Entrypoint", strings(entrypoint)) }
    if !command.isEmpty { map.append("Cmd", strings(command)) }
    if !volumes.isEmpty { map.append("Volumes", set(volumes)) }
    if !workingDirectory.isEmpty { map.append("WorkingDir", .string(workingDirectory)) }
    if !labels.isEmpty {
      map.append("Labels", .map(DocumentMap(labels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })))
    }
    if !stopSignal.isEmpty { map.append("StopSignal", .string(stopSignal)) }
    return .map(map)
  }
}
