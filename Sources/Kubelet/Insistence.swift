internal import ControlLoop
internal import KubernetesAPI

extension KubeletContext {
  /// Tries until the server has answered, waiting for a control plane that is away. A refusal is an answer, too, unless it
  /// is one that will pass; false when the task was cancelled before.
  @discardableResult
  func insist(
    unless willPass: (StatusError) -> Bool = { _ in false }, _ call: () async throws(StatusError) -> Void
  ) async -> Bool {
    var pause = Duration.milliseconds(100)
    while true {
      do throws(StatusError) {
        try await call()
        return true
      } catch {
        if (400..<500).contains(error.code), !willPass(error) { return true }
      }
      do { try await time.sleep(for: pause) } catch { return false }
      pause = min(pause * 2, .seconds(5))
    }
  }
}
