internal import ContainerRuntime
internal import ControlLoop
internal import ObjectSchema

/// Removes images that no container uses, when their disk is nearly full or they were not used for a long time.
struct ImageGarbage: Sendable {
  private static let interval = Duration.seconds(300)

  let context: KubeletContext

  private var policy: ImageGarbagePolicy { context.configuration.imageGarbage }

  /// What kept the disk from being freed.
  private struct Failure: Error {
    var message: String
  }

  func run() async {
    if policy.isOff { return }
    var records = ImageRecords()
    let begin = context.time.now()
    _ = try? await look(&records, detected: ImageRecords.longAgo)
    var hasFailed = false
    while (try? await context.time.sleep(for: Self.interval)) != nil {
      do {
        try await collect(&records, since: begin)
        hasFailed = false
      } catch {
        // What fails once may be over the next time.
        let message = (error as? Failure)?.message ?? "\(error)"
        if hasFailed { record("ImageGCFailed", message) }
        hasFailed = true
      }
    }
  }

  private func collect(_ records: inout ImageRecords, since begin: Timestamp) async throws {
    let now = context.time.now()
    var candidates = try await look(&records, detected: now)
    // Before that nobody can tell how long an image was not used.
    if policy.maximumAge != .zero, now - begin > policy.maximumAge {
      let old = candidates.filter { now - $0.lastUsed > policy.maximumAge }
      candidates.removeAll { old.contains($0) }
      try await remove(old, atLeast: .max, &records)
    }
    let room = try await context.runtime.imageFileSystem()
    guard room.capacityBytes > 0 else {
      let message = "invalid capacity 0 on image filesystem"
      record("InvalidDiskCapacity", message)
      throw Failure(message: message)
    }
    let available = min(room.availableBytes, room.capacityBytes)
    let usedPercent = 100 - percentage(available, of: room.capacityBytes)
    guard usedPercent >= policy.highThresholdPercent else { return }
    let wanted = Int64(Double(room.capacityBytes) * Double(100 - policy.lowThresholdPercent) / 100) - available
    let young = candidates.filter { now - $0.firstDetected < policy.minimumAge }
    let freed = try await remove(candidates.filter { !young.contains($0) }, atLeast: wanted, &records)
    if freed < wanted {
      let message =
        "Failed to garbage collect required amount of images. Attempted to free \(wanted) bytes, "
        + "but only found \(freed) bytes eligible to free."
      record("FreeDiskSpaceFailed", message)
      throw Failure(message: message)
    }
  }

  private func percentage(_ part: Int64, of whole: Int64) -> Int64 { Int64(Double(part) * 100 / Double(whole)) }

  private func look(
    _ records: inout ImageRecords, detected: Timestamp
  ) async throws -> [ImageRecords.Candidate] {
    let images = try await context.runtime.listImages()
    let inUse = Set(try await context.runtime.inventory().containers.map(\.spec.imageID))
    return records.note(images, inUse: inUse, detected: detected, now: context.time.now())
  }

  /// Removes one after the other until enough is free; answers how much that was.
  @discardableResult
  private func remove(
    _ candidates: [ImageRecords.Candidate], atLeast wanted: Int64, _ records: inout ImageRecords
  ) async throws -> Int64 {
    var freed: Int64 = 0
    var errors: [String] = []
    for candidate in candidates where freed < wanted {
      do {
        guard try await context.runtime.removeImage(candidate.id) else { continue }
        records.forget(candidate.id)
        freed += candidate.size
      } catch {
        errors.append("\(error)")
      }
    }
    if errors.isEmpty { return freed }
    let all = errors.count == 1 ? errors[0] : "[\(errors.joined(separator: ", "))]"
    throw Failure(
      message: "wanted to free \(wanted) bytes, but freed \(freed) bytes space with errors in image deletion: \(all)")
  }

  private func record(_ reason: String, _ message: String) {
    context.recorder.record(context.nodeReference, .warning(reason, message))
  }
}
