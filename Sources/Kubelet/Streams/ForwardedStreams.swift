internal import ContainerRuntime
internal import KubernetesAPI
internal import SPDYStreams

/// Carries connections to ports of a pod as `kubectl port-forward` opens them: for each a stream of data and one of
/// errors, which belong together by the number of their request.
struct ForwardedStreams: Sendable {
  static let protocols = ["portforward.k8s.io"]

  let runtime: any Runtime
  let sandbox: String
  let connection: SPDYConnection

  static func complaint(_ port: UInt16, _ sandbox: String, _ error: RuntimeError) -> String {
    "error forwarding port \(port) to pod \(sandbox), uid : \(error.message)"
  }

  /// Runs until the client has gone.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await connection.run() }
      var halves: [String: SPDYStream] = [:]
      for await stream in connection.streams {
        guard let kind = stream.headers["streamtype"], kind == "data" || kind == "error",
          let port = stream.headers["port"].flatMap({ UInt16($0) }), port > 0
        else {
          group.addTask { try? await stream.closeWriting() }
          continue
        }
        let request = stream.headers["requestid"] ?? ""
        guard let other = halves.removeValue(forKey: request), other.headers["streamtype"] != kind else {
          halves[request] = stream
          continue
        }
        let (data, errors) = kind == "data" ? (stream, other) : (other, stream)
        group.addTask { await forward(data, errors, to: port) }
      }
      await group.waitForAll()
    }
  }

  private func forward(_ data: SPDYStream, _ errors: SPDYStream, to port: UInt16) async {
    do throws(RuntimeError) {
      let pod = try await runtime.dial(sandbox: sandbox, port: port)
      await withTaskCancellationHandler {
        await withDiscardingTaskGroup { group in
          group.addTask { await inward(from: data, to: pod) }
          group.addTask { await outward(from: pod, to: data) }
        }
      } onCancel: {
        pod.close()
      }
      pod.close()
    } catch {
      try? await errors.write(Array(Self.complaint(port, sandbox, error).utf8))
      try? await data.closeWriting()
    }
    // Its end tells the client that there is nothing to complain of.
    try? await errors.closeWriting()
  }

  private func inward(from data: SPDYStream, to pod: any ByteConnection) async {
    do {
      while let bytes = try await data.read() { try await pod.write(bytes) }
      pod.closeWriting()
    } catch {
      // The client has given up, or the pod hears no more: nobody waits for an answer.
      pod.close()
    }
  }

  private func outward(from pod: any ByteConnection, to data: SPDYStream) async {
    while let bytes = try? await pod.read(), !bytes.isEmpty {
      guard (try? await data.write(bytes)) != nil else { break }
    }
    try? await data.closeWriting()
  }
}
