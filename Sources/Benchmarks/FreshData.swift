internal import Glibc
internal import SystemIO

/// A data folder in which nobody has ever started or learnt anything: no image is there, and no lesson under way.
enum FreshData {
  private static let variable = "XDG_DATA_HOME"

  static func with<Result>(_ body: () async throws -> Result) async throws -> Result {
    let before = Environment[variable]
    let folder = try MeasuredCluster.launcher().paths.state + "-data"
    setenv(variable, folder, 1)
    defer {
      if let before { setenv(variable, before, 1) } else { unsetenv(variable) }
    }
    do {
      let result = try await body()
      try Files.removeTree(folder)
      return result
    } catch {
      try? Files.removeTree(folder)
      throw error
    }
  }
}
