internal import Documents
internal import KubernetesAPI
internal import ObjectSchema
internal import ObjectStore

/// The scale of a kind that makes pods: its number of pods, in a form that is the same for all such kinds.
extension Server {
  func readScale(_ call: Call) async throws(StatusError) -> APIResponse {
    answer(try scalable(objects.object(try await stored(call), call.form), call), call)
  }

  func updateScale(_ call: Call) async throws(StatusError) -> APIResponse {
    let (scale, report) = Scale.decode(try call.document(of: "Scale"))
    if let mismatch = report.mismatches.first {
      throw StatusError.badRequest("Scale in version \"v1\" cannot be handled as a Scale: \(mismatch.message)")
    }
    if let name = scale.metadata.name, !name.isEmpty, name != call.name {
      throw StatusError.badRequest(
        "the name of the object (\(name)) does not match the name on the URL (\(call.name))")
    }
    return try await changeScale(call) { _ throws(StatusError) in scale }
  }

  func patchScale(_ call: Call) async throws(StatusError) -> APIResponse {
    let patch = try ReadPatch(call)
    let validation = try call.fieldValidation()
    return try await changeScale(call) { old throws(StatusError) in
      let (scale, report) = Scale.decode(try patch.applied(to: old.document(), AnySchema(Scale.self)))
      _ = try patch.remarks(report, validation)
      return scale
    }
  }

  private func changeScale(
    _ call: Call, _ make: (_ old: Scale) throws(StatusError) -> Scale
  ) async throws(StatusError) -> APIResponse {
    let (stored, warnings) = try await change(call, .main) { object throws(StatusError) in
      var object = try scalable(object, call)
      let scale = try make(Scale(of: object))
      let version = scale.metadata.resourceVersion ?? ""
      if !version.isEmpty && version != object.metadata.resourceVersion {
        throw StatusError.modified(call.resource.plural, call.name, group: call.resource.group)
      }
      let errors = scale.check()
      if !errors.isEmpty { throw StatusError.invalid("Scale", call.name, group: "autoscaling", errors) }
      if let uid = scale.metadata.uid, !uid.isEmpty { object.metadata.uid = uid }
      object.desiredReplicas = scale.spec.replicas ?? 0
      return object
    }
    return answer(try scalable(call.form.decode(stored), call), call, warnings)
  }

  private func scalable(_ object: any NamedObject, _ call: Call) throws(StatusError) -> any Scalable {
    guard let scalable = object as? any Scalable else { throw StatusError.noSuchResource() }
    return scalable
  }

  private func answer(_ object: any Scalable, _ call: Call, _ warnings: [String] = []) -> APIResponse {
    let scale = Scale(of: object)
    guard call.answerForm.shape == .table else {
      return call.response(json: scale.document().json(), warnings: warnings)
    }
    let table: Document = [
      "kind": "Table", "apiVersion": "meta.k8s.io/v1",
      "metadata": ["resourceVersion": .string(object.metadata.resourceVersion ?? "")],
      "columnDefinitions": .list(Scale.columns.map(\.column.document)),
      "rows": [["cells": .list(Scale.columns.map { $0.cell(scale, call.now) }), "object": scale.document()]],
    ]
    return call.response(json: table.json(), warnings: warnings)
  }
}
