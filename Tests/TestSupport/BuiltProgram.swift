internal import Glibc
internal import SystemIO

/// The programs that the build has put beside the tests.
public enum BuiltProgram {
  /// The path of a product of this package, such as `podium`.
  public static func path(_ name: String) -> String {
    let path = folder + "/" + name
    precondition(Files.exists(path), "\(path) is not built: run `swift build --product \(name)`")
    return path
  }

  /// The file that holds the tests; it is a program as well.
  public static var testBundle: String {
    CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? (try? Files.linkTarget("/proc/self/exe")) ?? ""
  }

  /// The folder of the test bundle, which is mapped into this very process.
  private static let folder: String = {
    for argument in CommandLine.arguments {
      if let end = argument.range(of: ".xctest")?.upperBound, let slash = argument[..<end].lastIndex(of: "/") {
        return String(argument[..<slash])
      }
    }
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink("/proc/self/exe", &buffer, buffer.count)
    let path = String(decoding: buffer.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
  }()
}

extension StringProtocol {
  /// The first place where `text` stands; the standard library's own needs Foundation or string processing.
  func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
