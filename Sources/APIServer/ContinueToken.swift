internal import Documents

/// Where the next page of a list begins: behind a key, at the revision of the first page.
struct ContinueToken: Sendable, Equatable {
  /// Nil: whatever the objects are by then.
  var revision: Int64?
  var key: String

  init(revision: Int64?, key: String) {
    self.revision = revision
    self.key = key
  }

  init?(_ text: String) {
    guard let bytes = Base64URL.decode(text), let document = try? Document.parse(json: bytes),
      let key = document["start"]?.stringValue, let revision = document["rv"]?.integerValue
    else { return nil }
    self.key = key
    self.revision = revision > 0 ? revision : nil
  }

  var text: String {
    Base64URL.encode(
      Document.map(
        DocumentMap([("v", "meta.k8s.io/v1"), ("rv", .integer(revision ?? -1)), ("start", .string(key))])
      ).json())
  }
}
