internal import ClusterClient
internal import KubernetesAPI

/// The data of a ConfigMap or a Secret.
struct KeyedData: Sendable {
  /// What becomes files.
  let bytes: [String: [UInt8]]
  /// What becomes variables: of a ConfigMap, only what was written as text.
  let text: [String: String]
  /// The keys of what is no text, of those that would have to be.
  let broken: Set<String>

  init(_ object: ConfigMap) {
    text = object.data
    broken = []
    bytes = object.data.mapValues { Array($0.utf8) }.merging(object.binaryData) { $1 }
  }

  init(_ object: Secret) {
    text = object.data.compactMapValues { String(validating: $0, as: UTF8.self) }
    bytes = object.data
    broken = Set(object.data.keys).subtracting(text.keys)
  }

  /// Nil when there is no such object.
  static func read(_ reference: DataReference, _ client: ClusterClient) async throws(StatusError) -> KeyedData? {
    do {
      switch reference.kind {
      case .configMap:
        return KeyedData(try await client.get(ConfigMap.self, reference.name, namespace: reference.namespace))
      case .secret:
        return KeyedData(try await client.get(Secret.self, reference.name, namespace: reference.namespace))
      }
    } catch {
      if error.isNotFound { return nil }
      throw error
    }
  }
}

/// Names an object whose data pods may have as files or as variables.
struct DataReference: Sendable, Hashable {
  enum Kind: String, Sendable, Hashable {
    case configMap = "configmap"
    case secret = "secret"
  }

  var kind: Kind
  var namespace: String
  var name: String

  /// In Kubernetes' words.
  var isMissing: String { "\(kind.rawValue) \"\(name)\" not found" }
}
