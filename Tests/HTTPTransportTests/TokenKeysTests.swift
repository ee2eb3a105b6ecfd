import Glibc
import HTTPTransport
import KubernetesAPI
import TestSupport
import Testing

struct TokenKeysTests {
  @Test func aSignatureFitsItsMessageOnly() async throws {
    try await TemporaryFolder.with { folder in
      let keys = try TokenKeys.loadOrCreate(folder.path("sa.key"))
      // Numbers with leading zeros come up once in a while.
      for number in 0..<300 {
        let message = Array("message \(number)".utf8)
        let signature = try keys.sign(message)
        #expect(signature.count == 64)
        #expect(keys.isSigned(message, by: signature))
        #expect(!keys.isSigned(message + [0], by: signature))
        #expect(!keys.isSigned(message, by: signature.reversed()))
      }
      #expect(!keys.isSigned([1], by: []))
      #expect(keys.publicPoint.x.count == 32 && keys.publicPoint.y.count == 32)
    }
  }

  @Test func theKeyIsMadeOnceAndForItsOwnerOnly() async throws {
    try await TemporaryFolder.with { folder in
      let path = folder.path("sa.key")
      let keys = try TokenKeys.loadOrCreate(path)
      let signature = try keys.sign([1, 2, 3])
      let again = try TokenKeys.loadOrCreate(path)
      #expect(again.keyID == keys.keyID && again.isSigned([1, 2, 3], by: signature))
      var status = stat()
      #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
      try folder.write("damaged", to: "sa.key")
      #expect(try TokenKeys.loadOrCreate(path).keyID != keys.keyID)
    }
  }
}
