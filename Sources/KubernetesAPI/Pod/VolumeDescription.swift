internal import ObjectSchema

/// The volumes of a pod, as `kubectl describe` tells of them.
enum VolumeDescription {
  static func describe(_ volumes: [Volume], isTemplate: Bool = false, into description: inout Description) {
    let level = isTemplate ? 1 : 0
    if volumes.isEmpty { return description.field(level, "Volumes", "<none>") }
    description.line(level, "Volumes:")
    for volume in volumes {
      description.line(1, (isTemplate ? " " : "") + "\(volume.name ?? ""):")
      for (name, value) in rows(volume) {
        if let value { description.field(2, name, value) } else { description.line(2, "\(name):") }
        if name == "Items" {
          for item in volume.downwardAPI?.items ?? [] {
            description.line(
              3, "\(item.fieldRef?.fieldPath ?? item.resourceFieldRef?.resource ?? "") -> \(item.path ?? "")")
          }
        }
      }
    }
  }

  /// Names and values; a name without a value is a heading.
  private static func rows(_ volume: Volume) -> [(String, String?)] {
    if let source = volume.emptyDir {
      return [
        ("Type", "EmptyDir (a temporary directory that shares a pod's lifetime)"), ("Medium", source.medium ?? ""),
        ("SizeLimit", source.sizeLimit.map { $0.milliValue > 0 ? $0.text : "<unset>" } ?? "<unset>"),
      ]
    }
    if let source = volume.hostPath {
      return [
        ("Type", "HostPath (bare host directory volume)"), ("Path", source.path ?? ""),
        ("HostPathType", source.type ?? "<none>"),
      ]
    }
    if let source = volume.secret {
      return [
        ("Type", "Secret (a volume populated by a Secret)"), ("SecretName", source.secretName ?? ""),
        ("Optional", "\(source.optional ?? false)"),
      ]
    }
    if let source = volume.configMap {
      return [
        ("Type", "ConfigMap (a volume populated by a ConfigMap)"), ("Name", source.name ?? ""),
        ("Optional", "\(source.optional ?? false)"),
      ]
    }
    if let source = volume.persistentVolumeClaim {
      return [
        ("Type", "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)"),
        ("ClaimName", source.claimName ?? ""), ("ReadOnly", "\(source.readOnly ?? false)"),
      ]
    }
    if volume.downwardAPI != nil {
      return [("Type", "DownwardAPI (a volume populated by information about the pod)"), ("Items", nil)]
    }
    if let source = volume.nfs {
      return [
        ("Type", "NFS (an NFS mount that lasts the lifetime of a pod)"), ("Server", source.server ?? ""),
        ("Path", source.path ?? ""), ("ReadOnly", "\(source.readOnly ?? false)"),
      ]
    }
    if let source = volume.projected {
      return [("Type", "Projected (a volume that contains injected data from multiple sources)")]
        + source.sources.flatMap(rows)
    }
    if let source = volume.image {
      return [
        ("Type", "Image (a container image or OCI artifact)"), ("Reference", source.reference ?? ""),
        ("PullPolicy", source.pullPolicy ?? ""),
      ]
    }
    if volume.ephemeral != nil {
      return [
        ("Type", "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)")
      ]
    }
    return [("<unknown>", nil)]
  }

  private static func rows(_ source: VolumeProjection) -> [(String, String?)] {
    func text(_ flag: Bool?) -> String { flag.map { "\($0)" } ?? "<nil>" }
    if let secret = source.secret {
      return [("SecretName", secret.name ?? ""), ("SecretOptionalName", text(secret.optional))]
    }
    if source.downwardAPI != nil { return [("DownwardAPI", "true")] }
    if let map = source.configMap {
      return [("ConfigMapName", map.name ?? ""), ("ConfigMapOptional", text(map.optional))]
    }
    if let token = source.serviceAccountToken {
      return [("TokenExpirationSeconds", "\(token.expirationSeconds ?? 0)")]
    }
    return []
  }
}
