internal import Documents
internal import KubernetesAPI
internal import ObjectSchema
internal import ObjectStore

/// Makes the bodies of answers from stored objects.
extension Call {
  func response(
    _ stored: StoredObject, status: Int = 200, warnings: [String] = [], _ objects: ObjectCache
  ) -> APIResponse {
    var bytes: [UInt8] = []
    switch answerForm.shape {
    case .table:
      appendTable(
        [stored], metadata: "\"resourceVersion\":\"\(stored.modified)\"", hasColumns: true, objects, to: &bytes)
    case .partialMetadata: form.append(partialMetadata: stored, to: &bytes)
    default: form.append(whole: stored, to: &bytes)
    }
    return response(json: bytes, status: status, warnings: warnings)
  }

  func response(json: [UInt8], status: Int = 200, warnings: [String] = []) -> APIResponse {
    var response = APIResponse(status: status, json: json)
    if answerForm.isYAML, let document = try? Document.parse(json: json) {
      response = APIResponse(
        status: status, headers: ["Content-Type": "application/yaml"], body: .bytes(Array(document.yaml().utf8)))
    }
    for warning in warnings {
      let text = warning.flatMap { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }
      response.headers.add("Warning", "299 - \"\(String(text))\"")
    }
    return response
  }

  func list(_ page: [StoredObject], metadata: String, _ objects: ObjectCache) -> [UInt8] {
    var bytes: [UInt8] = []
    if answerForm.shape == .table {
      appendTable(page, metadata: metadata, hasColumns: true, objects, to: &bytes)
      return bytes
    }
    bytes.reserveCapacity(page.reduce(256) { $0 + $1.value.count + 48 })
    let isPartial = answerForm.shape == .partialMetadata
    let kind = isPartial ? "PartialObjectMetadata" : resource.kind
    let version = isPartial ? "meta.k8s.io/v1" : resource.apiVersion
    bytes += "{\"kind\":\"\(kind)List\",\"apiVersion\":\"\(version)\",\"metadata\":{\(metadata)},\"items\":[".utf8
    for (index, stored) in page.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      if isPartial {
        form.append(partialMetadata: stored, to: &bytes)
      } else {
        form.append(item: stored, to: &bytes)
      }
    }
    bytes += "]}".utf8
    return bytes
  }

  func appendTable(
    _ page: [StoredObject], metadata: String, hasColumns: Bool, _ objects: ObjectCache, to bytes: inout [UInt8]
  ) {
    bytes += "{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":{\(metadata)}".utf8
    bytes += ",\"columnDefinitions\":".utf8
    bytes += hasColumns ? Document.list(resource.columns.map(\.document)).json() : Array("null".utf8)
    bytes += ",\"rows\":[".utf8
    let included = request.query("includeObject") ?? "Metadata"
    let now = clock()
    for (index, stored) in page.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes += "{\"cells\":".utf8
      // What a dry run shows was never written, so it must not be remembered as if it had been.
      let object = isDryRun ? form.decode(stored) : objects.object(stored, form)
      bytes += Document.list(resource.cells(object, now: now)).json()
      switch included {
      case "None": break
      case "Object":
        bytes += ",\"object\":".utf8
        form.append(whole: stored, to: &bytes)
      default:
        bytes += ",\"object\":".utf8
        form.append(partialMetadata: stored, to: &bytes)
      }
      bytes += "}".utf8
    }
    bytes += "]}".utf8
  }
}

extension Resource {
  /// A table of objects that are not stored.
  func table(of objects: [any NamedObject], now: Timestamp) -> Document {
    let rows = objects.map { object -> Document in
      [
        "cells": .list(cells(object, now: now)),
        "object": [
          "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": object.metadata.document(),
        ],
      ]
    }
    return [
      "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": [:],
      "columnDefinitions": .list(columns.map(\.document)), "rows": .list(rows),
    ]
  }
}
