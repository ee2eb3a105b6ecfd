public import ClusterClient
public import ContainerRuntime
public import ControlLoop
internal import Documents
public import KubernetesAPI
internal import ObjectSchema
internal import SystemIO

/// A node's agent: it runs the pods that are bound to its node and tells the API what becomes of them.
///
/// It speaks only to the API and to the runtime. It may end at any time: the containers run on, and the next kubelet
/// of the node adopts them.
public struct KubeletService: Sendable {
  /// How probes call themselves.
  public static let probeUserAgent = HTTPProbe.userAgent

  /// On sandboxes that are no pod's and none of this kubelet's business: what builds images takes them away itself.
  public static let buildLabel = PodLabels.imageBuild

  private let context: KubeletContext
  private let mirror: Mirror<Pod>
  /// The node itself, as the API has it.
  private let node: Mirror<Node>

  /// - Parameters:
  ///   - randomness: Where the identities of sandboxes and containers come from.
  ///   - serverAnswered: Called with each sign of life that a control plane has taken.
  public init(
    client: ClusterClient, runtime: any Runtime, configuration: KubeletConfiguration,
    network: any NodeNetwork, time: any TimeSource = SystemTime(),
    randomness: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) },
    serverAnswered: @escaping @Sendable () async -> Void = {}
  ) {
    context = KubeletContext(
      client: client, runtime: runtime, network: network,
      recorder: EventRecorder(client: client, component: "kubelet", host: configuration.nodeName, time: time),
      time: time, configuration: configuration, randomness: randomness,
      services: Mirror(client, pause: { try await time.sleep(for: $0) }), serverAnswered: serverAnswered)
    mirror = Mirror(
      client, Selection(fieldSelector: "spec.nodeName=\(configuration.nodeName)"),
      pause: { try await time.sleep(for: $0) })
    node = Mirror(
      client, Selection(fieldSelector: "metadata.name=\(configuration.nodeName)"),
      pause: { try await time.sleep(for: $0) })
  }

  /// Serves logs, exec and the like to the API server.
  public var endpoint: any APIEndpoint { KubeletEndpoint(context: context) }

  /// Keeps the node until cancelled.
  public func run() async throws {
    let (inbox, post) = AsyncStream.makeStream(of: Message.self)
    let runtimeEvents = context.runtime.events()
    let (references, referenced) = AsyncStream.makeStream(of: ReferenceWatch.Message.self)
    let refresh: @Sendable (String) -> Void = { post.yield(.event(uid: $0, .volumesOutdated)) }
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { await context.recorder.run() }
      group.addTask { await context.sessions.run() }
      group.addTask { try await context.services.run() }
      group.addTask { try await node.run() }
      group.addTask { await NodeKeeper(context: context).run() }
      group.addTask { await UsageReport(context: context).run() }
      group.addTask { await ContainerGarbage(context: context).run() }
      group.addTask { await ImageGarbage(context: context).run() }
      group.addTask { await TokenRenewal(context: context, pods: { mirror.objects }, refresh: refresh).run() }
      group.addTask {
        await ReferenceWatch(context: context, inbox: references, post: referenced, refresh: refresh).run()
      }
      group.addTask {
        let evict: @Sendable (String, String) -> Void = { post.yield(.event(uid: $0, .evicted(message: $1))) }
        await EmptyDirLimits(context: context, pods: { mirror.objects }, evict: evict).run()
      }
      if let path = context.configuration.staticPodPath {
        group.addTask { await StaticPodFolder(context: context, path: path).run { post.yield(.staticPods($0)) } }
      }
      group.addTask {
        try await mirror.run { _, old, new in
          post.yield(.pod(old: old, new: new))
          if let old, old.uid != new?.uid { referenced.yield(.went(uid: old.uid)) }
          if let new, new.uid != old?.uid { referenced.yield(.came(new)) }
        }
      }
      group.addTask {
        for await event in runtimeEvents { post.yield(.runtime(event)) }
      }
      group.addTask { try await keepPods(inbox, post) }
    }
  }

  private enum Message: Sendable {
    case pod(old: Pod?, new: Pod?)
    case runtime(RuntimeEvent)
    /// For the worker of a pod.
    case event(uid: String, PodLifecycle.Event)
    case workerEnded(uid: String)
    /// All of them, as the node's files say.
    case staticPods([Pod])
  }

  private typealias Mailbox = AsyncStream<PodLifecycle.Event>.Continuation

  /// The one owner of the workers: hands every message to the worker that it is for.
  private func keepPods(_ inbox: AsyncStream<Message>, _ post: AsyncStream<Message>.Continuation) async throws {
    await mirror.waitUntilFilled()
    await node.waitUntilFilled()
    let inventory = try await context.runtime.inventory()
    await withDiscardingTaskGroup { group in
      var mailboxes: [String: Mailbox] = [:]
      // What takes room on the node, by uid.
      var admitted: [String: Pod] = [:]
      func employ(_ lifecycle: PodLifecycle) {
        let uid = lifecycle.pod.uid
        let (events, deliver) = AsyncStream.makeStream(of: PodLifecycle.Event.self)
        mailboxes[uid] = deliver
        let worker = PodWorker(context: context, events: events, deliver: deliver)
        group.addTask {
          await worker.run(lifecycle)
          post.yield(.workerEnded(uid: uid))
        }
      }
      var statics = StaticPodBook()
      func take(_ steps: [StaticPodBook.Step], _ inventory: Inventory, pause: Duration = .zero) {
        let mirrors = MirrorPods(context: context)
        for step in steps {
          switch step {
          case .start(var pod):
            pod.status = statics.status(of: pod) ?? pod.status
            meet(pod, inventory)
          case .end(var pod):
            pod.metadata.deletionTimestamp = context.time.now()
            pod.metadata.deletionGracePeriodSeconds = pod.spec.terminationGracePeriodSeconds ?? 30
            mailboxes[pod.uid]?.yield(.podVanished(pod))
          case .show(let pod):
            group.addTask {
              await mirrors.show(pod, after: pause)
              post.yield(.event(uid: pod.uid, .shownAnew))
            }
          case .hide(let mirror): group.addTask { await mirrors.remove(mirror) }
          }
        }
      }
      func meet(_ pod: Pod, _ inventory: Inventory) {
        if pod.mirrored != nil { return take(statics.mirrorChanged(ObjectKey(pod), to: pod), inventory) }
        if let mailbox = mailboxes[pod.uid] {
          mailbox.yield(.podChanged(pod))
        } else {
          let remarks = context.runtime.shortcomings.notes(on: pod.spec)
          let refusal = refusal(of: pod, beside: admitted.values)
          if refusal == nil { admitted[pod.uid] = pod }
          employ(
            PodLifecycle(
              pod, adopting: inventory, hostAddresses: context.configuration.nodeAddresses, refusal: refusal,
              remarks: remarks, now: context.time.now()))
        }
      }

      // Looked at before anything is made: the files of a pod that comes later are no leftovers.
      let files = PodVolumes.uids(context.configuration)
      let logs = (try? Files.list(context.configuration.logDirectory)) ?? []
      let pods = mirror.objects
      for pod in pods { meet(pod, inventory) }
      // What the node's files ask for must be known before anything is swept.
      var known: Set<String>? = Set(pods.map(\.uid))
      if context.configuration.staticPodPath == nil { sweepOnce() }
      func sweepOnce() {
        guard let keeping = known else { return }
        known = nil
        group.addTask { await sweep(inventory, files, logs, keeping) }
      }

      for await message in inbox {
        switch message {
        case .staticPods(let pods):
          take(statics.change(to: pods), known == nil ? Inventory() : inventory)
          known?.formUnion(pods.map(\.uid))
          sweepOnce()
        case .pod(let old?, nil) where old.mirrored != nil:
          // Whoever waits for the end of an object must have the time to see it, before there is another one.
          take(statics.mirrorChanged(ObjectKey(old), to: nil), Inventory(), pause: .milliseconds(300))
        case .pod(let old, let new?):
          if let old, old.uid != new.uid { mailboxes[old.uid]?.yield(.podVanished(old)) }
          meet(new, Inventory())
        case .pod(let old?, nil):
          admitted[old.uid] = nil
          mailboxes[old.uid]?.yield(.podVanished(old))
        case .pod(nil, nil): break
        case .event(let uid, let event): mailboxes[uid]?.yield(event)
        case .workerEnded(let uid):
          mailboxes[uid] = nil
          admitted[uid] = nil
          take(statics.ended(uid: uid), Inventory())
        case .runtime(.containerExited(let id)):
          guard let record = try? await context.runtime.container(id), case .exited(_, let status) = record.state,
            let uid = record.spec.labels[PodLabels.podUID]
          else { continue }
          let message = LastWords.of(record.spec, status)
          mailboxes[uid]?.yield(.containerExited(id: id, status, message: message))
        case .runtime(.sandboxExited(let id)):
          for mailbox in mailboxes.values { mailbox.yield(.sandboxExited(id: id)) }
        }
      }
      group.cancelAll()
    }
  }

  private func refusal(of pod: Pod, beside admitted: some Collection<Pod>) -> NodeAdmission.Refusal? {
    // It was taken already, by the kubelet before this one.
    if pod.status.startTime != nil { return nil }
    let others = admitted.filter { pod in
      let phase = (context.board[ObjectKey(pod)] ?? pod).status.phase
      return phase != "Succeeded" && phase != "Failed"
    }
    let now = context.time.now()
    let node =
      node.objects.first ?? NodeDescription(configuration: context.configuration, facts: context.facts).node(now: now)
    return NodeAdmission.refusal(of: pod, on: node, beside: others)
  }

  /// Takes away what is left of pods that vanished while no kubelet was there.
  private func sweep(
    _ inventory: Inventory, _ files: Set<String>, _ logs: [String], _ known: Set<String>
  ) async {
    let others = inventory.sandboxes.filter { $0.spec.labels[PodLabels.imageBuild] == nil }
    for sandbox in others where !known.contains(sandbox.spec.podUID) {
      try? await context.runtime.removeSandbox(sandbox.spec.id)
    }
    await PodVolumes.sweep(files.subtracting(known), context)
    let configuration = context.configuration
    for name in logs {
      let uid = name.split(separator: "_").last.map(String.init) ?? ""
      if !known.contains(uid) { try? Files.removeTree("\(configuration.logDirectory)/\(name)") }
    }
  }
}
