import TestSupport
import Testing

/// Records the first lines that differ, when a text is not as expected.
func expect(_ found: String, is expected: String, sourceLocation: SourceLocation = #_sourceLocation) {
  if let difference = GoldenText.difference(from: expected, to: found) {
    Issue.record("line \(difference)", sourceLocation: sourceLocation)
  }
}
