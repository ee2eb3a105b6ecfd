internal import ContainerRuntime
internal import Documents
internal import Glibc
internal import SystemIO

/// What a running node is, written beside its lock: the control plane finds it by this, and the kubelet inside learns
/// from it how it may set up pods.
struct NodeDescription: Sendable, Equatable {
  var cluster: String
  var name: String
  /// The third part of its pods' addresses.
  var number: UInt8
  var hierarchy: CgroupHierarchy
  var isRootless: Bool
  var mapsOtherUsers: Bool
  /// What would give it more of them; files that tell are not seen inside.
  var otherUsersRemedy: String
  /// Remembers which address a pod gets next, for the node that is started after this one.
  var addressFile: String

  static let bridge = "podium0"

  var cgroups: Cgroups { Cgroups(hierarchy: hierarchy, node: "podium/\(cluster)/\(name)") }

  var gateway: IPv4Address { IPv4Address(10, 244, number, 1) }

  /// As far as plans inside the node depend on it.
  var mapping: IDMapping {
    if !isRootless { return .none }
    return mapsOtherUsers ? .ranges(newuidmap: [], newgidmap: []) : .single(user: 0, group: 0)
  }

  static func path(in directory: String) -> String { directory + "/node.json" }

  func write(to directory: String) throws(SystemCallError) {
    try Files.replaceUnsynced(Self.path(in: directory), with: document.json())
  }

  static func read(from directory: String) throws(RuntimeError) -> NodeDescription {
    let path = path(in: directory)
    do {
      let document = try Document.parse(json: Files.read(path))
      if let description = NodeDescription(document) { return description }
    } catch {
      throw RuntimeError(.failed, "description of the node: \(error)")
    }
    throw RuntimeError(.failed, "\(path) does not describe a node of this version; stop the cluster and start it again")
  }

  private var document: Document {
    var document: Document = [
      "cluster": .string(cluster), "name": .string(name), "number": .integer(number),
      "isRootless": .bool(isRootless), "mapsOtherUsers": .bool(mapsOtherUsers),
      "otherUsersRemedy": .string(otherUsersRemedy), "addressFile": .string(addressFile),
    ]
    switch hierarchy {
    case .v1(let mounts):
      document["cgroup1"] = .map(DocumentMap(mounts.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    case .v2(let root): document["cgroup2"] = .string(root)
    case .unavailable(let reason): document["noCgroup"] = .string(reason)
    }
    return document
  }

  private init?(_ document: Document) {
    guard let cluster = document["cluster"]?.stringValue, let name = document["name"]?.stringValue,
      let number = document["number"]?.integerValue, let isRootless = document["isRootless"]?.boolValue,
      let mapsOtherUsers = document["mapsOtherUsers"]?.boolValue,
      let addressFile = document["addressFile"]?.stringValue
    else { return nil }
    if let mounts = document["cgroup1"]?.mapValue {
      hierarchy = .v1(Dictionary(uniqueKeysWithValues: mounts.entries.map { ($0.key, $0.value.stringValue ?? "") }))
    } else if let root = document["cgroup2"]?.stringValue {
      hierarchy = .v2(root)
    } else {
      hierarchy = .unavailable(document["noCgroup"]?.stringValue ?? "")
    }
    (self.cluster, self.name, self.number) = (cluster, name, UInt8(clamping: number))
    (self.isRootless, self.mapsOtherUsers, self.addressFile) = (isRootless, mapsOtherUsers, addressFile)
    otherUsersRemedy = document["otherUsersRemedy"]?.stringValue ?? ""
  }

  init(
    cluster: String, name: String, number: UInt8, hierarchy: CgroupHierarchy, isRootless: Bool, mapsOtherUsers: Bool,
    otherUsersRemedy: String, addressFile: String
  ) {
    (self.cluster, self.name, self.number) = (cluster, name, number)
    (self.hierarchy, self.isRootless) = (hierarchy, isRootless)
    (self.mapsOtherUsers, self.otherUsersRemedy) = (mapsOtherUsers, otherUsersRemedy)
    self.addressFile = addressFile
  }
}

extension Files {
  /// Replaces the file at once for readers, without waiting for the disk: for what need not outlive the machine.
  static func replaceUnsynced(_ path: String, with bytes: [UInt8]) throws(SystemCallError) {
    // Pods are made side by side: two writers must not share a draft.
    var thread = pthread_self()
    let draft = path + ".new-\(withUnsafeBytes(of: &thread) { $0.load(as: UInt.self) })"
    try write(bytes, to: draft)
    try systemCall("rename", on: path) { rename(draft, path) }
  }
}
