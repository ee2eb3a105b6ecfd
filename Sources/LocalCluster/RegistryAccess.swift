internal import ImageStore
internal import SystemIO

/// Pulls images with the settings and the logins of the user, in whose network this process is.
///
/// A node has no way out of its own network, so its kubelet asks the control plane; see `RemotePull`.
struct RegistryAccess: Sendable {
  let images: Images

  /// Files are read at each pull: a change counts without a restart.
  func pull(
    _ reference: ImageReference, logins: [String] = [], forNode: Bool = false,
    report: @escaping @Sendable (PullProgress) -> Void = { _ in }
  ) async throws(PullError) -> Image {
    let puller = ImagePuller(images: images, settings: try settings(), transport: RegistryConnection())
    var credentials = RegistryCredentials()
    for login in logins { RegistryCredentials(dockerConfiguration: login).map { credentials.add($0) } }
    if let own = try? Files.readText(Self.loginsPath) {
      RegistryCredentials(dockerConfiguration: own).map { credentials.add($0) }
    }
    return try await puller.pull(reference, credentials: credentials, forNode: forNode, report: report)
  }

  private func settings() throws(PullError) -> RegistrySettings {
    do {
      var settings = try RegistrySettings(readingFrom: Self.settingsPath)
      if let word = Environment["PODIUM_REGISTRIES"] {
        guard let reach = RegistrySettings.Reach(rawValue: word) else {
          throw PullError(.unknown, "PODIUM_REGISTRIES is \(word): it may be everywhere, loopback or nowhere")
        }
        settings.reach = reach
      }
      return settings
    } catch {
      throw error as? PullError ?? PullError(.unknown, "\(error)")
    }
  }

  static var settingsPath: String {
    (Environment["XDG_CONFIG_HOME"] ?? home + "/.config") + "/podium/registries.yaml"
  }

  /// What `docker login` has written.
  private static var loginsPath: String { (Environment["DOCKER_CONFIG"] ?? home + "/.docker") + "/config.json" }

  private static var home: String { Environment["HOME"] ?? "/" }
}
