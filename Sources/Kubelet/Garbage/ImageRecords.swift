internal import ContainerRuntime
internal import ObjectSchema

/// What a kubelet remembers of the images on its machine: since when it knows them, and when they were last used.
struct ImageRecords: Sendable, Equatable {
  private struct Record: Sendable, Equatable {
    var firstDetected: Timestamp
    var lastUsed: Timestamp
    var size: Int64
  }

  /// An image that may be removed.
  struct Candidate: Sendable, Equatable {
    var id: String
    var firstDetected: Timestamp
    var lastUsed: Timestamp
    var size: Int64
  }

  /// Of what was there before the kubelet, nobody knows since when.
  static let longAgo = Timestamp(seconds: 0)

  private var records: [String: Record] = [:]

  /// Notes what is there, and answers what of it nobody uses and nothing pins: first what was not used for longest.
  ///
  /// - Parameter detected: Since when an image that was not known counts as known.
  mutating func note(_ images: [ImageInfo], inUse: Set<String>, detected: Timestamp, now: Timestamp) -> [Candidate] {
    var present: [String: Record] = [:]
    var candidates: [Candidate] = []
    for image in images {
      var record =
        records[image.id] ?? Record(firstDetected: detected, lastUsed: Self.longAgo, size: image.size)
      record.size = image.size
      if inUse.contains(image.id) {
        record.lastUsed = now
      } else if !image.isPinned {
        candidates.append(
          Candidate(
            id: image.id, firstDetected: record.firstDetected, lastUsed: record.lastUsed, size: record.size))
      }
      present[image.id] = record
    }
    records = present
    return candidates.sorted { ($0.lastUsed, $0.firstDetected, $0.id) < ($1.lastUsed, $1.firstDetected, $1.id) }
  }

  mutating func forget(_ id: String) { records[id] = nil }
}
