internal import Glibc
internal import SystemIO

/// A machine in software with a kernel of its own, for what this one's kernel cannot show.
public enum EmulatedMachine {
  public static let emulator = "/usr/bin/qemu-system-x86_64"

  /// An unpacked package of a kernel with its modules; `Scripts/test` puts it there.
  public static let kernelPackage =
    #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/.build/kernel"

  public static var kernel: String? {
    let folder = kernelPackage + "/boot"
    return (try? Files.list(folder))?.first { $0.hasPrefix("vmlinuz-") }.map { folder + "/" + $0 }
  }

  static var isThere: Bool { kernel != nil && access(emulator, X_OK) == 0 }
}
