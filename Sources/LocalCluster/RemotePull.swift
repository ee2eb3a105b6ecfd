internal import Documents
internal import ImageStore
internal import KubernetesAPI

/// A pull that a kubelet asks its control plane for: what goes over the socket.
enum RemotePull {
  static let path = "/podium/images/pull"

  static func request(_ reference: String, logins: [String]) -> APIRequest {
    let body: Document = ["reference": .string(reference), "logins": .list(logins.map { .string($0) })]
    return APIRequest("POST", path, headers: ["Content-Type": "application/json"], body: body.json())
  }

  /// Does what the request asks for.
  static func perform(_ body: [UInt8], _ access: RegistryAccess) async throws(StatusError) -> APIResponse {
    guard let document = try? Document.parse(json: body), let name = document["reference"]?.stringValue,
      let reference = try? ImageReference(name)
    else { throw StatusError.badRequest("the body names no image") }
    do throws(PullError) {
      let logins = (document["logins"]?.listValue ?? []).compactMap(\.stringValue)
      let image = try await access.pull(reference, logins: logins, forNode: true)
      let answer: Document = ["id": .string(image.id)]
      return APIResponse(json: answer.json())
    } catch {
      let answer: Document = ["code": .string(error.code.rawValue), "message": .string(error.message)]
      return APIResponse(status: 422, json: answer.json())
    }
  }
}

/// The control plane, as a kubelet asks it for images.
struct RemotePuller: Sendable {
  let controlPlane: any APIEndpoint

  /// Returns when the image is in the store.
  func pull(_ reference: String, logins: [String]) async throws(PullError) {
    let response: APIResponse
    do {
      response = try await controlPlane.send(RemotePull.request(reference, logins: logins))
    } catch {
      throw PullError(.unknown, "the control plane, which asks registries, does not answer: \(error)")
    }
    if response.status == 200 { return }
    guard case .bytes(let bytes) = response.body, let document = try? Document.parse(json: bytes),
      let code = document["code"]?.stringValue.flatMap(PullError.Code.init),
      let message = document["message"]?.stringValue
    else { throw PullError(.unknown, "the control plane answered with status \(response.status)") }
    throw PullError(code, message)
  }
}
