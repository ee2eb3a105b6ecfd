internal import ContainerRuntime
internal import Documents
internal import Glibc
internal import SystemIO

/// The files in a node's directory by which a restarted kubelet knows what its predecessor made. They go with the node;
/// one beside them stays, so that the pods of the next node get fresh addresses.
struct NodeRecords: Sendable {
  let directory: String
  private let addressFile: String

  private enum Kind: String {
    case sandbox = "sandboxes"
    case container = "containers"
  }

  init(directory: String, addressFile: String) throws(SystemCallError) {
    self.directory = directory
    self.addressFile = addressFile
    for kind in [Kind.sandbox, .container] { try Files.makeDirectories(directory + "/" + kind.rawValue) }
  }

  private func path(_ kind: Kind, _ id: String) -> String { "\(directory)/\(kind.rawValue)/\(id).json" }

  private func documents(_ kind: Kind) -> [Document] {
    let folder = directory + "/" + kind.rawValue
    let names = ((try? Files.list(folder)) ?? []).filter { $0.hasSuffix(".json") }
    return names.compactMap { name in
      guard let bytes = try? Files.read(folder + "/" + name) else { return nil }
      return try? Document.parse(json: bytes)
    }
  }

  func save(_ spec: SandboxSpec, address: IPv4Address?, createdAt: Int64) throws(SystemCallError) {
    let document = RecordDocuments.document(spec, address: address, createdAt: createdAt)
    try Files.replaceUnsynced(path(.sandbox, spec.id), with: document.json())
  }

  func save(_ spec: ContainerSpec, createdAt: Int64) throws(SystemCallError) {
    let document = RecordDocuments.document(spec, createdAt: createdAt)
    try Files.replaceUnsynced(path(.container, spec.id), with: document.json())
  }

  func removeSandbox(_ id: String) { try? Files.removeTree(path(.sandbox, id)) }

  func removeContainer(_ id: ContainerID) { try? Files.removeTree(path(.container, id)) }

  func sandboxes() -> [(spec: SandboxSpec, address: IPv4Address?, createdAt: Int64)] {
    documents(.sandbox).compactMap { RecordDocuments.sandbox($0) }
  }

  func containers() -> [(spec: ContainerSpec, createdAt: Int64)] {
    documents(.container).compactMap { RecordDocuments.container($0) }
  }

  /// Where the search for a free address goes on.
  func saveAddressPosition(_ position: UInt32) throws(SystemCallError) {
    // In place and always as long: whoever is killed here leaves no draft where nothing is swept.
    let digits = String(position)
    let text = Array((String(repeating: "0", count: 10 - digits.utf8.count) + digits).utf8)
    let file = try Files.open(addressFile, O_WRONLY | O_CREAT)
    defer { close(file) }
    try systemCall("write", on: addressFile) { pwrite(file, text, text.count, 0) }
  }

  var addressPosition: UInt32 { (try? Files.readText(addressFile)).flatMap { UInt32($0) } ?? 2 }
}
