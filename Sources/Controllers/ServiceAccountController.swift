public import ClusterClient
public import ControlLoop
internal import KubernetesAPI

/// Sees to it that every namespace has an account called `default`, which pods speak as that name no other.
public final class ServiceAccountController: Sendable {
  private let furnisher: NamespaceFurnisher<ServiceAccount>

  public init(client: ClusterClient, time: any TimeSource = SystemTime()) {
    // Whatever is done to the account, it is there: that is all that is asked of it.
    furnisher = NamespaceFurnisher(client, name: "default", time: time) { $0 }
  }

  /// Works until cancelled.
  public func run() async throws { try await furnisher.run() }
}
