internal import ClusterClient
internal import LessonEngine
internal import LocalCluster
internal import SystemIO

extension PackVerb {
  static let remove = VerbAction(
    name: "remove", usage: " ID…", summary: "remove a pack that you have installed",
    details: """
      Removes packs that were installed, with the images that they have brought. A lesson that is under way is left, and
      its namespace is removed. What you have done in their lessons is remembered, and counts again when they are
      installed again.
      """,
    candidates: installedPacks
  ) { settings, arguments in
    if arguments.words.isEmpty { throw UsageError("the id of a pack is missing: podium pack list lists them") }
    let paths = try settings.paths()
    let installed = InstalledPacks(paths)
    for id in arguments.words {
      let known = try installed.folders().map(\.name)
      guard known.contains(id) else {
        if try BuiltInPacks.ids().contains(id) {
          throw ClusterProblem("the pack \"\(id)\" comes with the program and is not removed")
        }
        throw ClusterProblem("no pack \"\(id)\" is installed\(DidYouMean.text(id, known))")
      }
      let version = installed.manifest(id).map { " \($0.version)" } ?? ""
      let farewell = try await leaveLesson(of: id, paths)
      try installed.remove(id)
      try await PackImageSupply.removeImages(of: id, paths)
      StandardOutput.print("Removed \(id)\(version). What you have done in its lessons is remembered.")
      if let farewell { StandardOutput.print(farewell) }
    }
    return 0
  }

  /// Nothing of a pack that is gone may run on; answers what was done about it.
  private static func leaveLesson(of pack: String, _ paths: ClusterPaths) async throws -> String? {
    let store = ProgressFile(path: paths.progress)
    let current = store.loadOrTell().current.flatMap { $0.hasPrefix(pack + "/") ? $0 : nil }
    let launcher = ClusterLauncher(paths: paths)
    let wasRunning = await launcher.isRunning()
    if current == nil, !wasRunning { return nil }
    var removed: [String] = []
    var complaint: String?
    do {
      // What it keeps on disk would come back with it.
      try await launcher.ensureRunning()
      let client = ClusterClient(endpoint: launcher.client)
      removed = try await LessonNamespaces.remove(
        ofPack: pack, client, patience: wasRunning ? .seconds(20) : .zero)
      if !wasRunning { _ = try await launcher.stop() }
    } catch {
      complaint = "The namespaces of its lessons could not be removed: \(error)"
    }
    if let current { try store.append(Progress.Entry(.left, current)) }
    if current == nil, removed.isEmpty { return complaint }
    return words(current?.split(separator: "/").last, removed) + (complaint.map { " " + $0 } ?? "")
  }

  private static func words(_ lesson: Substring?, _ namespaces: [String]) -> String {
    let names = namespaces.joined(separator: ", ")
    let removal = namespaces.count == 1 ? "the namespace \(names) is removed" : "the namespaces \(names) are removed"
    guard let lesson else { return removal.prefix(1).uppercased() + removal.dropFirst() + "." }
    let left = "Its lesson \"\(lesson)\" was under way and has been left"
    return namespaces.isEmpty ? left + "." : left + "; \(removal)."
  }

  private static func installedPacks(_ settings: Settings) throws -> [(text: String, description: String)] {
    let installed = InstalledPacks(try settings.paths())
    return try installed.folders().map { ($0.name, installed.manifest($0.name)?.title ?? "") }
  }
}
