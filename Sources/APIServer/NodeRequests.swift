internal import KubernetesAPI
internal import ObjectSchema
internal import ObjectStore

/// Requests that only the kubelet of a pod's node can answer: logs, exec, attach, port-forward, proxy.
extension Server {
  func readLog(_ call: Call) async throws(StatusError) -> APIResponse {
    let pod = try await pod(call)
    let container = try container(of: pod, asked: call.request.query("container"))
    let problems = Self.problems(ofLog: call.request)
    if !problems.isEmpty { throw StatusError.invalid("PodLogOptions", pod.name, problems) }
    // A pod that is nowhere has said nothing yet.
    guard let kubelet = try await kubelet(of: pod) else {
      return APIResponse(headers: ["Content-Type": "text/plain"], body: .bytes([]))
    }
    let passed = ["follow", "previous", "timestamps", "sinceSeconds", "sinceTime", "tailLines", "limitBytes"]
    let query = call.request.query.filter { passed.contains($0.name) }
    return try await forward(
      call, to: kubelet, "/containerLogs/\(pod.namespace)/\(pod.name)/\(container)", query, method: "GET")
  }

  /// What cannot be asked of a log.
  private static func problems(ofLog request: APIRequest) -> [FieldError] {
    var problems: [FieldError] = []
    func require(_ field: String, atLeast least: Int64, _ words: String) {
      guard let value = request.query(field).flatMap({ Int64($0) }), value < least else { return }
      problems.append(FieldError(FieldPath(field), .invalid("must be \(words) 0"), value: .integer(value)))
    }
    require("tailLines", atLeast: 0, "greater than or equal to")
    require("limitBytes", atLeast: 1, "greater than")
    if request.query("sinceSeconds") != nil && request.query("sinceTime") != nil {
      let why = "at most one of `sinceTime` or `sinceSeconds` may be specified"
      problems.append(FieldError(FieldPath(""), .forbidden(why)))
    } else {
      require("sinceSeconds", atLeast: 1, "greater than")
    }
    return problems
  }

  func openTerminal(_ call: Call, _ action: String) async throws(StatusError) -> APIResponse {
    let pod = try await pod(call)
    let container = try container(of: pod, asked: call.request.query("container"))
    guard let kubelet = try await kubelet(of: pod) else {
      throw StatusError.badRequest("pod \(pod.name) does not have a host assigned")
    }
    var query: [QueryItem] = []
    for (name, kubeletName) in [("stdin", "input"), ("stdout", "output"), ("stderr", "error"), ("tty", "tty")]
    where call.request.isSet(name) {
      query.append(QueryItem(kubeletName, "1"))
    }
    if query.isEmpty { throw StatusError.badRequest("you must specify at least 1 of stdin, stdout, stderr") }
    query += call.request.query.filter { $0.name == "command" }
    if action == "exec" && !query.contains(where: { $0.name == "command" }) {
      throw StatusError.badRequest("you must specify at least one command for the container")
    }
    return try await forward(call, to: kubelet, "/\(action)/\(pod.namespace)/\(pod.name)/\(container)", query)
  }

  func forwardPorts(_ call: Call) async throws(StatusError) -> APIResponse {
    let pod = try await pod(call)
    guard let kubelet = try await kubelet(of: pod) else {
      throw StatusError.badRequest("pod \(pod.name) does not have a host assigned")
    }
    let query = call.request.query.filter { $0.name == "port" || $0.name == "ports" }
    return try await forward(call, to: kubelet, "/portForward/\(pod.namespace)/\(pod.name)", query)
  }

  func proxy(_ call: Call) async throws(StatusError) -> APIResponse {
    let kubelet = try await endpoint(ofNode: call.name)
    return try await forward(
      call, to: kubelet, "/" + call.target.rest.joined(separator: "/"), call.request.query)
  }

  private func forward(
    _ call: Call, to kubelet: any APIEndpoint, _ path: String, _ query: [QueryItem], method: String? = nil
  ) async throws(StatusError) -> APIResponse {
    var request = call.request
    request.method = method ?? request.method
    request.path = path
    request.query = query
    return try await kubelet.send(request)
  }

  private func pod(_ call: Call) async throws(StatusError) -> Pod {
    guard let pod = objects.object(try await stored(call), call.form) as? Pod else { throw call.notFound() }
    return pod
  }

  private func kubelet(of pod: Pod) async throws(StatusError) -> (any APIEndpoint)? {
    guard let name = pod.spec.nodeName, !name.isEmpty else { return nil }
    return try await endpoint(ofNode: name)
  }

  private func endpoint(ofNode name: String) async throws(StatusError) -> any APIEndpoint {
    let form = StoredForm(Node.resource)
    let stored: StoredObject?
    do {
      stored = try await store.get(form.key(namespace: nil, name: name))
    } catch {
      throw error.status(Node.resource, name)
    }
    guard let stored, let node = objects.object(stored, form) as? Node else {
      throw StatusError.notFound("nodes", name)
    }
    return try await nodes.endpoint(node: node)
  }

  /// The container that is meant; a pod with several asks for a name.
  private func container(of pod: Pod, asked: String?) throws(StatusError) -> String {
    let names = pod.spec.containers.map { $0.name ?? "" }
    let initNames = pod.spec.initContainers.map { $0.name ?? "" }
    let ephemeralNames = pod.spec.ephemeralContainers.map { $0.name ?? "" }
    if let asked, !asked.isEmpty {
      guard (names + initNames + ephemeralNames).contains(asked) else {
        throw StatusError.badRequest("container \(asked) is not valid for pod \(pod.name)")
      }
      return asked
    }
    if names.count == 1 { return names[0] }
    if names.isEmpty { throw StatusError.badRequest("a container name must be specified for pod \(pod.name)") }
    var text =
      "a container name must be specified for pod \(pod.name), choose one of: [\(names.joined(separator: " "))]"
    if !initNames.isEmpty { text += " or one of the init containers: [\(initNames.joined(separator: " "))]" }
    if !ephemeralNames.isEmpty {
      text += " or one of the ephemeral containers: [\(ephemeralNames.joined(separator: " "))]"
    }
    throw StatusError.badRequest(text)
  }
}
