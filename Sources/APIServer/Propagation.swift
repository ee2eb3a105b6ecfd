internal import KubernetesAPI

/// What is to become of the dependents of a deleted object.
///
/// The server does nothing to dependents. It marks the object for the garbage collector, which orphans or deletes them
/// before the object itself goes; those of an object without such a mark are deleted when it has gone.
extension DeleteOptions {
  private static let orphan = "orphan"
  private static let foreground = "foregroundDeletion"

  /// Who holds the object once it is deleted in this way.
  func finalizers(of metadata: ObjectMeta, _ policy: DependentsPolicy) -> [String] {
    let others = metadata.finalizers.filter { $0 != Self.orphan && $0 != Self.foreground }
    guard let mark = mark(metadata.finalizers, policy) else {
      return others.count == metadata.finalizers.count ? metadata.finalizers : others
    }
    return metadata.finalizers.contains(mark) && others.count == metadata.finalizers.count - 1
      ? metadata.finalizers : others + [mark]
  }

  private func mark(_ present: [String], _ policy: DependentsPolicy) -> String? {
    if policy == .ignored { return nil }
    if let orphanDependents { return orphanDependents ? Self.orphan : nil }
    switch propagationPolicy {
    case "Orphan": return Self.orphan
    case "Foreground": return Self.foreground
    case .some: return nil
    case nil:
      // What was said before holds.
      if let said = present.first(where: { $0 == Self.orphan || $0 == Self.foreground }) { return said }
      return policy == .orphaned ? Self.orphan : nil
    }
  }

  /// What is to be remarked about a deletion that does not say what it means.
  func remarks(_ resource: Resource) -> [String] {
    guard resource.dependents == .orphaned, propagationPolicy == nil, orphanDependents == nil else { return [] }
    return [
      "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning"
    ]
  }
}
