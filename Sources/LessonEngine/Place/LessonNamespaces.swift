public import ClusterClient
public import KubernetesAPI

/// The namespaces of lessons, seen from outside of any lesson.
public enum LessonNamespaces {
  /// Removes those of a pack, with all that is in them, and answers their names.
  ///
  /// - Parameter patience: For how long to wait until they are gone; they go on their way in any case.
  public static func remove(
    ofPack pack: String, _ client: ClusterClient, patience: Duration
  ) async throws(StatusError) -> [String] {
    let all = try await client.list(Namespace.self, Selection(labelSelector: LessonPlace.label)).items
    let own = all.filter { $0.metadata.labels[LessonPlace.label]?.hasPrefix(pack + ".") == true }.map(\.name)
    var atOnce = DeleteOptions()
    atOnce.gracePeriodSeconds = 0
    for name in own {
      // What cannot be removed by itself goes with the namespace, in its own time.
      for pod in (try? await client.list(Pod.self, namespace: name).items) ?? [] {
        try? await client.delete(Pod.self, pod.name, namespace: name, atOnce)
      }
      try await client.delete(Namespace.self, name)
    }
    let deadline = ContinuousClock.now + patience
    for name in own {
      while (try? await client.get(Namespace.self, name)) != nil, ContinuousClock.now < deadline, !Task.isCancelled {
        try? await Task.sleep(for: .milliseconds(20))
      }
    }
    return own
  }
}
