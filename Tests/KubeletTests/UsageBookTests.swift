import ContainerRuntime
import ObjectSchema
import Testing

@testable import Kubelet

struct UsageBookTests {
  /// After so many seconds, having used so many seconds of a processor.
  private func usage(_ seconds: Double, _ used: Double) -> ResourceUsage {
    ResourceUsage(
      memoryWorkingSetBytes: 4_096, cpuNanoseconds: Int64(used * 1e9), measuredAt: Int64(seconds * 1e9))
  }

  @Test func whatIsYoungIsAveragedSinceItsStart() {
    let average = UsageBook().average(usage(14, 1), of: "a", since: Timestamp(seconds: 10))
    #expect(average.nanocores == 250_000_000)
    #expect(average.window == .seconds(4))
    #expect(average.memoryBytes == 4_096)
  }

  @Test func whatIsOldIsAveragedSinceItWasMeasured() {
    let book = UsageBook()
    book.note(usage(100, 50), of: "a")
    book.note(usage(115, 50.5), of: "a")
    #expect(book.average(usage(125, 55.5), of: "a", since: Timestamp(seconds: 0)).nanocores == 500_000_000)
    // A moment after a measurement the one before it says more.
    #expect(book.average(usage(115.5, 51.5), of: "a", since: nil).window == .milliseconds(15_500))
  }

  @Test func whatStartedAnewIsNotComparedWithWhatItWas() {
    let book = UsageBook()
    book.note(usage(100, 50), of: "node")
    #expect(book.average(usage(110, 1), of: "node", since: Timestamp(seconds: 108)).nanocores == 500_000_000)
    book.note(usage(110, 1), of: "node")
    #expect(book.average(usage(112, 2), of: "node", since: nil).nanocores == 500_000_000)
  }

  @Test func withoutAnythingToCompareWithNothingIsClaimed() {
    #expect(UsageBook().average(usage(10, 5), of: "node", since: nil).nanocores == 0)
  }
}
