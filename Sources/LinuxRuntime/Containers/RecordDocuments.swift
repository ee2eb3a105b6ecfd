internal import ContainerRuntime
internal import Documents

/// What a restarted kubelet must know of a sandbox or container that it did not make itself: their specs as documents.
enum RecordDocuments {
  static func document(_ spec: SandboxSpec, address: IPv4Address?, createdAt: Int64) -> Document {
    [
      "id": .string(spec.id), "podUID": .string(spec.podUID), "podName": .string(spec.podName),
      "podNamespace": .string(spec.podNamespace), "attempt": .integer(spec.attempt),
      "hostname": .string(spec.hostname), "network": .string(spec.network.rawValue),
      "processes": .string(spec.processes.rawValue), "ipc": .string(spec.ipc.rawValue),
      "qosClass": .string(spec.qosClass.rawValue), "resources": document(spec.resources),
      "sysctls": document(spec.sysctls), "labels": document(spec.labels),
      "address": address.map { .string("\($0)") } ?? .null, "createdAt": .integer(createdAt),
    ]
  }

  static func sandbox(_ document: Document) -> (spec: SandboxSpec, address: IPv4Address?, createdAt: Int64)? {
    guard let id = text(document["id"]), let podUID = text(document["podUID"]), let name = text(document["podName"]),
      let namespace = text(document["podNamespace"]), let hostname = text(document["hostname"]),
      let network = NamespaceMode(rawValue: text(document["network"]) ?? ""),
      let processes = NamespaceMode(rawValue: text(document["processes"]) ?? ""),
      let ipc = NamespaceMode(rawValue: text(document["ipc"]) ?? ""),
      let qosClass = QualityOfService(rawValue: text(document["qosClass"]) ?? ""),
      let createdAt = document["createdAt"]?.integerValue
    else { return nil }
    var spec = SandboxSpec(
      id: id, podUID: podUID, podName: name, podNamespace: namespace, attempt: number(document["attempt"]),
      hostname: hostname)
    (spec.network, spec.processes, spec.ipc, spec.qosClass) = (network, processes, ipc, qosClass)
    spec.resources = resources(document["resources"])
    spec.sysctls = map(document["sysctls"])
    spec.labels = map(document["labels"])
    return (spec, text(document["address"]).flatMap { IPv4Address($0) }, createdAt)
  }

  static func document(_ spec: ContainerSpec, createdAt: Int64) -> Document {
    [
      "id": .string(spec.id), "sandboxID": .string(spec.sandboxID), "name": .string(spec.name),
      "attempt": .integer(spec.attempt), "imageID": .string(spec.imageID), "command": document(spec.command),
      "arguments": document(spec.arguments),
      "environment": .list(spec.environment.map { ["name": .string($0.name), "value": .string($0.value)] }),
      "workingDirectory": document(spec.workingDirectory),
      "mounts": .list(
        spec.mounts.map {
          [
            "source": .string($0.source), "part": .string($0.part), "target": .string($0.target),
            "isReadOnly": .bool($0.isReadOnly), "isRecursivelyReadOnly": .bool($0.isRecursivelyReadOnly),
          ]
        }),
      "files": document(spec.files), "user": document(spec.user), "security": document(spec.security),
      "resources": document(spec.resources), "processesOf": document(spec.processesOf),
      "hasTerminal": .bool(spec.hasTerminal),
      "keepsInputOpen": .bool(spec.keepsInputOpen),
      "closesInputAfterFirstAttach": .bool(spec.closesInputAfterFirstAttach),
      "stopSignal": .integer(spec.stopSignal), "outOfMemoryScore": .integer(Int64(spec.outOfMemoryScore)),
      "logPath": .string(spec.logPath),
      "logRotation": [
        "fileSize": .integer(spec.logRotation.fileSize), "files": .integer(spec.logRotation.files),
        "patience": .integer(spec.logRotation.patience),
      ],
      "terminationMessageFile": document(spec.terminationMessageFile),
      "terminationMessagePath": document(spec.terminationMessagePath),
      "writableLayer": document(spec.writableLayer), "labels": document(spec.labels),
      "createdAt": .integer(createdAt),
    ]
  }

  static func container(_ document: Document) -> (spec: ContainerSpec, createdAt: Int64)? {
    guard let id = text(document["id"]), let sandboxID = text(document["sandboxID"]),
      let name = text(document["name"]), let imageID = text(document["imageID"]),
      let logPath = text(document["logPath"]), let createdAt = document["createdAt"]?.integerValue
    else { return nil }
    var spec = ContainerSpec(
      id: id, sandboxID: sandboxID, name: name, attempt: number(document["attempt"]), imageID: imageID,
      logPath: logPath)
    spec.command = list(document["command"])
    spec.arguments = list(document["arguments"])
    spec.environment = (document["environment"]?.listValue ?? []).map {
      EnvironmentVariable(text($0["name"]) ?? "", text($0["value"]) ?? "")
    }
    spec.workingDirectory = text(document["workingDirectory"])
    spec.mounts = (document["mounts"]?.listValue ?? []).map {
      Mount(
        source: text($0["source"]) ?? "", part: text($0["part"]) ?? "", target: text($0["target"]) ?? "",
        isReadOnly: truth($0["isReadOnly"]), isRecursivelyReadOnly: truth($0["isRecursivelyReadOnly"]))
    }
    spec.files = map(document["files"])
    spec.user = user(document["user"])
    spec.security = security(document["security"])
    spec.resources = resources(document["resources"])
    if let rotation = document["logRotation"], let size = rotation["fileSize"]?.integerValue {
      spec.logRotation = LogRotation(
        fileSize: size, files: number(rotation["files"]), patience: rotation["patience"]?.integerValue ?? 0)
    }
    spec.processesOf = text(document["processesOf"])
    spec.hasTerminal = truth(document["hasTerminal"])
    spec.keepsInputOpen = truth(document["keepsInputOpen"])
    spec.closesInputAfterFirstAttach = truth(document["closesInputAfterFirstAttach"])
    spec.outOfMemoryScore = number(document["outOfMemoryScore"])
    spec.stopSignal = (document["stopSignal"]?.integerValue).map { Int32(truncatingIfNeeded: $0) } ?? spec.stopSignal
    spec.terminationMessageFile = text(document["terminationMessageFile"])
    spec.terminationMessagePath = text(document["terminationMessagePath"])
    spec.writableLayer = text(document["writableLayer"])
    spec.labels = map(document["labels"])
    return (spec, createdAt)
  }

  private static func document(_ user: UserSpec) -> Document {
    [
      "user": user.user.map { .integer($0) } ?? .null, "group": user.group.map { .integer($0) } ?? .null,
      "hasNoGroupsOfTheImage": .bool(user.hasNoGroupsOfTheImage),
      "supplementaryGroups": .list(user.supplementaryGroups.map { .integer($0) }),
    ]
  }

  private static func user(_ document: Document?) -> UserSpec {
    var user = UserSpec()
    user.user = document?["user"]?.integerValue.map { UInt32(truncatingIfNeeded: $0) }
    user.group = document?["group"]?.integerValue.map { UInt32(truncatingIfNeeded: $0) }
    user.hasNoGroupsOfTheImage = truth(document?["hasNoGroupsOfTheImage"])
    user.supplementaryGroups = (document?["supplementaryGroups"]?.listValue ?? []).compactMap {
      $0.integerValue.map { UInt32(truncatingIfNeeded: $0) }
    }
    return user
  }

  private static func document(_ security: SecuritySpec) -> Document {
    [
      "isPrivileged": .bool(security.isPrivileged), "hasReadOnlyRoot": .bool(security.hasReadOnlyRoot),
      "allowsPrivilegeEscalation": .bool(security.allowsPrivilegeEscalation),
      "addedCapabilities": document(security.addedCapabilities),
      "droppedCapabilities": document(security.droppedCapabilities), "systemCalls": document(security.systemCalls),
    ]
  }

  private static func document(_ policy: SystemCallPolicy) -> Document {
    switch policy {
    case .unconfined: ["type": "unconfined"]
    case .runtimeDefault: ["type": "runtimeDefault"]
    case .profile(let path, let content):
      ["type": "profile", "path": .string(path), "content": .string(content)]
    }
  }

  private static func systemCalls(_ document: Document?) -> SystemCallPolicy {
    switch text(document?["type"]) {
    case "runtimeDefault": .runtimeDefault
    case "profile": .profile(path: text(document?["path"]) ?? "", content: text(document?["content"]) ?? "")
    default: .unconfined
    }
  }

  private static func security(_ document: Document?) -> SecuritySpec {
    var security = SecuritySpec()
    security.isPrivileged = truth(document?["isPrivileged"])
    security.hasReadOnlyRoot = truth(document?["hasReadOnlyRoot"])
    security.allowsPrivilegeEscalation = truth(document?["allowsPrivilegeEscalation"])
    security.addedCapabilities = list(document?["addedCapabilities"])
    security.droppedCapabilities = list(document?["droppedCapabilities"])
    security.systemCalls = systemCalls(document?["systemCalls"])
    return security
  }

  private static func document(_ limits: ResourceLimits) -> Document {
    func value(_ number: Int64?) -> Document { number.map { .integer($0) } ?? .null }
    return [
      "memoryBytes": value(limits.memoryBytes), "cpuMillicores": value(limits.cpuMillicores),
      "cpuRequestMillicores": value(limits.cpuRequestMillicores), "processes": value(limits.processes),
    ]
  }

  private static func resources(_ document: Document?) -> ResourceLimits {
    var limits = ResourceLimits()
    limits.memoryBytes = document?["memoryBytes"]?.integerValue
    limits.cpuMillicores = document?["cpuMillicores"]?.integerValue
    limits.cpuRequestMillicores = document?["cpuRequestMillicores"]?.integerValue
    limits.processes = document?["processes"]?.integerValue
    return limits
  }

  private static func document(_ texts: [String]) -> Document { .list(texts.map { .string($0) }) }

  private static func document(_ text: String?) -> Document { text.map { .string($0) } ?? .null }

  private static func document(_ map: [String: String]) -> Document {
    .map(DocumentMap(map.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
  }

  private static func text(_ document: Document?) -> String? { document?.stringValue }
  private static func truth(_ document: Document?) -> Bool { document?.boolValue ?? false }
  private static func number(_ document: Document?) -> Int { Int(document?.integerValue ?? 0) }
  private static func list(_ document: Document?) -> [String] {
    (document?.listValue ?? []).compactMap(\.stringValue)
  }
  private static func map(_ document: Document?) -> [String: String] {
    Dictionary(
      (document?.mapValue?.entries ?? []).map { ($0.key, $0.value.stringValue ?? "") }, uniquingKeysWith: { $1 })
  }
}
