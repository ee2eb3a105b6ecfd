internal import ClusterClient
internal import ContainerRuntime
internal import ControlLoop
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema
internal import SystemIO

/// Holds one pod's lifecycle: performs its effects and brings back what came of them.
///
/// All of a pod's state is a local variable of `run`; effects are child tasks, so that a slow pull or a long hook
/// never keeps the lifecycle from hearing of a deletion.
struct PodWorker: Sendable {
  let context: KubeletContext
  let events: AsyncStream<PodLifecycle.Event>
  let deliver: AsyncStream<PodLifecycle.Event>.Continuation

  /// Returns when nothing of the pod is left, or when cancelled: then its containers run on.
  func run(_ lifecycle: PodLifecycle) async {
    let reporter = PodStatusReporter(context: context, deliver: deliver)
    await withDiscardingTaskGroup { group in
      var lifecycle = lifecycle
      var alarm: Timestamp?
      group.addTask { await reporter.run() }
      context.board.post(lifecycle.pod, lifecycle.status(at: context.time.now()))
      var effects = lifecycle.begin(at: context.time.now())
      var iterator = events.makeAsyncIterator()
      repeat {
        for effect in effects {
          switch effect {
          case .record(let note, let fieldPath):
            context.recorder.record(lifecycle.pod.reference(fieldPath: fieldPath), note)
          case .report(let status):
            context.board.post(lifecycle.pod, status)
            reporter.report(status, of: lifecycle.pod)
          case .deletePod: reporter.delete(lifecycle.pod, last: lifecycle.reported)
          case .finish:
            context.board.remove(lifecycle.pod)
            await PodVolumes(context: context, pod: lifecycle.pod).remove()
            removeLogs(of: lifecycle.pod)
          // Awaited here: a pod that is told to be over has left nothing.
          case .removeVolumes: await PodVolumes(context: context, pod: lifecycle.pod).remove()
          case .wakeAt(let moment):
            if let alarm, alarm > context.time.now(), alarm <= moment { continue }
            alarm = moment
            group.addTask { [self] in
              if (try? await context.time.sleep(until: moment)) != nil { deliver.yield(.timeCame) }
            }
          default:
            let work = PodWork(
              context: context, pod: lifecycle.pod, addresses: lifecycle.addresses, sandboxID: lifecycle.sandboxID)
            group.addTask { [self] in
              for event in await work.perform(effect) { deliver.yield(event) }
            }
          }
        }
        if lifecycle.isGone { break }
        guard let event = await iterator.next() else { break }
        effects = lifecycle.handle(event, at: context.time.now())
      } while true
      group.cancelAll()
    }
  }

  private func removeLogs(of pod: Pod) {
    // Whatever cannot be removed now is swept when the kubelet starts the next time.
    try? Files.removeTree(context.configuration.logDirectory(namespace: pod.namespace, name: pod.name, uid: pod.uid))
  }
}

/// What every worker of a kubelet shares.
struct KubeletContext: Sendable {
  let client: ClusterClient
  let runtime: any Runtime
  let network: any NodeNetwork
  let recorder: EventRecorder
  let time: any TimeSource
  let configuration: KubeletConfiguration
  /// Where the identities of containers come from.
  let randomness: @Sendable () -> UInt64
  /// All services of the cluster, for the variables that tell containers of them.
  let services: Mirror<Service>
  let facts = MachineFacts.read()
  let tokens = TokenBook()
  let board = StatusBoard()
  let sessions = SessionHost()
  let usage = UsageBook()
  let journal = RuntimeJournal()
  /// Called now and then, after a request that a server has answered.
  let serverAnswered: @Sendable () async -> Void

  /// The node, as what an event is about.
  var nodeReference: ObjectReference {
    var reference = ObjectReference()
    reference.kind = "Node"
    reference.name = configuration.nodeName
    // Kubelets speak of their node by its name alone.
    reference.uid = configuration.nodeName
    return reference
  }
}
