internal import ClusterClient
internal import ContainerRuntime
internal import KubernetesAPI
internal import ObjectSchema

/// Finds the values of a container's environment: services, whole ConfigMaps and Secrets, then single variables. Of two
/// with the same name the later one counts.
struct ContainerEnvironment {
  let client: ClusterClient
  let pod: Pod
  let container: Container
  /// All of the cluster.
  let services: [Service]
  let addresses: [String]
  let hostAddresses: [String]
  let node: MachineFacts

  func resolve() async throws -> [EnvironmentVariable] {
    var variables = ServiceVariables.variables(
      for: services, namespace: pod.namespace, hasLinks: pod.spec.enableServiceLinks ?? true)
    var values = Dictionary(variables.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
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
    let reference: DataReference
    let isOptional: Bool?
    if let map = source.configMapRef {
      (reference, isOptional) = (self.reference(.configMap, map.name), map.optional)
    } else if let secret = source.secretRef {
      (reference, isOptional) = (self.reference(.secret, secret.name), secret.optional)
    } else {
      return []
    }
    if let data = try await KeyedData.read(reference, client) {
      if !data.broken.isEmpty { throw Self.isNoText }
      return data.text.sorted { $0.key < $1.key }
    }
    if isOptional == true { return [] }
    throw ContainerPlanError(reference.isMissing)
  }

  private func value(of source: EnvVarSource) async throws -> String? {
    if let field = source.fieldRef {
      return PodFields.value(
        field.fieldPath ?? "", of: pod, addresses: addresses, hostAddresses: hostAddresses)
    }
    if let field = source.resourceFieldRef {
      return try PodFields.value(field, of: pod, container: container, node: node)
    }
    if let entry = source.configMapKeyRef {
      return try await value(
        of: entry.key ?? "", in: reference(.configMap, entry.name), isOptional: entry.optional == true)
    }
    if let entry = source.secretKeyRef {
      return try await value(
        of: entry.key ?? "", in: reference(.secret, entry.name), isOptional: entry.optional == true)
    }
    return nil
  }

  private func value(of key: String, in reference: DataReference, isOptional: Bool) async throws -> String? {
    let data = try await KeyedData.read(reference, client)
    if let value = data?.text[key] { return value }
    if data?.broken.contains(key) == true { throw Self.isNoText }
    if isOptional { return nil }
    if data == nil { throw ContainerPlanError(reference.isMissing) }
    let kind = reference.kind == .configMap ? "ConfigMap" : "Secret"
    throw ContainerPlanError("couldn't find key \(key) in \(kind) \(reference.namespace)/\(reference.name)")
  }

  /// In Kubernetes it is on its way to the runtime that bytes must be text.
  private static let isNoText = ContainerPlanError(
    "grpc: error while marshaling: string field contains invalid UTF-8", isOfRuntime: true)

  private func reference(_ kind: DataReference.Kind, _ name: String?) -> DataReference {
    DataReference(kind: kind, namespace: pod.namespace, name: name ?? "")
  }
}
