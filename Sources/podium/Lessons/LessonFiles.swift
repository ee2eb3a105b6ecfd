internal import KubectlCommands
internal import LocalCluster
internal import SystemIO

/// Where the commands that lessons' authors wrote may write: a folder for nothing else.
enum LessonFiles {
  static func context(_ paths: ClusterPaths) throws -> KubectlContext {
    let folder = paths.state + "/lesson-files"
    try Files.makeDirectories(folder)
    var context = LocalConnection.context(paths, agent: "podium-lesson")
    context.workingDirectory = folder
    context.plugins = LessonPlugins.all(paths)
    // The cluster may have ended since the last command.
    context.prepare = { cluster in
      if cluster.server == LocalConnection.address(paths) { try await ClusterLauncher(paths: paths).ensureUsable() }
    }
    return context
  }

  /// The same with a folder of its own in it, for lessons that are played side by side.
  static func context(_ context: KubectlContext, for place: String) throws -> KubectlContext {
    var context = context
    context.workingDirectory += "/" + place
    try Files.makeDirectories(context.workingDirectory)
    return context
  }
}
