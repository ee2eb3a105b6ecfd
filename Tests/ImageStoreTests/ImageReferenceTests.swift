import Testing

@testable import ImageStore

@Suite struct ImageReferenceTests {
  static let digest = "sha256:" + String(repeating: "0123456789abcdef", count: 4)

  @Test(arguments: [
    ("busybox", "docker.io/library/busybox:latest", "busybox:latest"),
    ("mongo:3.3", "docker.io/library/mongo:3.3", "mongo:3.3"),
    ("vfarcic/go-demo-2", "docker.io/vfarcic/go-demo-2:latest", "vfarcic/go-demo-2:latest"),
    ("nigelpoulton/k8sbook:latest", "docker.io/nigelpoulton/k8sbook:latest", "nigelpoulton/k8sbook:latest"),
    (
      "gcr.io/google-samples/hello-app:2.0", "gcr.io/google-samples/hello-app:2.0",
      "gcr.io/google-samples/hello-app:2.0"
    ),
    ("localhost/x", "localhost/x:latest", "localhost/x:latest"),
    ("localhost:5000/a/b:c", "localhost:5000/a/b:c", "localhost:5000/a/b:c"),
    ("docker.io/busybox", "docker.io/library/busybox:latest", "busybox:latest"),
    ("index.docker.io/library/busybox", "docker.io/library/busybox:latest", "busybox:latest"),
    ("[::1]:5000/x", "[::1]:5000/x:latest", "[::1]:5000/x:latest"),
    ("a--b/c__d/e.f_g", "docker.io/a--b/c__d/e.f_g:latest", "a--b/c__d/e.f_g:latest"),
    ("Registry.example/x", "Registry.example/x:latest", "Registry.example/x:latest"),
    ("x@" + digest, "docker.io/library/x@" + digest, "x@" + digest),
    ("x:1@" + digest, "docker.io/library/x:1@" + digest, "x:1@" + digest),
    ("x:" + String(repeating: "t", count: 128), "docker.io/library/x:" + String(repeating: "t", count: 128), nil),
  ])
  func understandsNames(text: String, full: String, familiar: String?) throws {
    let reference = try ImageReference(text).withDefaultTag
    #expect(reference.description == full)
    #expect(reference.familiarName == familiar ?? reference.familiarName)
    // A name in full means itself.
    #expect(try ImageReference(full) == reference)
  }

  @Test(arguments: [
    ("", "invalid reference format"),
    ("Busybox", "invalid reference format: repository name (library/Busybox) must be lowercase"),
    ("Busybox:1", "invalid reference format: repository name (library/Busybox) must be lowercase"),
    ("docker.io/Team/x", "invalid reference format: repository name (Team/x) must be lowercase"),
    ("bad image", "invalid reference format"),
    ("x:", "invalid reference format"),
    ("x:-1", "invalid reference format"),
    ("x:" + String(repeating: "t", count: 129), "invalid reference format"),
    ("x:1:2", "invalid reference format"),
    ("-x", "invalid reference format"),
    ("x-", "invalid reference format"),
    ("a..b", "invalid reference format"),
    ("a___b", "invalid reference format"),
    ("a/_b", "invalid reference format"),
    ("a//b", "invalid reference format"),
    ("/a", "invalid reference format"),
    ("a/", "invalid reference format"),
    ("../etc", "invalid reference format"),
    ("localhost:port/x", "invalid reference format"),
    ("-a.b/x", "invalid reference format"),
    ("x@sha256:12", "invalid reference format"),
    ("x@sha256:" + String(repeating: "a", count: 63), "invalid checksum digest length"),
    ("x@md5:" + String(repeating: "a", count: 32), "unsupported digest algorithm"),
    (String(repeating: "a", count: 300), "repository name must not be more than 255 characters"),
    (
      String(repeating: "a", count: 64),
      "invalid repository name (\(String(repeating: "a", count: 64))), cannot specify 64-byte hexadecimal strings"
    ),
  ])
  func refusesImpossibleNames(text: String, reason: String) {
    #expect(throws: InvalidImageName.self) { try ImageReference(text) }
    do throws(InvalidImageName) {
      _ = try ImageReference(text)
    } catch {
      #expect(error.description == "couldn't parse image name \"\(text)\": \(reason)")
    }
  }
}
