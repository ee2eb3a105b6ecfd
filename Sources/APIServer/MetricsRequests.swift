internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// What pods and nodes use: nothing of it is stored, the kubelets are asked each time.
extension Server {
  /// So long a kubelet may take; one that is gone must not hide the others.
  private static let patience = Duration.seconds(3)

  func answerMetrics(_ call: Call) async throws(StatusError) -> APIResponse {
    guard call.request.method == "GET", call.target.subresource == nil, !call.request.isSet("watch") else {
      throw StatusError.methodNotAllowed()
    }
    var target = call.target
    target.resource = call.resource.kind == NodeMetrics.resource.kind ? Node.resource : Pod.resource
    var request = call.request
    // Whatever form is asked for, it is asked of the metrics.
    request.headers["Accept"] = nil
    let measured = try Call(request, target, clock: clock)
    let stored =
      target.name == nil ? try await storedObjects(measured) : [try await stored(measured)]
    let summaries = try await summaries()
    let metrics: [any NamedObject] = stored.compactMap { stored in
      switch objects.object(stored, measured.form) {
      case let node as Node: summaries[node.name]?.metrics(of: node)
      case let pod as Pod: (pod.spec.nodeName.flatMap { summaries[$0] })?.metrics(of: pod)
      default: nil
      }
    }
    if let name = target.name, metrics.isEmpty {
      throw StatusError.notFound(call.resource.singular, name, group: call.resource.group)
    }
    if call.answerForm.shape == .table {
      return call.response(json: call.resource.table(of: metrics, now: call.now).json())
    }
    if target.name != nil, let found = metrics.first { return call.response(json: found.document().json()) }
    let list: Document = [
      "kind": .string(call.resource.kind + "List"), "apiVersion": .string(call.resource.apiVersion), "metadata": [:],
      "items": .list(metrics.map { $0.document() }),
    ]
    return call.response(json: list.json())
  }

  /// By the names of the nodes whose kubelets answer.
  private func summaries() async throws(StatusError) -> [String: UsageSummary] {
    let call = try Call(APIRequest("GET", "/api/v1/nodes"), Route.Target(resource: Node.resource), clock: clock)
    let nodes = try await storedObjects(call).compactMap { objects.object($0, call.form) as? Node }
    return await withTaskGroup(of: (String, UsageSummary)?.self) { group in
      for node in nodes { group.addTask { await self.summary(of: node).map { (node.name, $0) } } }
      var summaries: [String: UsageSummary] = [:]
      for await found in group { if let (name, summary) = found { summaries[name] = summary } }
      return summaries
    }
  }

  private func summary(of node: Node) async -> UsageSummary? {
    await withTaskGroup(of: UsageSummary?.self) { group in
      group.addTask {
        guard let kubelet = try? await self.nodes.endpoint(node: node),
          let response = try? await kubelet.send(APIRequest("GET", "/stats/summary")),
          response.status == 200, case .bytes(let body) = response.body
        else { return nil }
        return (try? Document.parse(json: body)).map(UsageSummary.init)
      }
      group.addTask {
        try? await Task.sleep(for: Self.patience)
        return nil
      }
      defer { group.cancelAll() }
      return await group.next() ?? nil
    }
  }
}

/// What a kubelet says of its node and pods.
private struct UsageSummary: Sendable {
  let document: Document

  func metrics(of node: Node) -> NodeMetrics? {
    guard let measured = document["node"], let usage = Usage(measured) else { return nil }
    var metrics = NodeMetrics()
    metrics.metadata = Self.metadata(node, usage)
    metrics.usage = usage.quantities
    metrics.timestamp = usage.time
    metrics.window = usage.window
    return metrics.typed()
  }

  func metrics(of pod: Pod) -> PodMetrics? {
    guard let measured = document["pods"]?.listValue?.first(where: { $0["podRef"]?["uid"]?.stringValue == pod.uid })
    else { return nil }
    var metrics = PodMetrics()
    for container in measured["containers"]?.listValue ?? [] {
      guard let usage = Usage(container) else { continue }
      var part = ContainerMetrics()
      part.name = container["name"]?.stringValue
      part.usage = usage.quantities
      metrics.containers.append(part)
      metrics.metadata = Self.metadata(pod, usage)
      metrics.timestamp = usage.time
      metrics.window = usage.window
    }
    return metrics.containers.isEmpty ? nil : metrics.typed()
  }

  /// Of an object that was made when it was asked for.
  private static func metadata(_ measured: some NamedObject, _ usage: Usage) -> ObjectMeta {
    var metadata = ObjectMeta()
    metadata.name = measured.metadata.name
    metadata.namespace = measured.metadata.namespace
    metadata.labels = measured.metadata.labels
    metadata.creationTimestamp = usage.time
    return metadata
  }

  private struct Usage {
    let quantities: [String: Quantity]
    let time: Timestamp?
    let window: String

    init?(_ document: Document) {
      guard let nanocores = document["cpu"]?["usageNanoCores"]?.integerValue,
        let bytes = document["memory"]?["workingSetBytes"]?.integerValue
      else { return nil }
      quantities = ["cpu": UsageText.processors(Int64(nanocores)), "memory": UsageText.memory(Int64(bytes))]
      time = document["cpu"]?["time"]?.stringValue.flatMap { Timestamp($0) }
      window = document["cpu"]?["usageWindow"]?.stringValue ?? ""
    }
  }
}
