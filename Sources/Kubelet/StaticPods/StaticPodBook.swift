internal import ClusterClient
internal import KubernetesAPI
internal import ObjectSchema

/// Which static pods are to be, which are still ending, and which the API shows: decides what is to be done next.
struct StaticPodBook {
  enum Step: Equatable {
    case start(Pod)
    case end(Pod)
    case show(Pod)
    case hide(Pod)
  }

  /// As the files say.
  private var wanted: [ObjectKey: Pod] = [:]
  /// Those with a worker, by their name: an old one may still be ending.
  private var running: [ObjectKey: Pod] = [:]
  private var mirrors: [ObjectKey: Pod] = [:]
  /// Before the files were read, no mirror is known to be wrong.
  private var isRead = false

  /// The files have changed.
  mutating func change(to pods: [Pod]) -> [Step] {
    var steps: [Step] = []
    let new = Dictionary(pods.map { (ObjectKey($0), $0) }) { first, _ in first }
    for (key, pod) in running where new[key]?.uid != pod.uid && wanted[key]?.uid == pod.uid { steps.append(.end(pod)) }
    wanted = new
    for key in new.keys.sorted() where running[key] == nil { steps += start(key) }
    if !isRead {
      isRead = true
      for key in mirrors.keys.sorted() where wanted[key] == nil { steps += show(key) }
    }
    return steps
  }

  /// The worker of a static pod has ended; nothing is left of it.
  mutating func ended(uid: String) -> [Step] {
    guard let key = running.first(where: { $0.value.uid == uid })?.key else { return [] }
    running[key] = nil
    if wanted[key] == nil { return mirrors[key].map { [.hide($0)] } ?? [] }
    return wanted[key]?.uid == uid ? [] : start(key)
  }

  /// The API shows something else than before; nil when it shows nothing.
  mutating func mirrorChanged(_ key: ObjectKey, to mirror: Pod?) -> [Step] {
    mirrors[key] = mirror
    return show(key)
  }

  /// What is known of a pod that is to be started, from before the kubelet was.
  func status(of pod: Pod) -> PodStatus? {
    mirrors[ObjectKey(pod)].flatMap { $0.mirrored == pod.uid ? $0.status : nil }
  }

  private mutating func start(_ key: ObjectKey) -> [Step] {
    guard let pod = wanted[key] else { return [] }
    running[key] = pod
    return [.start(pod)] + show(key)
  }

  private func show(_ key: ObjectKey) -> [Step] {
    guard isRead || wanted[key] != nil else { return [] }
    guard let mirror = mirrors[key] else { return wanted[key].map { [.show($0)] } ?? [] }
    let shown = wanted[key] ?? running[key]
    let isRight = mirror.mirrored == shown?.uid && mirror.metadata.deletionTimestamp == nil
    return isRight ? [] : [.hide(mirror)]
  }
}
