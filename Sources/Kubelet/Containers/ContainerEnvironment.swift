internal import ClusterClient
internal import ContainerRuntime
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// Finds the values of a container's environment: literal ones, the pod's own fields, ConfigMaps and Secrets.
struct ContainerEnvironment {
  let client: ClusterClient
  let pod: Pod
  let container: Container
  let addresses: [String]
  let hostAddresses: [String]

  func resolve() async throws -> [EnvironmentVariable] {
    var variables: [EnvironmentVariable] = []
    var values: [String: String] = [:]
    func set(_ name: String, _ value: String) {
      if values.updateValue(value, forKey: name) == nil {
        variables.append(EnvironmentVariable(name, value))
      } else if let index = variables.firstIndex(where: { $0.name == name }) {
        variables[index].value = value
      }
    }
    for source in container.envFrom {
      for (key, value) in try await entries(of: source) { set((source.prefix ?? "") + key, value) }
    }
    for variable in container.env {
      let name = variable.name ?? ""
      if let source = variable.valueFrom {
        if let value = try await value(of: source) { set(name, value) }
      } else {
        set(name, VariableExpansion.expand(variable.value ?? "", values))
      }
    }
    return variables
  }

  private func entries(of source: EnvFromSource) async throws -> [(String, String)] {
    if let reference = source.configMapRef {
      let data = try await KeyedData.configMap(reference.name ?? "", pod.namespace, client)
      guard let data else {
        if reference.optional == true { return [] }
        throw ContainerPlanError("configmap \"\(reference.name ?? "")\" not found")
      }
      return data.text.sorted { $0.key < $1.key }
    }
    if let reference = source.secretRef {
      let data = try await KeyedData.secret(reference.name ?? "", pod.namespace, client)
      guard let data else {
        if reference.optional == true { return [] }
        throw ContainerPlanError("secret \"\(reference.name ?? "")\" not found")
      }
      return data.text.sorted { $0.key < $1.key }
    }
    return []
  }

  private func value(of source: EnvVarSource) async throws -> String? {
    if let field = source.fieldRef {
      return PodFields.value(
        field.fieldPath ?? "", of: pod, addresses: addresses, hostAddresses: hostAddresses)
    }
    if let field = source.resourceFieldRef { return PodFields.value(field, of: pod, container: container) }
    if let key = source.configMapKeyRef {
      return try await value(
        "configmap", "ConfigMap", key.name, key.key, optional: key.optional,
        try await KeyedData.configMap(key.name ?? "", pod.namespace, client))
    }
    if let key = source.secretKeyRef {
      return try await value(
        "secret", "Secret", key.name, key.key, optional: key.optional,
        try await KeyedData.secret(key.name ?? "", pod.namespace, client))
    }
    return nil
  }

  private func value(
    _ kind: String, _ kindName: String, _ name: String?, _ key: String?, optional: Bool?, _ data: KeyedData?
  ) async throws -> String? {
    let name = name ?? ""
    let key = key ?? ""
    if let value = data?.text[key] { return value }
    if optional == true { return nil }
    if data == nil { throw ContainerPlanError("\(kind) \"\(name)\" not found") }
    throw ContainerPlanError("couldn't find key \(key) in \(kindName) \(pod.namespace)/\(name)")
  }
}

/// The data of a ConfigMap or a Secret.
struct KeyedData: Sendable {
  var bytes: [String: [UInt8]] = [:]

  var text: [String: String] { bytes.mapValues { String(decoding: $0, as: UTF8.self) } }

  static func configMap(_ name: String, _ namespace: String, _ client: ClusterClient) async throws -> KeyedData? {
    guard let document = try await read("configmaps", name, namespace, client) else { return nil }
    var data = KeyedData()
    for entry in document["data"]?.mapValue?.entries ?? [] {
      data.bytes[entry.key] = Array((entry.value.stringValue ?? "").utf8)
    }
    for entry in document["binaryData"]?.mapValue?.entries ?? [] {
      data.bytes[entry.key] = Base64.decode(entry.value.stringValue ?? "")
    }
    return data
  }

  static func secret(_ name: String, _ namespace: String, _ client: ClusterClient) async throws -> KeyedData? {
    guard let document = try await read("secrets", name, namespace, client) else { return nil }
    var data = KeyedData()
    for entry in document["data"]?.mapValue?.entries ?? [] {
      data.bytes[entry.key] = Base64.decode(entry.value.stringValue ?? "")
    }
    return data
  }

  private static func read(
    _ plural: String, _ name: String, _ namespace: String, _ client: ClusterClient
  ) async throws -> Document? {
    do {
      return try Document.parse(json: try await client.send("GET", "/api/v1/namespaces/\(namespace)/\(plural)/\(name)"))
    } catch let error as StatusError where error.isNotFound {
      return nil
    }
  }
}

/// The encoding of a Secret's values.
enum Base64 {
  static func decode(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for character in text.utf8 {
      let value: UInt8
      switch character {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = character - UInt8(ascii: "A")
      case UInt8(ascii: "a")...UInt8(ascii: "z"): value = character - UInt8(ascii: "a") + 26
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = character - UInt8(ascii: "0") + 52
      case UInt8(ascii: "+"): value = 62
      case UInt8(ascii: "/"): value = 63
      case UInt8(ascii: "="), UInt8(ascii: "\n"): continue
      default: return nil
      }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return bytes
  }
}
