internal import Documents
internal import HTTPTransport
internal import ImageStore
internal import KubernetesAPI

/// A command of an image's build that a node is asked to run: what goes over the socket.
enum RemoteBuild {
  static let path = "/podium/images/run"

  static func request(_ command: BuildCommand) -> APIRequest {
    func texts(_ list: [String]) -> Document { .list(list.map { .string($0) }) }
    let body: Document = [
      "layers": .list(command.layers.map { ["archive": .string($0.archive), "diffID": .string($0.diffID)] }),
      "words": texts(command.words), "environment": texts(command.environment),
      "workingDirectory": .string(command.workingDirectory), "user": .string(command.user),
    ]
    return APIRequest("POST", path, headers: ["Content-Type": "application/json"], body: body.json())
  }

  /// Does what the request asks for.
  static func perform(_ body: [UInt8], _ builds: NodeBuilds) async throws(StatusError) -> APIResponse {
    guard let document = try? Document.parse(json: body) else {
      throw StatusError.badRequest("the body is not JSON")
    }
    func texts(_ key: String) -> [String] { (document[key]?.listValue ?? []).compactMap(\.stringValue) }
    let layers = (document["layers"]?.listValue ?? []).compactMap { layer -> BuildCommand.Layer? in
      guard let archive = layer["archive"]?.stringValue, let diffID = layer["diffID"]?.stringValue else { return nil }
      return BuildCommand.Layer(archive: archive, diffID: diffID)
    }
    let command = BuildCommand(
      layers: layers, words: texts("words"), environment: texts("environment"),
      workingDirectory: document["workingDirectory"]?.stringValue ?? "", user: document["user"]?.stringValue ?? "")
    do {
      let end = try await builds.run(command)
      var answer: Document = [
        "code": .integer(Int64(end.code)), "remark": .string(end.remark), "output": .string(end.output),
      ]
      if let layer = end.layer { answer["layer"] = ["digest": .string(layer.digest), "size": .integer(layer.size)] }
      return APIResponse(json: answer.json())
    } catch {
      throw StatusError.internalError("\(error)")
    }
  }
}

/// A node of the cluster, as a build asks it to run commands.
struct NodeRunner: BuildRunner {
  let paths: ClusterPaths

  func run(_ command: BuildCommand) async throws -> BuildCommandEnd {
    let socket = try await node()
    let response = try await HTTPClient(unixSocket: socket).send(RemoteBuild.request(command))
    guard case .bytes(let bytes) = response.body else { throw ClusterProblem("the node gave no answer") }
    guard response.status == 200 else { throw StatusError(response: response.status, body: bytes) }
    let document = try Document.parse(json: bytes)
    var end = BuildCommandEnd(
      code: Int32(document["code"]?.integerValue ?? 1), remark: document["remark"]?.stringValue ?? "",
      output: document["output"]?.stringValue ?? "")
    if let layer = document["layer"], let digest = layer["digest"]?.stringValue, let size = layer["size"]?.integerValue
    {
      end.layer = (digest, Int(size))
    }
    return end
  }

  /// Any will do: they share the images of the machine.
  private func node() async throws -> String {
    let launcher = ClusterLauncher(paths: paths)
    try await launcher.ensureRunning()
    try await launcher.waitForReadyNode()
    let running = try await launcher.nodes().first { $0["running"]?.boolValue == true }
    guard let name = running?["name"]?.stringValue else {
      throw ClusterProblem(
        "no node of the cluster \(paths.cluster) runs, and only a node can run the commands of a build: see podium node list"
      )
    }
    return paths.kubeletSocket(node: name)
  }
}
