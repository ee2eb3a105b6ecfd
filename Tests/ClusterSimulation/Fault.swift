/// A defect that a simulated cluster is given on purpose, to show that its checks would notice it.
enum Fault: String, CaseIterable {
  /// The runtime starts a second container beside each.
  case startsTwice
  /// The store comes back as it was when it was opened.
  case losesWrites
  /// The runtime says that sandboxes are removed, and leaves them.
  case leavesSandboxes
  /// Nobody tells the kubelet of containers that end.
  case hidesExits
  /// Watches say things twice.
  case repeatsNews
}
