internal import ContainerRuntime
internal import Documents

/// An anatomy in the form in which the kubelet's own API tells it.
extension Anatomy {
  var document: Document { ["sandbox": sandbox.document, "containers": .list(containers.map(\.document))] }
}

extension Anatomy.Member {
  fileprivate var document: Document {
    var document: Document = ["name": .string(name)]
    var inodes: Document = [:]
    for (kind, inode) in namespaces.sorted(by: { $0.key < $1.key }) { inodes[kind] = .integer(Int64(clamping: inode)) }
    document["namespaces"] = inodes
    document["processes"] = .list(
      processes.map { process in
        [
          "id": .integer(Int64(process.id)), "innerID": .integer(Int64(process.innerID)),
          "user": .integer(Int64(process.user)), "command": .string(process.command),
        ]
      })
    document["mounts"] = .list(
      mounts.map { mount in
        [
          "path": .string(mount.path), "type": .string(mount.type), "source": .string(mount.source),
          "readOnly": .bool(mount.isReadOnly),
        ]
      })
    if !cgroup.isEmpty { document["cgroup"] = .string(cgroup) }
    for (name, value) in [
      ("memoryLimit", memoryLimit), ("memoryUse", memoryUse), ("cpuMillicores", cpuMillicores),
      ("processLimit", processLimit),
    ] {
      if let value { document[name] = .integer(value) }
    }
    return document
  }
}
