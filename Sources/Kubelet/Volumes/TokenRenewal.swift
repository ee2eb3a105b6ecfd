internal import ControlLoop
internal import KubernetesAPI
internal import ObjectSchema

/// Finds the tokens in the volumes of running pods that are growing old, before they end.
struct TokenRenewal: Sendable {
  let context: KubeletContext
  /// The pods of the node.
  let pods: @Sendable () -> [Pod]
  /// Has the volumes of a pod brought up to date.
  let refresh: @Sendable (_ uid: String) -> Void

  func run() async {
    while true {
      do { try await context.time.sleep(for: .seconds(60)) } catch { return }
      let now = context.time.now()
      // What fails now is tried again in a minute; the old token is good for a while yet.
      for pod in pods() where pod.status.phase == "Running" && pod.metadata.deletionTimestamp == nil {
        if Self.tokens(of: pod).contains(where: { context.tokens.isOld($0.place, of: pod, $0.token, now: now) }) {
          refresh(pod.uid)
        }
      }
    }
  }

  private static func tokens(
    of pod: Pod
  ) -> [(place: TokenBook.Place, token: ServiceAccountTokenProjection)] {
    pod.spec.volumes.flatMap { volume in
      (volume.projected?.sources ?? []).compactMap(\.serviceAccountToken).map { token in
        (TokenBook.Place(pod: pod.uid, volume: volume.name ?? "", file: token.path ?? "token"), token)
      }
    }
  }
}
