/// Messages to the kernel's routing socket: the few that a node and a pod need, several in one run of bytes.
///
/// The layout is that of netlink(7) and rtnetlink(7): little-endian machine words, attributes padded to four bytes.
struct RoutingMessages: Sendable, Equatable {
  private(set) var bytes: [UInt8] = []
  /// Where the pid of the process whose network a link is born into is to be written.
  private(set) var pidOffset: Int32 = -1

  /// Indices that no link of a fresh network has: tunnels that the kernel adds by itself come first.
  static let bridgeIndex: Int32 = 1000
  static let uplinkIndex: Int32 = 1001
  static let wireIndex: Int32 = 1002
  static let podLinkIndex: Int32 = 100
  static let loopbackIndex: Int32 = 1

  private enum Kind {
    static let newLink: UInt16 = 16
    static let newAddress: UInt16 = 20
    static let newRoute: UInt16 = 24
  }

  private enum Flag {
    static let request: UInt16 = 1
    static let acknowledge: UInt16 = 4
    static let exclusive: UInt16 = 0x200
    static let create: UInt16 = 0x400
  }

  private static let isUp: UInt32 = 1
  private static let asksForNoHardwareAddress: UInt32 = 0x80

  /// Of every node's uplink: a frame that leaves one node by it is addressed as the next one wants it, and the wire, whose
  /// own address differs, takes none for itself.
  private static let uplinkHardwareAddress: [UInt8] = [0x02, 0, 0, 0, 0xF4, 0x0A]

  // MARK: What a node and a pod need

  mutating func addBridge(_ name: String, index: Int32) {
    message(Kind.newLink, Flag.create | Flag.exclusive) { message in
      message.link(index: index, flags: Self.isUp)
      message.text(3, name)
      message.nested(18) { $0.text(1, "bridge") }
    }
  }

  /// A pair of links: one attached to the bridge here, the other born as `peerName` in the child's network, or here.
  mutating func addPair(
    _ name: String, index: Int32, bridge: Int32, peerName: String, peerIndex: Int32, inChild: Bool = true
  ) {
    var pidOffset: Int32 = -1
    message(Kind.newLink, Flag.create | Flag.exclusive) { message in
      message.link(index: index, flags: Self.isUp)
      message.text(3, name)
      message.attribute(10) { $0.word(UInt32(bitPattern: bridge)) }
      message.nested(18) { information in
        information.text(1, "veth")
        information.nested(2) { data in
          data.nested(1) { peer in
            // Not up yet: the two do not know each other when the first one is born.
            peer.link(index: peerIndex, flags: 0)
            peer.text(3, peerName)
            if !inChild { return }
            peer.attribute(19) { attribute in
              pidOffset = Int32(attribute.bytes.count)
              attribute.word(0)
            }
          }
        }
      }
    }
    self.pidOffset = pidOffset
  }

  /// A pair of links by which packets leave the node and come in: routes lead to the uplink, and the wire is where they
  /// are picked up.
  mutating func addUplink(_ name: String, wire: String) {
    message(Kind.newLink, Flag.create | Flag.exclusive) { message in
      message.link(index: Self.uplinkIndex, flags: Self.isUp | Self.asksForNoHardwareAddress)
      message.text(3, name)
      message.attribute(1) { $0.bytes += Self.uplinkHardwareAddress }
      message.nested(18) { information in
        information.text(1, "veth")
        information.nested(2) { data in
          data.nested(1) { peer in
            peer.link(index: Self.wireIndex, flags: 0)
            peer.text(3, wire)
          }
        }
      }
    }
    bringUp(index: Self.wireIndex)
  }

  mutating func bringUp(index: Int32) {
    message(Kind.newLink) { $0.link(index: index, flags: Self.isUp) }
  }

  mutating func addAddress(_ address: IPv4Address, prefix: UInt8, index: Int32) {
    message(Kind.newAddress, Flag.create | Flag.exclusive) { message in
      message.bytes += [2, prefix, 0, 0]
      message.word(UInt32(bitPattern: index))
      message.attribute(2) { $0.bytes += address.bytes }
      message.attribute(1) { $0.bytes += address.bytes }
      if prefix < 31 {
        let broadcast = IPv4Address(address.number | (UInt32.max >> UInt32(prefix)))
        message.attribute(4) { $0.bytes += broadcast.bytes }
      }
    }
  }

  mutating func addDefaultRoute(by gateway: IPv4Address) {
    message(Kind.newRoute, Flag.create | Flag.exclusive) { message in
      // Family, no prefixes, main table, made at boot, universe, unicast.
      message.bytes += [2, 0, 0, 0, 254, 3, 0, 1]
      message.word(0)
      message.attribute(5) { $0.bytes += gateway.bytes }
    }
  }

  /// What goes to a network of addresses leaves by a link, without a gateway; what starts here bears `source`.
  mutating func addRoute(to network: IPv4Address, prefix: UInt8, index: Int32, source: IPv4Address? = nil) {
    message(Kind.newRoute, Flag.create | Flag.exclusive) { message in
      message.bytes += [2, prefix, 0, 0, 254, 3, 253, 1]
      message.word(0)
      message.attribute(1) { $0.bytes += network.bytes }
      message.attribute(4) { $0.word(UInt32(bitPattern: index)) }
      if let source { message.attribute(7) { $0.bytes += source.bytes } }
    }
  }

  // MARK: The encoding

  private mutating func message(_ kind: UInt16, _ flags: UInt16 = 0, _ body: (inout RoutingMessages) -> Void) {
    let start = bytes.count
    word(0)
    half(kind)
    half(Flag.request | Flag.acknowledge | flags)
    word(0)
    word(0)
    body(&self)
    replace(at: start, with: UInt32(bytes.count - start))
    pad()
  }

  /// The head of a message about a link; brings it up when the flag is set.
  private mutating func link(index: Int32, flags: UInt32) {
    bytes += [0, 0, 0, 0]
    word(UInt32(bitPattern: index))
    word(flags)
    word(flags)
  }

  private mutating func attribute(_ kind: UInt16, _ body: (inout RoutingMessages) -> Void) {
    let start = bytes.count
    half(0)
    half(kind)
    body(&self)
    let length = UInt16(bytes.count - start)
    bytes[start] = UInt8(truncatingIfNeeded: length)
    bytes[start + 1] = UInt8(truncatingIfNeeded: length >> 8)
    pad()
  }

  private mutating func nested(_ kind: UInt16, _ body: (inout RoutingMessages) -> Void) { attribute(kind, body) }

  private mutating func text(_ kind: UInt16, _ text: String) { attribute(kind) { $0.bytes += Array(text.utf8) + [0] } }

  private mutating func half(_ value: UInt16) { withUnsafeBytes(of: value) { bytes += $0 } }

  private mutating func word(_ value: UInt32) { withUnsafeBytes(of: value) { bytes += $0 } }

  private mutating func replace(at offset: Int, with value: UInt32) {
    withUnsafeBytes(of: value) { bytes.replaceSubrange(offset..<(offset + 4), with: $0) }
  }

  private mutating func pad() {
    while !bytes.count.isMultiple(of: 4) { bytes.append(0) }
  }
}
