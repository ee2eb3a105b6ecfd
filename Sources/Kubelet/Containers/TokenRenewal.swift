internal import ControlLoop
internal import KubernetesAPI
internal import ObjectSchema

/// Puts fresh tokens into the volumes of running pods before the old ones end.
struct TokenRenewal: Sendable {
  let context: KubeletContext
  /// The pods of the node.
  let pods: @Sendable () -> [Pod]

  /// A token in a pod.
  private struct Place: Hashable {
    let pod: String
    let volume: String
    let file: String
  }

  func run() async {
    var renewed: [Place: Timestamp] = [:]
    while true {
      do { try await context.time.sleep(for: .seconds(60)) } catch { return }
      let present = pods()
      let known = Set(present.map(\.uid))
      renewed = renewed.filter { known.contains($0.key.pod) }
      for pod in present where pod.status.phase == "Running" && pod.metadata.deletionTimestamp == nil {
        for (volume, token) in Self.tokens(of: pod) {
          let place = Place(pod: pod.uid, volume: volume.name ?? "", file: token.path ?? "")
          // The first one came with the pod. Whoever is new here and does not know of later ones renews too soon.
          guard let since = renewed[place] ?? pod.status.startTime, isOld(token, since) else { continue }
          // What fails now is tried again in a minute; the old token is good for a while yet.
          if (try? await volumes.renew(token, in: volume, of: pod)) != nil { renewed[place] = context.time.now() }
        }
      }
    }
  }

  private var volumes: PodVolumes {
    PodVolumes(
      client: context.client, configuration: context.configuration,
      hostAddresses: context.configuration.nodeAddresses)
  }

  /// After four fifths of its life, and in any case after a day.
  private func isOld(_ token: ServiceAccountTokenProjection, _ since: Timestamp) -> Bool {
    let age = context.time.now() - since
    return age > .seconds((token.expirationSeconds ?? 3600) * 4 / 5) || age > .seconds(24 * 3600)
  }

  private static func tokens(of pod: Pod) -> [(Volume, ServiceAccountTokenProjection)] {
    pod.spec.volumes.flatMap { volume in
      (volume.projected?.sources ?? []).compactMap { source in source.serviceAccountToken.map { (volume, $0) } }
    }
  }
}
