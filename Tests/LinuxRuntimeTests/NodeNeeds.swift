import Glibc
import TestSupport
import Testing

@testable import LinuxRuntime

let isRoot = geteuid() == 0

extension Trait where Self == ConditionTrait {
  /// Nodes: as root, or in a user namespace.
  static var needsNodes: Self { isRoot ? .needsRoot : .needsUserNamespace }

  /// Containers whose programs are not root.
  static var needsManyUsers: Self {
    .enabled("needs root, or subordinate ids in /etc/subuid and /etc/subgid") {
      IDMapping.available().mapsOtherUsers
    }
  }
}
