internal import Glibc

/// Whose rights a program that a test starts is to have.
public enum Account: String, Sendable {
  case root = "root"
  case ordinaryUser = "an ordinary user"

  /// The account that the tests themselves run in.
  public static var own: Account { geteuid() == 0 ? .root : .ordinaryUser }

  /// A number that no login has, so that its files and processes are the test's alone.
  private static let number: uid_t = 61_701

  /// The command line that runs the program with the rights of this account.
  public func command(_ program: String, _ arguments: [String]) -> (program: String, arguments: [String]) {
    if self == .root || Account.own == .ordinaryUser { return (program, arguments) }
    let identity = ["--reuid=\(Self.number)", "--regid=\(Self.number)", "--clear-groups", "--"]
    return ("setpriv", identity + [program] + arguments)
  }

  /// Makes a file or folder of the tests' its own.
  public func own(_ path: String) {
    if self == .ordinaryUser, Account.own == .root { chown(path, Self.number, Self.number) }
  }
}
