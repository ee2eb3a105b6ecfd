internal import Glibc

/// The limits of a store and its clock, which tests choose for themselves.
struct Settings: Sendable {
  var retention = Retention.standard

  /// Recent changes held in memory, by number and by the bytes that would be free without them.
  var recentCountLimit = 10_000
  var recentByteLimit = 16 << 20

  /// How many revisions a watch that had caught up may fall behind before it is cut off.
  var watchLagLimit = 10_000

  /// Made for each connection to the database.
  var makeExecutor: @Sendable () -> any StoreExecutor = { ThreadExecutor() }

  /// Milliseconds since 1970.
  var now: @Sendable () -> Int64 = {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }
}
