internal import LocalCluster

/// `podium kubelet …`: started by node init inside a node.
enum KubeletVerb {
  @Sendable
  static func run(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    var values: [String: String] = [:]
    var rest = arguments[...]
    while let name = rest.popFirst() {
      guard name.hasPrefix("--"), let value = rest.popFirst() else {
        throw UsageError("the kubelet is started by its node, with options and values in pairs; found \(name)")
      }
      values[name] = value
    }
    func value(_ name: String) throws -> String {
      guard let value = values[name] else { throw UsageError("the kubelet was started without \(name)") }
      return value
    }
    guard let number = UInt8(try value("--number")) else { throw UsageError("--number is not a number") }
    let process = KubeletProcess(
      node: try value("--node"), nodeDirectory: try value("--node-directory"), apiSocket: try value("--api-socket"),
      kubeletSocket: try value("--kubelet-socket"), images: try value("--images"),
      diskDirectory: try value("--disk-directory"), number: number)
    try await process.run()
    return 1
  }
}
