/// Where streams to clients run after their request is answered: inside the kubelet's own `run`, and no longer than it.
struct SessionHost: Sendable {
  typealias Work = @Sendable () async -> Void

  private let works: AsyncStream<Work>
  private let sink: AsyncStream<Work>.Continuation

  init() { (works, sink) = AsyncStream.makeStream() }

  func start(_ work: @escaping Work) { sink.yield(work) }

  func run() async {
    await withDiscardingTaskGroup { group in
      for await work in works { group.addTask { await work() } }
      group.cancelAll()
    }
  }
}
