internal import ClusterClient
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// `kubectl describe`: everything worth knowing about an object, with its events.
enum Describe {
  static let showEvents = Flag.boolean("show-events", default: true, "Tell what happened to the object.")

  static let command = Command(
    name: "describe", group: .debugging,
    summary: "Show details of a specific resource or group of resources",
    details: ["A name may be the beginning of one: all objects that begin so are told about."],
    examples: [
      Example("One pod", "kubectl describe pod web"),
      Example("All pods of a label", "kubectl describe pods -l app=web"),
      Example("A node, with what runs on it", "kubectl describe node podium"),
    ],
    usage: "describe (-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME) [options]",
    flags: [
      SharedFlags.allNamespaces.row, SharedFlags.chunkSize.row, SharedFlags.filename.row, SharedFlags.kustomize.row,
      SharedFlags.recursive.row, SharedFlags.selector.row, showEvents.row,
    ],
    arguments: .resources,
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    try invocation.refuseKustomize()
    if invocation.arguments.isEmpty, !invocation.isGiven(SharedFlags.filename) {
      throw Failure(
        "You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete list of supported resources."
      )
    }
    let selected = try await SelectedResources.resolve(invocation)
    var found: [(kind: ResourceKind, objects: [Document], isByPrefix: Bool)] = []
    var errors: [any Error] = selected.errors
    for request in selected.requests {
      do {
        let (objects, isByPrefix) = try await find(request, invocation)
        found.append((request.kind, objects, isByPrefix))
      } catch let error as StatusError where !error.isConnectionFailure {
        errors.append(error)
      }
    }
    // When something is missing, nothing else is described either.
    try Failures.throwIfAny(errors)
    var isFirst = true
    for (kind, objects, isByPrefix) in found {
      for object in objects {
        let text = try await describe(object, kind, invocation)
        try await invocation.io.print(isByPrefix ? text + "\n" : (isFirst ? "" : "\n\n") + text)
        isFirst = false
      }
    }
    if isFirst { await Get.sayNothingFound(selected, invocation) }
    return 0
  }

  /// The object of that name, or all whose names begin with it.
  private static func find(
    _ request: ResourceRequest, _ invocation: Invocation
  ) async throws -> (objects: [Document], isByPrefix: Bool) {
    guard let name = request.name else {
      return (try await invocation.calls.listAll(request.kind, request.namespace, query: request.query), false)
    }
    do {
      return ([try await invocation.calls.get(request.kind, request.namespace, name)], false)
    } catch let error as StatusError where error.isNotFound {
      let all = try await invocation.calls.listAll(request.kind, request.namespace)
      let matching = all.filter { $0["metadata"]?["name"]?.stringValue?.hasPrefix(name) ?? false }
      if matching.isEmpty { throw error }
      return (matching, true)
    }
  }

  private static func describe(
    _ document: Document, _ kind: ResourceKind, _ invocation: Invocation
  ) async throws -> String {
    let resource = Resource.find(apiVersion: kind.apiVersion, kind: kind.kind)
    var related = RelatedObjects(events: nil, now: invocation.context.now())
    if invocation[showEvents], kind.kind != "Namespace" {
      related.events = try await events(about: document, kind, invocation)
    }
    var description = Description()
    if let object = resource?.decode(document).object as? any Describable {
      switch kind.kind {
      case "Node": try await addNodeCompany(document, &related, invocation)
      case "Namespace":
        related.quotas = try await limits("resourcequotas", of: document, invocation)
        related.limitRanges = try await limits("limitranges", of: document, invocation)
      case "ReplicaSet", "DaemonSet", "Deployment": try await addOffspring(object, &related, invocation)
      case "Service":
        let selection = Selection(labelSelector: "kubernetes.io/service-name=\(object.name)")
        related.endpointSlices =
          (try? await invocation.client.list(EndpointSlice.self, namespace: object.namespace, selection).items) ?? []
      case "ServiceAccount":
        related.secrets = try? await invocation.client.list(
          Secret.self, namespace: object.namespace, Selection(limit: 500)
        ).items
      default: break
      }
      object.describe(into: &description, related)
    } else {
      GenericDescription.describe(document, into: &description, related)
    }
    return description.take()
  }

  private static func events(
    about object: Document, _ kind: ResourceKind, _ invocation: Invocation
  ) async throws -> [Event] {
    let name = object["metadata"]?["name"]?.stringValue ?? ""
    let namespace = object["metadata"]?["namespace"]?.stringValue
    var fields = ["involvedObject.name=\(name)"]
    if let namespace, let uid = object["metadata"]?["uid"]?.stringValue {
      fields += ["involvedObject.namespace=\(namespace)", "involvedObject.uid=\(uid)"]
    } else {
      // Who tells of a node does not agree on its identity: kubelets take its name.
      fields.append("involvedObject.kind=\(kind.kind)")
    }
    let selection = Selection(fieldSelector: fields.joined(separator: ","), limit: 500)
    return try await invocation.client.list(Event.self, namespace: namespace, selection).items
  }

  /// Nil when the server has no such kind.
  private static func limits(
    _ plural: String, of namespace: Document, _ invocation: Invocation
  ) async throws -> [Document]? {
    let name = namespace["metadata"]?["name"]?.stringValue ?? ""
    do {
      let list = try await invocation.calls.send("GET", "/api/v1/namespaces/\(name)/\(plural)")
      return list["items"]?.listValue ?? []
    } catch let error as StatusError where error.isNotFound {
      return nil
    }
  }

  /// What the object has made, as its selector finds it.
  private static func addOffspring(
    _ object: any Describable, _ related: inout RelatedObjects, _ invocation: Invocation
  ) async throws {
    guard let selector = (object as? any PodOwner)?.podSelector else { return }
    let selection = Selection(labelSelector: selector.queryText, limit: 500)
    if object is Deployment {
      related.replicaSets =
        try await invocation.client.list(ReplicaSet.self, namespace: object.namespace, selection).items
    } else {
      related.pods = try await invocation.client.list(Pod.self, namespace: object.namespace, selection).items
    }
  }

  private static func addNodeCompany(
    _ node: Document, _ related: inout RelatedObjects, _ invocation: Invocation
  ) async throws {
    let name = node["metadata"]?["name"]?.stringValue ?? ""
    let selection = Selection(
      fieldSelector: "spec.nodeName=\(name),status.phase!=Failed,status.phase!=Succeeded", limit: 500)
    related.pods = try await invocation.client.list(Pod.self, selection).items
    do {
      related.lease = try await invocation.calls.send(
        "GET", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/\(name)")
    } catch let error as StatusError {
      related.leaseProblem = error.message
    }
  }
}

/// The description of a kind that has no words of its own: all of its fields, one a line.
enum GenericDescription {
  static func describe(_ object: Document, into description: inout Description, _ related: RelatedObjects) {
    let metadata = object["metadata"]
    description.field(0, "Name", metadata?["name"]?.stringValue ?? "")
    description.field(0, "Namespace", metadata?["namespace"]?.stringValue ?? "")
    description.pairs("Labels", texts(metadata?["labels"]))
    description.annotations(texts(metadata?["annotations"]))
    write(object.mapValue ?? DocumentMap(), at: "", level: 0, &description)
    description.events(related.events, now: related.now)
  }

  /// Told above already, or of interest to nobody.
  private static let skipped: Set<String> = [
    ".metadata.name", ".metadata.namespace", ".metadata.labels", ".metadata.annotations", ".metadata.managedFields",
  ]

  private static func texts(_ map: Document?) -> [String: String] {
    Dictionary((map?.mapValue?.entries ?? []).map { ($0.key, $0.value.plainText) }, uniquingKeysWith: { $1 })
  }

  private static func write(_ map: DocumentMap, at path: String, level: Int, _ description: inout Description) {
    for entry in map.sorted().entries where !skipped.contains("\(path).\(entry.key)") {
      let label = label(entry.key)
      switch entry.value.content {
      case .map(let inner):
        description.line(level, "\(label):")
        write(inner, at: "\(path).\(entry.key)", level: level + 1, &description)
      case .list(let list):
        description.line(level, "\(label):")
        for element in list {
          if let inner = element.mapValue {
            write(inner, at: "\(path).\(entry.key)", level: level + 1, &description)
          } else {
            description.line(level + 1, element.plainText)
          }
        }
      case .null: description.field(level, label, "<nil>")
      default: description.field(level, label, entry.value.plainText)
      }
    }
  }

  /// `creationTimestamp` becomes `Creation Timestamp`, `uid` becomes `UID`.
  static func label(_ field: String) -> String {
    var words: [String] = [""]
    var previousIsLower = false
    for character in field {
      if character.isUppercase, previousIsLower { words.append("") }
      words[words.count - 1].append(character)
      previousIsLower = character.isLowercase || character.isNumber
    }
    let shouted: Set<String> = ["api", "url", "uid", "osb", "guid"]
    return words.map { word in
      shouted.contains(word.lowercased()) ? word.uppercased() : word.prefix(1).uppercased() + word.dropFirst()
    }.joined(separator: " ")
  }
}
