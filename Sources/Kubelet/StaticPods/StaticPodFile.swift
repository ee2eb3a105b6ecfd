internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// A file of the node that describes a pod, which the kubelet runs without being asked by anybody.
enum StaticPodFile {
  /// Why a file describes no pod that could be run.
  struct Problem: Error, Equatable {
    var message: String
  }

  /// The pod, made complete as the API server would. What it is called, and which one it is, follow from the node and
  /// from the file's content: the same file gives the same pod.
  static func pod(_ content: [UInt8], path: String, node: String, seen: Timestamp) throws(Problem) -> Pod {
    var pod = try decode(content)
    let identity = Array("host:\(node),file:\(path),".utf8) + content
    let hash = SHA1.digest(identity).prefix(16).map { byte in
      let text = String(byte, radix: 16)
      return byte < 16 ? "0" + text : text
    }.joined()
    if pod.metadata.uid?.isEmpty ?? true { pod.metadata.uid = hash }
    guard let name = pod.metadata.name, !name.isEmpty else { throw Problem(message: "the pod has no name") }
    pod.metadata.name = "\(name)-\(node.lowercased())"
    if pod.metadata.namespace?.isEmpty ?? true { pod.metadata.namespace = "default" }
    pod.metadata.creationTimestamp = seen.toTheSecond
    pod.metadata.annotations["kubernetes.io/config.source"] = "file"
    pod.metadata.annotations["kubernetes.io/config.seen"] = seen.nanoText
    pod.metadata.annotations["kubernetes.io/config.hash"] = hash
    pod.spec.nodeName = node
    // It is part of its node: no condition of the node drives it away.
    var everything = Toleration()
    everything.operator = "Exists"
    everything.effect = "NoExecute"
    pod.spec.tolerations.append(everything)
    return try completed(pod)
  }

  private static func decode(_ content: [UInt8]) throws(Problem) -> Pod {
    let documents: [Document]
    do {
      documents = try Document.parse(yaml: String(decoding: content, as: UTF8.self)).filter { $0 != .null }
    } catch {
      throw Problem(message: "\(error)")
    }
    guard documents.count == 1, let document = documents.first else {
      throw Problem(message: "it holds \(documents.count) objects, and is to hold one pod")
    }
    guard document["kind"] == "Pod", document["apiVersion"] == "v1" else {
      let kind = "\(document["apiVersion"]?.plainText ?? "?") \(document["kind"]?.plainText ?? "?")"
      throw Problem(message: "it holds a \(kind), and is to hold a v1 Pod")
    }
    let (pod, report) = Pod.decode(document)
    if let mismatch = report.mismatches.first {
      throw Problem(message: "line \(mismatch.line): \(mismatch.message)")
    }
    if let problem = report.strictProblems.first { throw Problem(message: "line \(problem.line): \(problem.message)") }
    return pod
  }

  private static func completed(_ pod: Pod) throws(Problem) -> Pod {
    var object: any NamedObject = pod
    Pod.resource.applyDefaults(&object)
    Pod.resource.prepareForCreation(&object)
    let errors = Pod.resource.check(object) + Pod.resource.checkCreation(object)
    guard errors.isEmpty, let completed = object as? Pod else {
      throw Problem(message: errors.map(\.description).joined(separator: ", "))
    }
    return completed
  }
}

extension Pod {
  /// Run by its node because of a file there.
  var isStatic: Bool { metadata.annotations["kubernetes.io/config.source"] == "file" && mirrored == nil }

  /// Which static pod the API shows by this object; nil for a pod of its own.
  var mirrored: String? { metadata.annotations[Self.mirrorAnnotation] }

  static let mirrorAnnotation = "kubernetes.io/config.mirror"
}
