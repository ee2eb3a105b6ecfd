internal import Documents

/// `kubectl create configmap`.
enum CreateConfigMap {
  static let command = Command(
    name: "configmap", aliases: ["cm"],
    summary: "Create a config map from a local file, directory or literal value",
    examples: [
      Example("Two settings", "kubectl create configmap settings --from-literal=color=blue --from-literal=size=3"),
      Example("Every file of a folder", "kubectl create configmap pages --from-file=pages/"),
      Example("A file under another key", "kubectl create configmap web --from-file=nginx.conf=my.conf"),
    ],
    usage:
      "create configmap NAME [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none] [options]",
    flags: KeyedSources.flags + Generator.flags,
    run: { invocation in
      let name = try Generator.name(invocation)
      var texts = DocumentMap()
      var bytes = DocumentMap()
      for (key, value) in try KeyedSources(.configMap, name: name, invocation).entries {
        if let text = String(validating: value, as: UTF8.self) {
          texts[key] = .string(text)
        } else {
          bytes[key] = .string(Base64.encode(value))
        }
      }
      var object: Document = [
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": Generator.metadata(name, invocation),
      ]
      if !texts.isEmpty { object["data"] = .map(texts) }
      if !bytes.isEmpty { object["binaryData"] = .map(bytes) }
      return try await Generator.create(object, invocation, attempt: "failed to create configmap:")
    })
}
