internal import ClusterClient
internal import Documents
internal import KubernetesAPI

/// `POD` or `pod/NAME`: the pod that an argument means.
enum PodArgument {
  static func find(_ argument: String, _ invocation: Invocation) async throws -> Pod {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if parts.count == 1 {
      return try await invocation.client.get(Pod.self, argument, namespace: invocation.namespace)
    }
    if parts.count > 2 { throw Failure("arguments in resource/name form may not have more than one slash") }
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
      throw Failure("arguments in resource/name form must have a single resource and name")
    }
    let kind = try await invocation.discovery.find(parts[0])
    if kind.kind == "Pod" {
      return try await invocation.client.get(Pod.self, parts[1], namespace: invocation.namespace)
    }
    let owner = try await invocation.calls.get(kind, invocation.namespace, parts[1])
    return try await firstPod(of: owner, kind, invocation)
  }

  /// One of the pods that an object such as a deployment or a service selects; running ones first.
  private static func firstPod(of owner: Document, _ kind: ResourceKind, _ invocation: Invocation) async throws -> Pod {
    let selector = owner["spec"]?["selector"]
    let labels = (selector?["matchLabels"] ?? selector)?.mapValue ?? DocumentMap()
    if labels.isEmpty {
      let name = owner["metadata"]?["name"]?.stringValue ?? ""
      let type = "*\(kind.version).\(kind.kind)"
      throw Failure(
        kind.kind == "Service"
          ? "cannot attach to \(type): invalid service '\(name)': Service is defined without a selector"
          : "cannot attach to \(type): it selects no pods")
    }
    let text = labels.sorted().entries.map { "\($0.key)=\($0.value.plainText)" }.joined(separator: ",")
    let pods = try await invocation.client.list(
      Pod.self, namespace: invocation.namespace, Selection(labelSelector: text)
    ).items
    guard let pod = pods.first(where: { $0.status.phase == "Running" }) ?? pods.first else {
      throw Failure("timed out waiting for the condition")
    }
    return pod
  }
}

/// Which container of a pod is meant.
enum PodContainers {
  static let defaultAnnotation = "kubectl.kubernetes.io/default-container"

  /// The named one; else the one that the pod's annotation names; else the first, which is said aloud.
  static func choose(
    _ name: String, in pod: Pod, _ invocation: Invocation, isChecked: Bool = true, isQuiet: Bool = false
  ) async throws
    -> String
  {
    let names = pod.spec.containers.map { $0.name ?? "" }
    let initNames = pod.spec.initContainers.map { $0.name ?? "" }
    let ephemeralNames = pod.spec.ephemeralContainers.map { $0.name ?? "" }
    if !name.isEmpty {
      if isChecked, !(names + initNames + ephemeralNames).contains(name) {
        throw Failure("container \(name) is not valid for pod \(pod.name)")
      }
      return name
    }
    if let chosen = pod.metadata.annotations[defaultAnnotation], !chosen.isEmpty {
      if (names + initNames + ephemeralNames).contains(chosen) { return chosen }
      await invocation.io.printError(
        "Default container name \"\(chosen)\" not found in pod \(pod.name)\n")
    }
    guard let first = names.first else { throw Failure("pod \(pod.name) has no containers") }
    if !isQuiet, names.count + initNames.count + ephemeralNames.count > 1 {
      let all = names + ephemeralNames.map { "\($0) (ephem)" } + initNames.map { "\($0) (init)" }
      await invocation.io.printError(
        "Defaulted container \"\(first)\" out of: \(all.joined(separator: ", "))\n")
    } else if invocation[SharedFlags.verbosity] >= 4 {
      await invocation.log("podcmd.go:88", "Defaulting container name to \(first)")
    }
    return first
  }
}
