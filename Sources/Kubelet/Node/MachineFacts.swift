internal import ObjectSchema
internal import SystemIO

/// What the machine says about itself.
struct MachineFacts: Sendable, Equatable {
  var processors: Int64 = 1
  var memoryBytes: Int64 = 0
  var diskBytes: Int64 = 0
  var architecture = ""
  var kernelVersion = ""
  var systemName = "Linux"
  var bootID = ""
  var machineID = ""
  var systemUUID = ""

  /// What pods may use of the machine, as the API names it.
  var amounts: [String: Quantity] {
    var amounts = ["cpu": Quantity(whole: processors)]
    amounts["memory"] = Quantity("\(memoryBytes / 1024)Ki")
    amounts["ephemeral-storage"] = Quantity("\(diskBytes / 1024)Ki")
    return amounts
  }

  static func read() -> MachineFacts {
    var facts = MachineFacts()
    facts.processors = Int64(Machine.processors)
    facts.diskBytes = Machine.diskBytes(at: "/")
    #if arch(x86_64)
      facts.architecture = "amd64"
    #elseif arch(arm64)
      facts.architecture = "arm64"
    #endif
    func line(_ path: String) -> String {
      ((try? Files.readText(path)) ?? "").split(separator: "\n").first.map(String.init) ?? ""
    }
    facts.kernelVersion = line("/proc/sys/kernel/osrelease")
    facts.bootID = line("/proc/sys/kernel/random/boot_id")
    facts.machineID = line("/etc/machine-id")
    facts.systemUUID = line("/sys/class/dmi/id/product_uuid")
    if facts.systemUUID.isEmpty { facts.systemUUID = facts.machineID }
    for entry in ((try? Files.readText("/proc/meminfo")) ?? "").split(separator: "\n")
    where entry.hasPrefix("MemTotal:") {
      let kibibytes = entry.split(separator: " ").dropFirst().first.flatMap { Int64($0) } ?? 0
      facts.memoryBytes = kibibytes * 1024
    }
    for entry in ((try? Files.readText("/etc/os-release")) ?? "").split(separator: "\n")
    where entry.hasPrefix("PRETTY_NAME=") {
      facts.systemName = entry.dropFirst("PRETTY_NAME=".count).split(separator: "\"").first.map(String.init) ?? "Linux"
    }
    return facts
  }
}
