public import ClusterClient
public import ControlLoop
internal import KubernetesAPI

/// Puts the certificate of the cluster's authority into every namespace, where pods mount it beside their token.
public final class RootCertificatePublisher: Sendable {
  private let furnisher: NamespaceFurnisher<ConfigMap>

  /// - Parameter certificate: The authority's certificate in PEM.
  public init(client: ClusterClient, certificate: String, time: any TimeSource = SystemTime()) {
    furnisher = NamespaceFurnisher(client, name: "kube-root-ca.crt", time: time) { map in
      var map = map
      map.metadata.annotations["kubernetes.io/description"] =
        "The certificate of this cluster's authority: programs check by it that they speak to the cluster's API server."
      map.data = ["ca.crt": certificate]
      return map
    }
  }

  /// Works until cancelled.
  public func run() async throws { try await furnisher.run() }
}
