import Glibc
import HTTPTransport
import SystemIO
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct IdentityTests {
  @Test func anIdentityIsMadeOnceAndKept() async throws {
    try await TemporaryFolder.with { folder in
      let first = try ServerIdentity.loadOrCreate(directory: folder.path("pki"))
      let second = try ServerIdentity.loadOrCreate(directory: folder.path("pki"))
      #expect(first.authorityPEM == second.authorityPEM)
      #expect(first.certificatePEM == second.certificatePEM)
      #expect(try Files.list(folder.path("pki")) == ["ca.crt", "ca.key", "server.crt", "server.key"])
      for name in try Files.list(folder.path("pki")) {
        var status = stat()
        #expect(stat(folder.path("pki/" + name), &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600, "\(name)")
      }
    }
  }

  @Test func aCertificateThatRunsOutIsRenewedByTheSameAuthority() async throws {
    try await TemporaryFolder.with { folder in
      let old = try ServerIdentity.loadOrCreate(directory: folder.path)
      let later = try ServerIdentity.loadOrCreate(directory: folder.path, now: time(nil) + 350 * 86_400)
      #expect(later.authorityPEM == old.authorityPEM)
      #expect(later.certificatePEM != old.certificatePEM)
      let muchLater = try ServerIdentity.loadOrCreate(directory: folder.path, now: time(nil) + 11 * 365 * 86_400)
      #expect(muchLater.authorityPEM != old.authorityPEM)
    }
  }

  @Test(arguments: ["ca.crt", "ca.key", "server.crt", "server.key"])
  func aDamagedFileIsReplaced(name: String) async throws {
    try await TemporaryFolder.with { folder in
      let old = try ServerIdentity.loadOrCreate(directory: folder.path)
      try folder.write("-----BEGIN NONSENSE-----", to: name)
      let new = try ServerIdentity.loadOrCreate(directory: folder.path)
      #expect((new.authorityPEM == old.authorityPEM) == name.hasPrefix("server"))
      #expect(new.certificatePEM != old.certificatePEM)
    }
  }

  @Test func aKeyOfAnotherCertificateIsNoticed() async throws {
    try await TemporaryFolder.with { folder in
      let old = try ServerIdentity.loadOrCreate(directory: folder.path)
      try folder.write(try folder.read("ca.key"), to: "server.key")
      #expect(try ServerIdentity.loadOrCreate(directory: folder.path).certificatePEM != old.certificatePEM)
    }
  }

  /// The judgement of another TLS library.
  @Test(arguments: ServerIdentity.names) func theCertificateIsGoodForItsNames(name: String) async throws {
    try await TemporaryFolder.with { folder in
      _ = try ServerIdentity.loadOrCreate(directory: folder.path)
      let isAddress = name.contains(":") || name.first!.isNumber
      let answer = try await ProgramOutput.of(
        "openssl",
        [
          "verify", "-x509_strict", "-CAfile", folder.path("ca.crt"), isAddress ? "-verify_ip" : "-verify_hostname",
          name,
          folder.path("server.crt"),
        ])
      #expect(answer.end == .exited(0), "\(answer.output) \(answer.error)")
    }
  }

  @Test func aTokenIsMadeOnceAndKept() async throws {
    try await TemporaryFolder.with { folder in
      let first = try BearerToken.loadOrCreate(folder.path("token"))
      #expect(first.text.count == 64)
      #expect(try BearerToken.loadOrCreate(folder.path("token")) == first)
      var status = stat()
      #expect(stat(folder.path("token"), &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600)
      #expect(BearerToken.random() != first)
      try folder.write("short\n", to: "token")
      #expect(try BearerToken.loadOrCreate(folder.path("token")) != first)
    }
  }
}
