internal import ClusterClient
internal import ControlLoop
internal import KubernetesAPI

/// Watches the ConfigMaps and Secrets that volumes of the node's pods show, each once and only as long as a pod has it.
struct ReferenceWatch: Sendable {
  enum Message: Sendable {
    case came(Pod)
    case went(uid: String)
    case changed(DataReference)
  }

  let context: KubeletContext
  let inbox: AsyncStream<Message>
  let post: AsyncStream<Message>.Continuation
  /// Has the volumes of a pod brought up to date.
  let refresh: @Sendable (_ uid: String) -> Void

  private struct Watched {
    var pods: Set<String>
    /// Finished when nobody needs the object any more.
    let need: AsyncStream<Never>.Continuation
  }

  func run() async {
    await withDiscardingTaskGroup { group in
      var watched: [DataReference: Watched] = [:]
      for await message in inbox {
        switch message {
        case .came(let pod):
          for reference in VolumeContent.references(of: pod) {
            if watched[reference]?.pods.insert(pod.uid) != nil { continue }
            let (needed, need) = AsyncStream.makeStream(of: Never.self)
            watched[reference] = Watched(pods: [pod.uid], need: need)
            group.addTask { await follow(reference, while: needed) }
          }
        case .went(let uid):
          for reference in watched.keys where watched[reference]?.pods.remove(uid) != nil {
            guard watched[reference]?.pods.isEmpty == true else { continue }
            watched.removeValue(forKey: reference)?.need.finish()
          }
        case .changed(let reference): for uid in watched[reference]?.pods ?? [] { refresh(uid) }
        }
      }
      group.cancelAll()
    }
  }

  private func follow(_ reference: DataReference, while needed: AsyncStream<Never>) async {
    await withTaskGroup { group in
      group.addTask {
        switch reference.kind {
        case .configMap: await follow(ConfigMap.self, reference)
        case .secret: await follow(Secret.self, reference)
        }
      }
      group.addTask { for await _ in needed {} }
      await group.next()
      group.cancelAll()
    }
  }

  private func follow<Object: NamedObject>(_ type: Object.Type, _ reference: DataReference) async {
    let selection = Selection(fieldSelector: "metadata.name=\(reference.name)")
    let mirror = Mirror<Object>(
      context.client, namespace: reference.namespace, selection,
      pause: { [time = context.time] in try await time.sleep(for: $0) })
    try? await mirror.run { _, _, _ in post.yield(.changed(reference)) }
  }
}
