public import ClusterClient
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

extension FailedCommand {
  /// Why the command failed, with what the cluster knows about it.
  /// - Parameters:
  ///   - namespace: Of commands that name none.
  ///   - former: What is remembered of a pod that is gone.
  public func why(
    _ client: ClusterClient, namespace: String,
    former: (_ namespace: String, _ name: String) -> PodPast? = { _, _ in nil }
  ) async -> Explanation {
    let namespace = self.namespace ?? namespace
    let reading = reading()
    var explanation = reading.explanation
    explanation.statement = explanation.statement.replacing(
      "the namespace of the prompt", with: "the namespace \(namespace)")
    switch reading.clue {
    case .pod(let name):
      guard let story = try? await PodStory.gather(client, namespace: namespace, name: name) else {
        if let end = former(namespace, name)?.end {
          explanation.causes.append("the pod was deleted: it was gone \(PodStory.ago(end, .now()))")
          explanation.next = ["timeline pod/\(name)", "kubectl get pods"]
        }
        break
      }
      let why = story.why()
      if why.isWell { break }
      explanation.causes += [why.statement] + why.causes
      explanation.effects = why.effects
      explanation.next = why.next + explanation.next
    case .missing(let plural, let name):
      if plural == "pods", let past = former(namespace, name), let end = past.end {
        explanation.causes.append("a pod of that name was there; it was gone \(PodStory.ago(end, .now()))")
      }
      await look(for: name, plural, client, namespace, &explanation)
    case nil: break
    }
    // More would be a list to choose from, not advice.
    explanation.next = Array(explanation.next.prefix(4))
    return explanation
  }

  /// The same name elsewhere, or nearly the same here.
  private func look(
    for name: String, _ plural: String, _ client: ClusterClient, _ namespace: String,
    _ explanation: inout Explanation
  ) async {
    guard let resource = Resource.named(plural),
      let answer = try? await client.send("GET", resource.path()),
      let items = (try? Document.parse(json: answer))?["items"]?.listValue
    else { return }
    let known = items.compactMap { item -> (namespace: String, name: String)? in
      guard let metadata = item["metadata"], let name = metadata["name"]?.stringValue else { return nil }
      return (metadata["namespace"]?.stringValue ?? "", name)
    }
    let here = known.filter { $0.namespace == namespace || !resource.isNamespaced }.map(\.name)
    if let other = known.first(where: { $0.name == name && $0.namespace != namespace }) {
      explanation.causes.append("one of that name is in the namespace \(other.namespace)")
      explanation.next.insert(line() + " -n \(other.namespace)", at: 0)
    } else if let near = here.first(where: { $0.hasPrefix(name + "-") }) ?? Spelling.nearest(name, among: here) {
      explanation.causes.append("one with a similar name is there: \(near)")
      explanation.next.insert(line(replacing: name, with: near), at: 0)
    } else if here.isEmpty {
      explanation.causes.append("there is no \(resource.singular) at all" + (resource.isNamespaced ? " in it" : ""))
    }
  }
}
