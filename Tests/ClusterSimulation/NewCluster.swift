internal import ClusterClient
internal import Glibc
internal import KubernetesAPI
internal import Simulation
internal import SystemIO

extension StoreFiles {
  /// What is in the store of a cluster before anybody asks for anything; made once for all courses.
  static func ofNewCluster() throws -> StoreFiles {
    let folder = "/tmp/podium-simulation-\(getpid())"
    try Files.makeDirectories(folder)
    defer { try? Files.removeTree(folder) }
    let world = SimulatedWorld(seed: 0)
    return try world.run {
      let file = "\(folder)/store"
      let server = try SimulatedServer(file: file, world: world)
      try await server.endpoint.prepare()
      var account = ServiceAccount()
      account.metadata = ObjectMeta(name: "default", namespace: "default")
      _ = try await ClusterClient(endpoint: server.endpoint).create(account)
      await server.store.close()
      return try StoreFiles(of: file)
    }
  }
}
