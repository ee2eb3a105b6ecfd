public import ClusterClient
internal import Documents
public import KubernetesAPI
internal import ObjectSchema

/// What a cluster tells of an object that is no pod: why it does not do what it should, down to the pod at fault.
public struct ObjectStory: Sendable {
  let resource: Resource
  let object: Document
  /// The oldest first.
  var events: [Event] = []
  /// Those that it chooses by their labels.
  var pods: [PodStory] = []
  /// For a deployment: its replica sets.
  var replicaSets: [Document] = []

  public static func gather(
    _ client: ClusterClient, _ resource: Resource, namespace: String, name: String
  ) async throws(StatusError) -> ObjectStory {
    let answer = try await client.send("GET", resource.path(namespace: namespace, name: name))
    guard let object = try? Document.parse(json: answer) else {
      throw StatusError.internalError("\(resource.plural) \(name) did not come as JSON")
    }
    var story = ObjectStory(resource: resource, object: object)
    let all = (try? await client.list(Event.self, namespace: resource.isNamespaced ? namespace : nil).items) ?? []
    let uid = object["metadata"]?["uid"]?.stringValue
    if resource.kind == "Deployment",
      let sets = try? await client.send("GET", ReplicaSet.resource.path(namespace: namespace))
    {
      let items = (try? Document.parse(json: sets))?["items"]?.listValue ?? []
      story.replicaSets = items.filter { $0.owners.contains(uid ?? "") }
    }
    let own = Set([uid] + story.replicaSets.map { $0["metadata"]?["uid"]?.stringValue })
    // Events about a node bear its name for its uid.
    story.events = all.filter { event in
      own.contains(event.involvedObject.uid)
        || resource.kind == event.involvedObject.kind && event.involvedObject.name == name
    }.sorted { ($0.lastSeen ?? .now()) < ($1.lastSeen ?? .now()) }
    if let selector = story.selector, !selector.isEmpty {
      let chosen = Selection(labelSelector: selector)
      for pod in (try? await client.list(Pod.self, namespace: namespace, chosen).items) ?? [] {
        if let one = try? await PodStory.gather(client, namespace: namespace, name: pod.name) { story.pods.append(one) }
      }
    }
    return story
  }

  private var spec: Document { object["spec"] ?? [:] }
  private var status: Document { object["status"] ?? [:] }
  private var name: String { object["metadata"]?["name"]?.stringValue ?? "" }
  private var namespace: String { object["metadata"]?["namespace"]?.stringValue ?? "" }
  private var inNamespace: String { namespace.isEmpty || namespace == "default" ? "" : " -n \(namespace)" }

  /// The labels of its pods, as a query.
  private var selector: String? {
    guard let selector = spec["selector"] else { return nil }
    if resource.kind == "Service" { return LabelSelector(Self.texts(selector)).queryText }
    return LabelSelector.decode(selector).value.queryText
  }

  private static func texts(_ map: Document) -> [String: String] {
    Dictionary(uniqueKeysWithValues: (map.mapValue?.entries ?? []).map { ($0.key, $0.value.stringValue ?? "") })
  }

  private func number(_ part: Document, _ field: String) -> Int64 { part[field]?.integerValue ?? 0 }

  // MARK: Why

  public func why() -> Explanation {
    switch resource.kind {
    case "Node": node()
    case "Service": service()
    case "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job": workload()
    case "Namespace" where status["phase"]?.stringValue == "Terminating": endingNamespace()
    default: anything()
    }
  }

  private var title: String { "\(resource.singular) \(name)" }

  private var describe: String { "kubectl describe \(resource.singular) \(name)\(inNamespace)" }

  /// The first pod that is not well, with its own explanation behind it.
  private func fault() -> (pod: String, why: Explanation)? {
    for story in pods {
      let why = story.why()
      if !why.isWell { return (story.pod.name, why) }
    }
    return nil
  }

  private func workload() -> Explanation {
    let (wanted, ready, word): (Int64, Int64, String) =
      switch resource.kind {
      case "DaemonSet": (number(status, "desiredNumberScheduled"), number(status, "numberReady"), "ready")
      case "Job": (spec["completions"]?.integerValue ?? 1, number(status, "succeeded"), "completed")
      default: (spec["replicas"]?.integerValue ?? 1, number(status, "readyReplicas"), "ready")
      }
    var result = Explanation(statement: "\(title) has \(ready) of \(wanted) pods \(word).")
    result.next = [describe]
    if resource.kind == "Job", let failed = condition("Failed") {
      result.causes = [
        "the job has given up: \(failed["reason"]?.stringValue ?? ""), \(failed["message"]?.stringValue ?? "")"
      ]
    }
    if let (pod, why) = fault() {
      result.causes += ["its pod \(pod) is at fault: " + why.statement.dropping("pod \(pod) ")] + why.causes
      result.effects = why.effects
      result.next = why.next + [describe]
      return result
    }
    if let event = events.last(where: { $0.type == "Warning" }), ready < wanted {
      result.causes.append("\(event.reason ?? ""): \(event.message ?? "")")
      return result
    }
    if wanted == 0 && resource.kind != "DaemonSet" {
      result.causes.append("it was asked for none: its replicas are 0")
      result.next = ["kubectl scale \(resource.singular) \(name)\(inNamespace) --replicas=1"]
      return result
    }
    if pods.isEmpty, ready < wanted || resource.kind == "DaemonSet" {
      let lacksSet = resource.kind == "Deployment" && replicaSets.isEmpty
      result.causes.append(lacksSet ? "no ReplicaSet has been made for it" : "no pod has been made for it")
      result.causes.append("the controller of \(resource.plural) has not looked at it yet, or this cluster runs none")
      result.next = ["kubectl get events\(inNamespace)", describe]
      return result
    }
    result.isWell = ready >= wanted
    return result
  }

  private func condition(_ type: String) -> Document? {
    status["conditions"]?.listValue?.first { $0["type"]?.stringValue == type && $0["status"]?.stringValue == "True" }
  }

  private func service() -> Explanation {
    guard let selector, !selector.isEmpty else {
      return Explanation(
        statement: "\(title) chooses no pods itself: it has no selector.",
        causes: ["somebody else has to say where its packets go, in its endpoints"],
        next: ["kubectl get endpoints \(name)\(inNamespace)"])
    }
    if pods.isEmpty {
      return Explanation(
        statement: "\(title) leads nowhere: no pod has the labels \(selector).",
        causes: ["a service finds its pods by their labels alone"],
        next: ["kubectl get pods\(inNamespace) --show-labels", "kubectl get service \(name)\(inNamespace) -o yaml"])
    }
    let ready = pods.filter { $0.condition("Ready")?.status == "True" }
    if ready.isEmpty, let (pod, why) = fault() {
      return Explanation(
        statement: "\(title) leads nowhere: none of its \(pods.count) pods is ready.",
        causes: ["its pod \(pod) is at fault: " + why.statement.dropping("pod \(pod) ")] + why.causes, next: why.next)
    }
    let ports = Set(
      pods.flatMap { $0.pod.spec.containers }.flatMap(\.ports).compactMap(\.containerPort).map(Int64.init))
    for port in spec["ports"]?.listValue ?? [] {
      let target = port["targetPort"]?.integerValue ?? number(port, "port")
      if target > 0, !ports.isEmpty, !ports.contains(target) {
        return Explanation(
          statement: "\(title) sends to port \(target), which none of its pods names.",
          causes: ["its pods name \(ports.sorted().map(String.init).joined(separator: ", "))"],
          next: ["kubectl get service \(name)\(inNamespace) -o yaml", "kubectl describe service \(name)\(inNamespace)"])
      }
    }
    var result = Explanation(
      statement:
        "\(title) leads to \(ready.count) ready pod\(ready.count == 1 ? "" : "s"): nothing is wrong with it now.")
    result.isWell = true
    return result
  }

  private func node() -> Explanation {
    let conditions = status["conditions"]?.listValue ?? []
    if let ready = conditions.first(where: { $0["type"]?.stringValue == "Ready" }),
      ready["status"]?.stringValue != "True"
    {
      return Explanation(
        statement: "\(title) is not ready: no pod is started there.",
        causes: [ready["message"]?.stringValue ?? "nothing is known of it"],
        next: ["podium node list", "podium node start \(name)", describe])
    }
    for condition in conditions where condition["type"]?.stringValue != "Ready" {
      guard condition["status"]?.stringValue == "True" else { continue }
      return Explanation(
        statement: "\(title) is short of something: \(condition["type"]?.stringValue ?? "").",
        causes: [condition["message"]?.stringValue ?? "", "pods that need it least are ended first"], next: [describe])
    }
    if spec["unschedulable"]?.boolValue == true {
      return Explanation(
        statement: "\(title) is ready, and takes no new pods.",
        causes: ["somebody has cordoned it; the pods that are there go on"], next: ["kubectl uncordon \(name)"])
    }
    let taints = (spec["taints"]?.listValue ?? []).compactMap { taint in
      taint["key"]?.stringValue.map { key in
        let value = taint["value"]?.stringValue ?? ""
        return "\(key)\(value.isEmpty ? "" : "=\(value)"):\(taint["effect"]?.stringValue ?? "")"
      }
    }
    if !taints.isEmpty {
      return Explanation(
        statement: "\(title) is ready, and takes only pods that tolerate its taints.",
        causes: taints.map { "the taint \($0)" }, next: ["kubectl taint node \(name) \(taints[0])-", describe])
    }
    var result = Explanation(statement: "\(title) is ready and takes pods: nothing is wrong with it now.")
    result.isWell = true
    return result
  }

  private func endingNamespace() -> Explanation {
    Explanation(
      statement: "\(title) is being deleted with all that is in it.",
      causes: conditionTexts.isEmpty ? ["it stays until the last of its objects is gone"] : conditionTexts,
      next: ["kubectl get all -n \(name)"])
  }

  private var conditionTexts: [String] {
    (status["conditions"]?.listValue ?? []).filter { $0["status"]?.stringValue == "True" }
      .compactMap { $0["message"]?.stringValue }
  }

  private func anything() -> Explanation {
    var result = Explanation(statement: "\(title) is there.", next: [describe])
    if let event = events.last(where: { $0.type == "Warning" }) {
      result.causes = ["\(event.reason ?? ""): \(event.message ?? "")"]
    } else {
      result.causes = ["nothing has been said against it"]
      result.isWell = true
    }
    return result
  }
}

extension Document {
  /// The uids of those that own the object.
  fileprivate var owners: [String] {
    (self["metadata"]?["ownerReferences"]?.listValue ?? []).compactMap { $0["uid"]?.stringValue }
  }
}

extension String {
  fileprivate func dropping(_ beginning: String) -> String {
    hasPrefix(beginning) ? String(dropFirst(beginning.count)) : self
  }
}
