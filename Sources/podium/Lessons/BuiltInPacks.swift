internal import LessonEngine
internal import LocalCluster
internal import SystemIO

/// The packs that come with the program: beside the checkout that it was built from, or below the prefix that it was
/// installed in.
enum BuiltInPacks {
  static func load() throws -> [Pack] {
    guard let folder = try folder() else {
      throw UsageError(
        "the built-in lessons are missing: expected them in Lessons/ of the checkout or in share/podium of the prefix")
    }
    var packs: [Pack] = []
    for name in try Files.list(folder) where Files.exists("\(folder)/\(name)/pack.yaml") {
      packs.append(try Pack.load(FolderOnDisk(path: "\(folder)/\(name)", isOurs: true)))
    }
    return packs
  }

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
