/// A transaction that waits in the journal for the next flush.
protocol PendingWrite: AnyObject {
  /// Runs the transaction and says whether to keep what it wrote.
  func apply(to transaction: inout Transaction) -> Bool

  /// Answers the writer, with the reason if nothing of its group was kept.
  func finish(_ failure: StoreError?)
}

/// A waiting transaction whose body returns a value or throws an error of its own.
final class PendingTransaction<Output: Sendable, Failure: Error>: PendingWrite {
  typealias Answer = Result<Result<Output, Failure>, StoreError>

  private let body: @Sendable (inout Transaction) throws(Failure) -> Output
  private let continuation: CheckedContinuation<Answer, Never>
  private var result: Result<Output, Failure>?

  init(
    _ body: @escaping @Sendable (inout Transaction) throws(Failure) -> Output,
    continuation: CheckedContinuation<Answer, Never>
  ) {
    self.body = body
    self.continuation = continuation
  }

  func apply(to transaction: inout Transaction) -> Bool {
    do throws(Failure) {
      result = .success(try body(&transaction))
      return true
    } catch {
      result = .failure(error)
      return false
    }
  }

  func finish(_ failure: StoreError?) {
    if let failure {
      continuation.resume(returning: .failure(failure))
    } else if let result {
      continuation.resume(returning: .success(result))
    } else {
      preconditionFailure("a flush that succeeded has run every transaction of its group")
    }
  }
}
