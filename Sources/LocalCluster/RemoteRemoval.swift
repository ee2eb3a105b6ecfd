internal import Documents
internal import ImageStore
internal import KubernetesAPI

/// A removal that a kubelet asks its control plane for, which knows who else on this machine uses an image: what goes over
/// the socket.
enum RemoteRemoval {
  static let path = "/podium/images/remove"

  static func request(_ id: String) -> APIRequest {
    let body: Document = ["id": .string(id)]
    return APIRequest("POST", path, headers: ["Content-Type": "application/json"], body: body.json())
  }

  /// Does what the request asks for.
  static func perform(_ body: [UInt8], _ images: MachineImages) async throws(StatusError) -> APIResponse {
    guard let id = (try? Document.parse(json: body))?["id"]?.stringValue else {
      throw StatusError.badRequest("the body names no image")
    }
    do {
      let answer: Document = ["removed": .bool(try await images.removeUnused(id))]
      return APIResponse(json: answer.json())
    } catch {
      throw StatusError.internalError("\(error)")
    }
  }
}

/// The control plane, as a kubelet asks it to remove images.
struct RemoteRemover: Sendable {
  let controlPlane: any APIEndpoint

  /// False when somebody needs the image, or it is not one that goes by itself.
  func remove(_ id: String) async throws -> Bool {
    let response = try await controlPlane.send(RemoteRemoval.request(id))
    guard case .bytes(let bytes) = response.body else { return false }
    guard response.status == 200 else { throw StatusError(response: response.status, body: bytes) }
    return (try? Document.parse(json: bytes))?["removed"]?.boolValue == true
  }
}
