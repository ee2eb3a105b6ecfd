internal import LessonEngine
internal import LocalCluster
internal import SystemIO

/// The packs that come with the program: beside the checkout that it was built from, or below the prefix that it was
/// installed in.
enum BuiltInPacks {
  /// Each in its own folder, whose name is the id.
  static func folders() throws -> [FolderOnDisk] {
    guard let folder = try folder() else {
      throw UsageError(
        "the built-in lessons are missing: expected them in Lessons/ of the checkout or in share/podium of the prefix")
    }
    return try Files.list(folder).filter { Files.exists("\(folder)/\($0)/pack.yaml") }.map {
      FolderOnDisk(path: "\(folder)/\($0)", isOurs: true)
    }
  }

  /// The ids of all of them, also of those that cannot be read.
  static func ids() throws -> Set<String> { Set(try folders().map(\.name)) }

  private static func folder() throws -> String? {
    let program = try Files.linkTarget("/proc/self/exe")
    var directory = program[..<(program.lastIndex(of: "/") ?? program.startIndex)]
    // .build/<configuration>/podium, or .build/<platform>/<configuration>/podium, or bin/podium.
    while !directory.isEmpty {
      for candidate in ["\(directory)/Lessons", "\(directory)/share/podium/Lessons"]
      where Files.isDirectory(candidate) {
        return candidate
      }
      directory = directory[..<(directory.lastIndex(of: "/") ?? directory.startIndex)]
    }
    return nil
  }
}
