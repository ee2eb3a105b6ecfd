/// One thing that node init does on the way from clone to execve.
///
/// Swift decides, C executes: each case has one verb in `CNodeInit.h`. Its description is what a user reads when the
/// step fails.
enum Step: Sendable, Equatable {
  case makeDirectories(String, mode: UInt32 = 0o755)
  case makeFile(String, mode: UInt32 = 0o644)
  /// Replaces the content, or makes the file.
  case writeFile(String, String, mode: UInt32 = 0o644)
  /// Writes to a file that the kernel provides.
  case tell(String, String)
  case open(String, as: Int32, flags: Int32)
  case makeLink(to: String, at: String)
  case changeMode(String, UInt32)
  case removeTree(String)
  case removeIfEmpty(String)
  case removeCgroups(String, patience: UInt64)
  case mount(String, on: String, type: String = "", options: String = "", MountFlags = [])
  case setMountAttributes(String, MountAttributes)
  /// Remembers what lies at a path, to place it after the root was changed.
  /// A part of it stays one: no link leads out of the whole.
  case takeMount(String, part: String = "", slot: Int32)
  /// The slot's mount appears; a directory or file is made for it where there is none.
  case placeMount(slot: Int32, String, MountAttributes = [])
  case unmount(String)
  case enterRoot(String)
  case leaveOldRoot
  case changeDirectory(String)
  case join(String, NamespaceSet)
  case unshare(NamespaceSet)
  /// All but the standard streams: no name in /proc leads to what node init has open.
  case closeDescriptors
  /// The keys of the session are no longer those of whoever started us.
  case newKeyring
  case mapIDs(file: String, String)
  /// Runs a helper program to its successful end; a first argument `PID` becomes the child's pid.
  case run([String])
  /// Routing messages; the child's pid is written at `pidAt`.
  case configureNetwork(String, messages: [UInt8], pidAt: Int32 = -1)
  /// Node init carries packets between a link and the mailboxes of other nodes, which are in a folder.
  case openWire(folder: String, number: UInt8, linkIndex: Int32)
  case setHostName(String)
  case setLimit(resource: Int32, UInt64, name: String)
  case control(ProcessControl, UInt64)
  case boundCapabilities(CapabilitySet)
  case setCapabilities(CapabilitySet)
  case setGroups([UInt32])
  case setGroup(UInt32)
  case setUser(UInt32)
  case filterSystemCalls(SystemCallFilter)
  case newSession
  /// Of this size; 0 is unknown.
  case openTerminal(columns: UInt16, rows: UInt16)
  case awaitParent
  case execute(candidates: [String], arguments: [String], environment: [String])
  case pause
  /// This one failure is none.
  indirect case tolerate(Int32, Step)
}

extension Step: CustomStringConvertible {
  var description: String {
    switch self {
    case .makeDirectories(let path, _): "make directory \(path)"
    case .makeFile(let path, _): "make file \(path)"
    case .writeFile(let path, _, _): "write \(path)"
    case .tell(let path, let text): "write \(text.split(separator: "\n").joined(separator: " ")) to \(path)"
    case .open(let path, _, _): "open \(path)"
    case .makeLink(let target, let path): "link \(path) to \(target)"
    case .changeMode(let path, let mode): "set mode of \(path) to \(String(mode, radix: 8))"
    case .removeTree(let path): "remove \(path)"
    case .removeIfEmpty(let path): "remove \(path) if empty"
    case .removeCgroups(let path, _): "remove cgroup \(path)"
    case .mount(let source, let target, let type, let options, let flags):
      "mount \([type, source, "again"].first { !$0.isEmpty }!) on \(target)" + Self.note(flags.text, options)
    case .setMountAttributes(let path, let attributes): "restrict mount \(path)" + Self.note(attributes.text)
    case .takeMount(let path, let part, _): "take \(part.isEmpty ? path : "\(part) in \(path)")"
    case .placeMount(_, let path, let attributes): "mount on \(path)" + Self.note(attributes.text)
    case .unmount(let path): "unmount \(path)"
    case .enterRoot(let path): "enter root \(path)"
    case .leaveOldRoot: "leave the old root"
    case .changeDirectory(let path): "change directory to \(path)"
    case .join(let process, let namespaces): "join namespaces \(namespaces.text) of \(process)"
    case .unshare(let namespaces): "new namespaces \(namespaces.text)"
    case .closeDescriptors: "close descriptors"
    case .newKeyring: "new keyring"
    case .mapIDs(let file, let text): "write \(text) to \(file)"
    case .run(let arguments): "run \(arguments.joined(separator: " "))"
    case .configureNetwork(let what, _, _): what
    case .openWire(let folder, let number, _): "open mailbox \(number) in \(folder)"
    case .setHostName(let name): "set host name \(name)"
    case .setLimit(_, let value, let name): "limit \(name) to \(value)"
    case .control(let option, let value): "set \(option.text) to \(value)"
    case .boundCapabilities(let set): "bound capabilities to \(set)"
    case .setCapabilities(let set): "set capabilities \(set)"
    case .setGroups(let groups):
      "set groups \(groups.isEmpty ? "to none" : groups.map(String.init).joined(separator: ","))"
    case .setGroup(let group): "set group \(group)"
    case .setUser(let user): "set user \(user)"
    case .filterSystemCalls(let filter): "filter system calls (\(filter.name))"
    case .newSession: "new session"
    case .openTerminal(let columns, let rows): columns == 0 ? "open terminal" : "open terminal (\(columns)x\(rows))"
    case .awaitParent: "await parent"
    case .execute(_, let arguments, _): "exec \(arguments.first ?? "")"
    case .pause: "pause"
    case .tolerate(_, let step): step.description
    }
  }

  private static func note(_ parts: String...) -> String {
    let present = parts.filter { !$0.isEmpty }
    return present.isEmpty ? "" : " (\(present.joined(separator: ";")))"
  }
}
