internal import KubernetesAPI
internal import ObjectSchema
internal import Synchronization

/// When the tokens in the pods' volumes were given out.
final class TokenBook: Sendable {
  /// A token in a pod.
  struct Place: Hashable, Sendable {
    let pod: String
    let volume: String
    let file: String
  }

  private let issued = Mutex<[Place: Timestamp]>([:])

  func note(_ place: Place, issuedAt moment: Timestamp) { issued.withLock { $0[place] = moment } }

  func forget(_ pod: String) { issued.withLock { $0 = $0.filter { $0.key.pod != pod } } }

  /// After four fifths of its life, and in any case after a day.
  func isOld(_ place: Place, of pod: Pod, _ token: ServiceAccountTokenProjection, now: Timestamp) -> Bool {
    // The first one came with the pod. Whoever is new here and does not know of later ones renews too soon.
    guard let since = issued.withLock({ $0[place] }) ?? pod.status.startTime else { return true }
    let age = now - since
    return age > .seconds((token.expirationSeconds ?? 3600) * 4 / 5) || age > .seconds(24 * 3600)
  }
}
