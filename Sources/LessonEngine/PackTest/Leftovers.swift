internal import KubectlCommands
internal import KubernetesAPI

/// What lessons leave behind: of their pods on the node, and of objects in the cluster.
enum Leftovers {
  /// The node takes a moment to clear up.
  static let patience = Duration.seconds(15)

  /// Closes the places of a lesson and looks for what is left of their pods.
  static func afterClosing(_ places: [LessonPlace], of lesson: Lesson) async -> [PackFinding] {
    await withTaskGroup(of: [PackFinding].self) { group in
      for place in places {
        group.addTask {
          let uids = place.everSeenPods
          await place.close()
          return await remains(of: uids, place.inquiry, lesson, patience: patience)
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
  }

  static func remains(
    of uids: [String], _ inquiry: any Inquiry, _ lesson: Lesson, patience: Duration
  ) async -> [PackFinding] {
    let deadline = ContinuousClock.now + patience
    while true {
      var remains: [String] = []
      for uid in uids {
        if case .seen(let some) = await inquiry.remains(of: uid) { remains += some }
      }
      if remains.isEmpty { return [] }
      if ContinuousClock.now > deadline {
        return remains.map { finding("the lesson leaves behind: \($0)", lesson.id, lesson.path) }
      }
      try? await Task.sleep(for: .milliseconds(100))
    }
  }

  /// What is in the cluster that was not there before.
  static func inCluster(
    since before: ClusterCensus, _ context: (String) throws -> KubectlContext, lessons: [String], file: String
  ) async -> [PackFinding] {
    let deadline = ContinuousClock.now + patience
    while true {
      let names = await ClusterCensus.take(context).objects.subtracting(before.objects).sorted()
      if names.isEmpty { return [] }
      if ContinuousClock.now > deadline {
        let whose = lessons.count == 1 ? "the lesson leaves" : "the lessons leave"
        return names.map { finding("\(whose) behind: \($0)", lessons.joined(separator: ", "), file) }
      }
      try? await Task.sleep(for: .milliseconds(100))
    }
  }

  private static func finding(_ message: String, _ lesson: String, _ file: String) -> PackFinding {
    PackFinding(rule: .leftBehind, file: file, line: 1, lesson: lesson, message: message)
  }
}

/// The objects that belong to no namespace, by kind and name.
struct ClusterCensus: Sendable, Equatable {
  var objects: Set<String> = []

  static func take(_ context: (String) throws -> KubectlContext) async -> ClusterCensus {
    var census = ClusterCensus()
    guard let client = try? context("census").cluster.client else { return census }
    for name in (try? await client.list(Namespace.self).items.map(\.name)) ?? [] {
      census.objects.insert("namespace \(name)")
    }
    for name in (try? await client.list(Node.self).items.map(\.name)) ?? [] { census.objects.insert("node \(name)") }
    return census
  }
}
