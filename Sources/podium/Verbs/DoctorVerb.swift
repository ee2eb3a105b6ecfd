internal import LocalCluster

/// `podium doctor`: what this machine allows, tried out.
enum DoctorVerb {
  @Sendable
  static func run(_ settings: Settings, _ arguments: [String]) async throws -> Int32 { 0 }
}
