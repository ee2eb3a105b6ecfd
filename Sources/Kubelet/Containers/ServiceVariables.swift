internal import ContainerRuntime
internal import KubernetesAPI

/// The variables by which containers find services that existed before them.
enum ServiceVariables {
  /// Of the services of the pod's namespace, if it wants them, and always of the API server's own.
  static func variables(for services: [Service], namespace: String, hasLinks: Bool) -> [EnvironmentVariable] {
    let isTheAPIServer = { (service: Service) in service.namespace == "default" && service.name == "kubernetes" }
    let own = hasLinks ? services.filter { $0.namespace == namespace && !isTheAPIServer($0) } : []
    // A namespace's own service of that name stands in for the API server's.
    let common = services.filter { service in isTheAPIServer(service) && !own.contains { $0.name == service.name } }
    return (common + own.sorted { $0.name < $1.name }).flatMap(variables)
  }

  private static func variables(of service: Service) -> [EnvironmentVariable] {
    guard let address = service.spec.clusterIP, !address.isEmpty, address != "None",
      let first = service.spec.ports.first
    else { return [] }
    let name = variableName(service.name)
    var variables = [
      EnvironmentVariable(name + "_SERVICE_HOST", address),
      EnvironmentVariable(name + "_SERVICE_PORT", "\(first.port ?? 0)"),
    ]
    for port in service.spec.ports {
      guard let portName = port.name, !portName.isEmpty else { continue }
      variables.append(EnvironmentVariable("\(name)_SERVICE_PORT_\(variableName(portName))", "\(port.port ?? 0)"))
    }
    variables.append(EnvironmentVariable(name + "_PORT", url(first, address)))
    for port in service.spec.ports {
      let number = "\(port.port ?? 0)"
      let kind = port.protocol ?? "TCP"
      let prefix = "\(name)_PORT_\(number)_\(kind.uppercased())"
      variables += [
        EnvironmentVariable(prefix, url(port, address)),
        EnvironmentVariable(prefix + "_PROTO", kind.lowercased()),
        EnvironmentVariable(prefix + "_PORT", number),
        EnvironmentVariable(prefix + "_ADDR", address),
      ]
    }
    return variables
  }

  /// As a link of Docker was told of.
  private static func url(_ port: ServicePort, _ address: String) -> String {
    let host = address.contains(":") ? "[\(address)]" : address
    return "\((port.protocol ?? "TCP").lowercased())://\(host):\(port.port ?? 0)"
  }

  private static func variableName(_ name: String) -> String {
    let plain = String(name.uppercased().map { $0 == "-" || $0 == "." ? "_" : $0 })
    return plain.first?.isNumber == true ? "_" + plain : plain
  }
}
