internal import CNodeInit
internal import Glibc

/// All that node init needs to know to make one process: lists of steps, written out flat.
struct Plan: Sendable, Equatable {
  /// Which standard streams come back to us; the others are the null device.
  enum Streams: Sendable, Equatable {
    case pipes(input: Bool, output: Bool, errors: Bool)
    /// The child opens one by `Step.openTerminal`.
    case terminal
    case inherited

    static let none = Streams.pipes(input: false, output: false, errors: false)

    var bits: UInt32 {
      switch self {
      case .pipes(let input, let output, let errors): (input ? 1 : 0) | (output ? 2 : 0) | (errors ? 4 : 0)
      case .terminal: UInt32(CNODE_STREAM_TERMINAL)
      case .inherited: UInt32(CNODE_STREAM_INHERITED)
      }
    }
  }

  /// Done by the process that clones, once the child is there; the child waits for them by `Step.awaitParent`.
  var parent: [Step] = []
  var child: [Step] = []
  /// Done by the launcher when the node has ended.
  var final: [Step] = []
  var namespaces: NamespaceSet = []
  var streams = Streams.none
  /// Node init keeps our ends too, so that the next kubelet gets them.
  var keepsStreams = false
  /// The process whose pid namespace the child is born into.
  var processNamespaceOf: String?

  // Of a node's launch alone.
  var handsOverControl = false
  /// The node ends once its steps are done: to see whether they can be.
  var isTrial = false
  var stateDirectory: String?
  var unclaimedSeconds: UInt32 = 600

  /// The step that a report means.
  func step(_ index: Int32) -> Step? {
    let all = parent + child + final
    return all.indices.contains(Int(index)) ? all[Int(index)] : nil
  }

  /// The layout of `cnode_plan`. Throws the step that says something with a zero in it, which the kernel would read only
  /// up to there.
  func encoded() throws(InitError) -> [UInt8] {
    var writer = PlanWriter(reserving: MemoryLayout<cnode_plan>.size, steps: parent.count + child.count + final.count)
    var header = cnode_plan()
    header.parent_steps = UInt32(parent.count)
    header.child_steps = UInt32(child.count)
    header.final_steps = UInt32(final.count)
    header.clone_flags = namespaces.rawValue
    header.streams = streams.bits | (keepsStreams ? UInt32(CNODE_STREAM_KEPT) : 0)
    header.process_namespace_of = processNamespaceOf.map { writer.text($0) } ?? 0
    header.hands_over_control = handsOverControl ? 1 : 0
    header.is_trial = isTrial ? 1 : 0
    header.state_directory = stateDirectory.map { writer.text($0) } ?? 0
    header.unclaimed_seconds = unclaimedSeconds
    for (index, step) in (parent + child + final).enumerated() {
      writer.append(step)
      if writer.hasZeroInText { throw .step(Int32(index), errno: EINVAL) }
    }
    return writer.finish(&header)
  }
}

/// Puts header, steps and what they point to into one run of bytes.
private struct PlanWriter {
  private var steps: [cnode_step] = []
  private var tail: [UInt8] = []
  private let tailStart: Int
  private(set) var hasZeroInText = false

  init(reserving header: Int, steps count: Int) {
    tailStart = header + count * MemoryLayout<cnode_step>.stride
    steps.reserveCapacity(count)
  }

  mutating func text(_ text: String) -> UInt32 {
    let offset = UInt32(tailStart + tail.count)
    let bytes = text.utf8
    if bytes.contains(0) { hasZeroInText = true }
    tail.append(contentsOf: bytes)
    tail.append(0)
    return offset
  }

  /// Text that may be absent.
  private mutating func optional(_ content: String) -> UInt32 { content.isEmpty ? 0 : text(content) }

  private mutating func align() {
    while !(tailStart + tail.count).isMultiple(of: 8) { tail.append(0) }
  }

  private mutating func blob(_ bytes: [UInt8]) -> UInt32 {
    align()
    let offset = UInt32(tailStart + tail.count)
    tail.append(contentsOf: bytes)
    return offset
  }

  private mutating func list(_ texts: [String]) -> UInt32 {
    let offsets = texts.map { UInt64(text($0)) } + [0]
    return blob(offsets.flatMap { withUnsafeBytes(of: $0) { Array($0) } })
  }

  mutating func append(_ step: Step) {
    var row = cnode_step()
    fill(&row, step)
    steps.append(row)
  }

  private mutating func fill(_ row: inout cnode_step, _ step: Step) {
    func verb(_ verb: cnode_verb) { row.verb = UInt16(verb.rawValue) }
    switch step {
    case .makeDirectories(let path, let mode):
      verb(CNODE_MAKE_DIRECTORIES)
      (row.source, row.flags) = (text(path), UInt64(mode))
    case .makeFile(let path, let mode):
      verb(CNODE_MAKE_FILE)
      (row.source, row.flags) = (text(path), UInt64(mode))
    case .writeFile(let path, let content, let mode):
      verb(CNODE_WRITE_FILE)
      (row.source, row.data, row.number) = (text(path), text(content), O_WRONLY | O_CREAT | O_TRUNC)
      row.flags = UInt64(mode)
    case .tell(let path, let content):
      verb(CNODE_WRITE_FILE)
      (row.source, row.data, row.number) = (text(path), text(content), O_WRONLY)
    case .open(let path, let number, let flags):
      verb(CNODE_OPEN)
      (row.source, row.number, row.flags) = (text(path), number, UInt64(flags))
    case .makeLink(let target, let path):
      verb(CNODE_MAKE_LINK)
      (row.source, row.target) = (text(target), text(path))
    case .changeMode(let path, let mode):
      verb(CNODE_CHANGE_MODE)
      (row.source, row.flags) = (text(path), UInt64(mode))
    case .removeTree(let path):
      verb(CNODE_REMOVE_TREE)
      row.source = text(path)
    case .removeIfEmpty(let path):
      verb(CNODE_REMOVE_IF_EMPTY)
      row.source = text(path)
    case .removeCgroups(let path, let patience):
      verb(CNODE_REMOVE_CGROUPS)
      (row.source, row.flags) = (text(path), patience)
    case .mount(let source, let target, let type, let options, let flags):
      verb(CNODE_MOUNT)
      (row.source, row.target, row.type) = (optional(source), text(target), optional(type))
      (row.data, row.flags) = (optional(options), flags.rawValue)
    case .setMountAttributes(let path, let attributes):
      verb(CNODE_SET_MOUNT_FLAGS)
      (row.source, row.flags) = (text(path), attributes.rawValue)
    case .takeMount(let path, let part, let slot):
      verb(CNODE_TAKE_MOUNT)
      (row.source, row.target, row.number) = (text(path), optional(part), slot)
    case .placeMount(let slot, let path, let attributes):
      verb(CNODE_PLACE_MOUNT)
      (row.target, row.number, row.flags) = (text(path), slot, attributes.rawValue)
    case .unmount(let path):
      verb(CNODE_UNMOUNT)
      (row.source, row.flags) = (text(path), 2)
    case .enterRoot(let path):
      verb(CNODE_ENTER_ROOT)
      row.source = text(path)
    case .leaveOldRoot: verb(CNODE_LEAVE_OLD_ROOT)
    case .changeDirectory(let path):
      verb(CNODE_CHANGE_DIRECTORY)
      row.source = text(path)
    case .join(let process, let namespaces):
      verb(CNODE_JOIN)
      (row.source, row.flags) = (text(process), namespaces.rawValue)
    case .unshare(let namespaces):
      verb(CNODE_UNSHARE)
      row.flags = namespaces.rawValue
    case .closeDescriptors: verb(CNODE_CLOSE_DESCRIPTORS)
    case .newKeyring: verb(CNODE_NEW_KEYRING)
    case .mapIDs(let file, let content):
      verb(CNODE_MAP_IDS)
      (row.source, row.data) = (text(file), text(content))
    case .run(let arguments):
      verb(CNODE_RUN)
      row.data = list(arguments)
    case .configureNetwork(_, let messages, let pidOffset):
      verb(CNODE_SEND_NETLINK)
      (row.data, row.flags, row.number) = (blob(messages), UInt64(messages.count), pidOffset)
    case .openWire(let folder, let number, let linkIndex):
      verb(CNODE_OPEN_WIRE)
      (row.source, row.flags, row.number) = (text(folder), UInt64(number), linkIndex)
    case .setHostName(let name):
      verb(CNODE_SET_HOST_NAME)
      row.source = text(name)
    case .setLimit(let resource, let value, _):
      verb(CNODE_SET_LIMIT)
      (row.number, row.flags) = (resource, value)
    case .control(let option, let value):
      verb(CNODE_CONTROL_PROCESS)
      (row.number, row.flags) = (option.rawValue, value)
    case .boundCapabilities(let set):
      verb(CNODE_BOUND_CAPABILITIES)
      row.flags = set.rawValue
    case .setCapabilities(let set):
      verb(CNODE_SET_CAPABILITIES)
      row.flags = set.rawValue
    case .setGroups(let groups):
      verb(CNODE_SET_GROUPS)
      row.number = Int32(groups.count)
      row.data = blob(groups.flatMap { withUnsafeBytes(of: $0) { Array($0) } })
    case .setGroup(let group):
      verb(CNODE_SET_GROUP)
      row.flags = UInt64(group)
    case .setUser(let user):
      verb(CNODE_SET_USER)
      row.flags = UInt64(user)
    case .filterSystemCalls(let filter):
      verb(CNODE_FILTER_SYSTEM_CALLS)
      (row.data, row.number) = (blob(filter.program), Int32(filter.program.count / 8))
    case .newSession: verb(CNODE_NEW_SESSION)
    case .openTerminal(let columns, let rows):
      verb(CNODE_OPEN_TERMINAL)
      row.flags = UInt64(columns) << 16 | UInt64(rows)
    case .awaitParent: verb(CNODE_AWAIT_PARENT)
    case .execute(let candidates, let arguments, let environment):
      verb(CNODE_EXECUTE)
      (row.data, row.target, row.type) = (list(candidates), list(arguments), list(environment))
    case .pause: verb(CNODE_PAUSE)
    case .tolerate(let failure, let step):
      fill(&row, step)
      row.tolerated = UInt16(failure)
    }
  }

  func finish(_ header: inout cnode_plan) -> [UInt8] {
    header.size = UInt32(tailStart + tail.count)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(header.size))
    withUnsafeBytes(of: &header) { bytes.append(contentsOf: $0) }
    steps.withUnsafeBytes { bytes.append(contentsOf: $0) }
    return bytes + tail
  }
}
