import SystemIO
import TestSupport
import Testing

/// A whole distribution as an image: Debian with its own nginx, made by its own tools.
@Suite(
  .needsUserNamespace, .needsRoot, .needsPrograms("debootstrap", "umoci", "apt-get"), .timeLimit(.minutes(5)))
struct DebianTests {
  /// Leaves an image layout at `$1/layout`. The mirror is the one that this machine installs its own packages from.
  private static let recipe = """
    set -e
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1)
    suite=$(. /etc/os-release; echo "$VERSION_CODENAME")
    cd "$1"
    # In memory, and forgotten with this script.
    mkdir work
    mount -t tmpfs tmpfs work
    if ! DPKG_FORCE=unsafe-io debootstrap --variant=minbase --include=nginx-light "$suite" work/root "$mirror" >log 2>&1
    then tail -n 3 log; exit 77; fi
    rm -rf work/root/var/cache/apt work/root/var/lib/apt/lists work/root/usr/share/doc work/root/usr/share/locale
    echo 'a real Debian' >work/root/var/www/html/index.html
    umoci init --layout layout
    umoci new --image layout:1
    umoci insert --image layout:1 work/root /
    umoci config --image layout:1 --config.cmd nginx --config.cmd -g --config.cmd 'daemon off;' --config.exposedports 80/tcp
    chmod -R a+rX layout
    """

  @Test func runsARealDebianWithItsOwnNginx() async throws {
    try await TemporaryFolder.with { folder in
      let script = try folder.write(Self.recipe, to: "recipe")
      let made = try await ProgramOutput.of(
        "unshare", ["--mount", "sh", script, folder.path], within: .seconds(240))
      if made.end == .exited(77) {
        // There is no way to a mirror, or it is out of order.
        try Test.cancel("debootstrap cannot fetch Debian: \(made.output)")
      }
      #expect(made.end == .exited(0), "\(made.error)")
      Account.ordinaryUser.own(folder.path)
      try await Learner.with(.root) { try await run($0, folder.path("layout")) }
      // Debian has many users, so it takes one who may have many.
      guard Files.exists("/usr/bin/newuidmap") else { return }
      try await Account.withSubordinateIDs {
        try await Learner.with(.ordinaryUser) { try await run($0, folder.path("layout")) }
      }
    }
  }

  private func run(_ learner: Learner, _ layout: String) async throws {
    let imported = try await learner.podium("images", "import", layout, "--name", "team/debian-nginx:1")
    try #require(imported.end == .exited(0), "\(imported.error)")
    try await learner.kubectl("run", "web", "--image=team/debian-nginx:1", "--port=80")
    try await learner.kubectl("wait", "--for=condition=Ready", "pod/web", "--timeout=60s")
    try await learner.kubectl("run", "visitor", "--image=busybox", "--command", "--", "sleep", "600")
    try await learner.kubectl("wait", "--for=condition=Ready", "pod/visitor", "--timeout=30s")
    let address = try await learner.kubectl("get", "pod", "web", "-o", "jsonpath={.status.podIP}")
    #expect(
      try await learner.kubectl("exec", "visitor", "--", "wget", "-qO-", "http://\(address)/") == "a real Debian\n")
    #expect(try await learner.kubectl("exec", "web", "--", "nginx", "-t").isEmpty)
    #expect(try await learner.kubectl("exec", "web", "--", "sh", "-c", ". /etc/os-release; echo $ID") == "debian\n")
    // nginx obeys TERM at once; without that the grace period would pass.
    let start = ContinuousClock.now
    try await learner.kubectl("delete", "pod", "web", "--grace-period=25")
    #expect(ContinuousClock.now - start < .seconds(15))
  }
}
