import Documents
import ObjectSchema
import TestSupport
import Testing

/// Texts that look like amounts and moments, and patches of any shape: nothing traps, and what is kept is what was read.
@Suite(.timeLimit(.minutes(2))) struct ValueFuzzTests {
  @Test func quantitiesAreReadOrRefused() async {
    let texts = ["1", "500m", "64Mi", "1.5Gi", "-3", "1e3", "12E", "0.1", "100n", "2Ei", "+7k"]
    let pieces = [
      "0", "9", ".", "-", "+", "e", "E", "m", "n", "u", "Ki", "Ei", "e-9223372036854775808", "e9223372036854775807",
      "e18",
      "999999999999999999999999", "٣", " ",
    ]
    await Fuzz.run(rounds: 10_000) { random in
      let bytes = Fuzz.mutate(Array(texts.randomElement(using: &random)!.utf8), with: pieces, &random)
      let text = String(decoding: bytes, as: UTF8.self)
      guard let quantity = Quantity(text) else { return }
      guard let again = Quantity(quantity.text), again == quantity else {
        throw Fuzz.Broken("\(text) is told as \(quantity.text), which is another amount")
      }
      // Rounded up, so never less than the amount.
      let whole = Quantity(whole: quantity.value)
      if whole.milliValue < quantity.milliValue, quantity.milliValue < .max {
        throw Fuzz.Broken("\(text) is \(quantity.milliValue) thousandths, but \(quantity.value) whole")
      }
    }
  }

  @Test func timesAreReadOrRefused() async {
    let texts = [
      "2026-11-21T12:04:14Z", "2026-11-21T12:04:14.026639Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z",
      "2024-02-29T01:02:03+14:00", "0000-01-01T00:00:00+01:00",
    ]
    let pieces = ["0", "9", "-", ":", "T", "Z", "+", ".", "24", "60", "31", "9999"]
    await Fuzz.run(rounds: 10_000) { random in
      let bytes = Fuzz.mutate(Array(texts.randomElement(using: &random)!.utf8), with: pieces, &random)
      let text = String(decoding: bytes, as: UTF8.self)
      guard let time = Timestamp(text) else { return }
      if Timestamp(time.nanoText) != time { throw Fuzz.Broken("\(text) is written as \(time.nanoText)") }
      if Timestamp(time.text) != time.toTheSecond { throw Fuzz.Broken("\(text) is written as \(time.text)") }
      let later = time + .seconds(30)
      if later - time != .seconds(30) { throw Fuzz.Broken("30 s after \(text) is \(later.nanoText)") }
    }
  }

  @Test func anyMomentIsReadAsItWasWritten() async {
    await Fuzz.run(rounds: 5_000) { random in
      // The years that four digits can write.
      let time = Timestamp(
        seconds: Int64.random(in: -62_167_219_200...253_402_300_799, using: &random),
        nanoseconds: Int32.random(in: 0...999_999_999, using: &random))
      if Timestamp(time.nanoText) != time { throw Fuzz.Broken("\(time) is written as \(time.nanoText)") }
    }
  }
}
