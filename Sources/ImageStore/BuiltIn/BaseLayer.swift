internal import Glibc
internal import SystemIO

/// The layer that all built-in images share: busybox under all its names, and the workload program.
enum BaseLayer {
  static func entries(_ materials: BuiltInMaterials) throws -> [LayerEntry] {
    let busybox = HiddenApplets.hiding(hidden, in: try Files.read(materials.busybox))
    let programs: [LayerEntry] = [
      .program("usr/bin/busybox", busybox), .program(workloadPath, copyOf: materials.workload),
    ]
    let applets = try materials.applets().map { LayerEntry.hardLink($0, to: "usr/bin/busybox") }
    return skeleton + programs + applets + roles(replacing)
  }

  /// Commands that Debian builds its busybox without, or with less than people expect.
  private static let replacing = [
    "mountpoint", "nc", "nice", "nohup", "pgrep", "pkill", "printenv", "ps", "wget",
  ].map { "usr/bin/" + $0 }

  /// Of these, what scripts call.
  static let hidden = ["nc"]

  /// All of it that does not depend on the machine.
  static let skeleton: [LayerEntry] = [
    .directory("dev"), .directory("etc"), .directory("home"), .directory("mnt"), .directory("opt"), .directory("proc"),
    .directory("root", mode: 0o700), .directory("run"), .directory("srv"), .directory("sys"),
    .directory("tmp", mode: 0o1777), .directory("usr"), .directory("usr/bin"), .directory("usr/lib"),
    .directory("usr/libexec"), .directory("usr/local"), .directory("usr/local/bin"), .directory("usr/local/sbin"),
    .directory("usr/sbin"), .directory("usr/share"), .directory("var"), .directory("var/log"), .directory("var/spool"),
    .directory("var/spool/cron"), .directory("var/tmp", mode: 0o1777), .directory("var/www"),
    // One directory of programs, two names: a path that is right for one distribution is right for all.
    .link("bin", to: "usr/bin"), .link("sbin", to: "usr/sbin"), .link("lib", to: "usr/lib"),
    .link("var/run", to: "../run"),
    .text("etc/group", groups), .text("etc/hosts", "127.0.0.1\tlocalhost\n::1\tlocalhost\n"),
    .text("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"), .text("etc/passwd", users),
    .text("etc/profile", "export PS1='\\u@\\h:\\w\\$ '\n"), .text("etc/shadow", "root:*::0:::::\n", mode: 0o600),
  ]

  private static let users = """
    root:x:0:0:root:/root:/bin/sh
    daemon:x:1:1:daemon:/usr/sbin:/bin/false
    bin:x:2:2:bin:/bin:/bin/false
    sys:x:3:3:sys:/dev:/bin/false
    www-data:x:33:33:www-data:/var/www:/bin/false
    nginx:x:101:101:nginx:/nonexistent:/bin/false
    mongodb:x:999:999:mongodb:/data/db:/bin/false
    nobody:x:65534:65534:nobody:/nonexistent:/bin/false

    """

  private static let groups = """
    root:x:0:
    daemon:x:1:
    bin:x:2:
    sys:x:3:
    tty:x:5:
    www-data:x:33:
    nginx:x:101:
    mongodb:x:999:
    nogroup:x:65534:

    """
}
