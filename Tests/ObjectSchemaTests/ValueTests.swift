import Documents
import ObjectSchema
import Testing

struct ValueTests {
  @Test(arguments: [
    ("1", "1", 1000), ("500m", "500m", 500), ("0.5", "500m", 500), ("1.5", "1500m", 1500), ("1000m", "1", 1000),
    ("64Mi", "64Mi", 67_108_864_000), ("1024Mi", "1Gi", 1_073_741_824_000), ("1.5Gi", "1536Mi", 1_610_612_736_000),
    ("2048000Ki", "2000Mi", 2_097_152_000_000), ("0.1Ki", "102400m", 102_400), ("0.5Mi", "512Ki", 524_288_000),
    ("512", "512", 512_000), ("1000", "1k", 1_000_000), ("1500", "1500", 1_500_000), ("100000", "100k", 100_000_000),
    ("1e3", "1e3", 1_000_000), ("1E2", "100", 100_000), ("129e6", "129e6", 129_000_000_000),
    ("100n", "100n", 1), ("0.1n", "1n", 1), ("-2", "-2", -2000), ("+2", "2", 2000), (".5", "500m", 500),
    ("0", "0", 0), ("0Gi", "0", 0), ("1Ki", "1Ki", 1_024_000), ("9Ei", "9Ei", Int64.max),
  ])
  func quantitiesHaveOneFormAndKnowTheirAmount(text: String, canonical: String, milli: Int64) throws {
    let quantity = try #require(Quantity(text))
    #expect(quantity.text == canonical)
    #expect(quantity.milliValue == milli)
  }

  @Test(arguments: ["", "m", "1.2.3", "1x", "1 Mi", "Mi", "1e", "--1", ".", "0x10", "1e99"])
  func otherTextsAreNoQuantities(text: String) {
    #expect(Quantity(text) == nil)
  }

  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0), ("2026-11-21T12:04:14Z", 1_795_262_654), ("2024-02-29T23:59:59Z", 1_709_251_199),
    ("2026-11-21T13:04:14+01:00", 1_795_262_654), ("1969-12-31T23:59:59Z", -1), ("2000-03-01T00:00:00Z", 951_868_800),
  ])
  func timesAreReadInAnyOffsetAndWrittenInUTC(text: String, seconds: Int64) throws {
    let time = try #require(Timestamp(text))
    #expect(time.seconds == seconds)
    if text.hasSuffix("Z") { #expect(time.text == text) }
  }

  @Test func fractionsAreKeptWhereTheyAreWritten() throws {
    let time = try #require(Timestamp("2026-11-21T12:04:14.026639Z"))
    #expect(time.nanoseconds == 26_639_000)
    #expect(time.microText == "2026-11-21T12:04:14.026639Z")
    #expect(time.nanoText == "2026-11-21T12:04:14.026639Z")
    #expect(time.text == "2026-11-21T12:04:14Z")
    #expect(time + .milliseconds(1) - time == .milliseconds(1))
  }

  @Test(arguments: ["", "now", "2026-11-21", "2026-13-01T00:00:00Z", "2026-11-21T12:04:14", "2026-11-21T12:04:14.Z"])
  func otherTextsAreNoTimes(text: String) {
    #expect(Timestamp(text) == nil)
  }
}
