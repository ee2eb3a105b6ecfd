/// The names that files of a pack may have, as seen from `pack.yaml`.
enum PackPath {
  static let manifest = "pack.yaml"
  static let lock = "pack.lock"
  /// Where a signature will be; what is signed, older programs do not pass off as read.
  static let signature = "pack.sig"
  static let images = "images"
  /// For those who pass the pack on.
  static let papers = ["LICENCE", "LICENSE", "NOTICE", "README.md"]
  /// A header has no room for more.
  static let longest = 255

  /// Why nobody may write a file of that name; nil when it stays within its folder on every machine.
  static func danger(_ name: String) -> String? {
    if name.isEmpty { return "has no name" }
    if name.hasPrefix("/") { return "begins with /: a pack writes to its own folder only" }
    if name.utf8.count > longest { return "has a name of more than \(longest) bytes" }
    if name.unicodeScalars.contains(where: { $0.isControl }) { return "has a control character in its name" }
    // Seen as letters, a / with an accent is no /; seen as bytes, it is.
    if name.utf8.count(where: { $0 == UInt8(ascii: "/") }) != name.count(where: { $0 == "/" }) {
      return "has a sign in its name that joins with /"
    }
    if name.contains("\\") { return "has a backslash in its name, which is a folder on some systems" }
    for part in name.split(separator: "/", omittingEmptySubsequences: false) {
      switch part {
      case "..": return "leads out of the pack's folder by `..`"
      case "", ".": return "has an empty part or `.` in its name"
      default: break
      }
    }
    return nil
  }

  /// Why such a file is no part of a pack; nil when it is one.
  static func misplacement(_ name: String) -> String? {
    if name == signature { return "is a signature, which a newer podium can check: this one cannot" }
    let isKnown =
      [manifest, lock, SharedChecks.fileName].contains(name) || papers.contains(name) || isLesson(name)
      || name.hasPrefix(PackManifest.filesFolder + "/") || name.hasPrefix(images + "/")
    return isKnown
      ? nil : "is no part of a pack of format \(PackManifest.format): lessons, files/… and images/… are"
  }

  /// `hello.md`, or `hello.fr.md` for the translations that programs will read one day.
  static func isLesson(_ name: String) -> Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard !name.contains("/"), parts.last == "md", Identifier.isValid(parts[0]) else { return false }
    return parts.count == 2 || (parts.count == 3 && isLanguage(parts[1]))
  }

  private static func isLanguage(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return (2...3).contains(parts[0].utf8.count)
      && parts.allSatisfy {
        (2...8).contains($0.utf8.count) && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
      }
  }

  /// Only what is built from images is ever executed, inside of containers.
  static func mayBeExecutable(_ name: String) -> Bool { name.hasPrefix(images + "/") }

  /// A name as errors show it: nothing in it steers a terminal.
  static func shown(_ name: String) -> String {
    var text = ""
    for scalar in name.unicodeScalars.prefix(300) {
      if scalar.isControl {
        text += "\\u{" + String(scalar.value, radix: 16) + "}"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

/// Names that would meet on one file or folder: on systems that do not tell `A` from `a`, or where one is both.
struct PackNames {
  private var spellings: [String: (name: String, isFolder: Bool)] = [:]

  /// Why the name cannot stand beside those before it; nil when it can.
  mutating func clash(adding name: String) -> String? {
    var path = ""
    let parts = name.split(separator: "/")
    for (index, part) in parts.enumerated() {
      path += index == 0 ? part : "/" + part
      let isFolder = index < parts.count - 1
      guard let known = spellings.updateValue((path, isFolder), forKey: path.lowercased()) else { continue }
      if known.name.utf8.elementsEqual(path.utf8) {
        if known.isFolder != isFolder { return "is a file and a folder at once" }
        if !isFolder { return "is there twice" }
      } else {
        return "differs from \"\(known.name)\" only in capital letters or in how letters are put together"
      }
    }
    return nil
  }
}
