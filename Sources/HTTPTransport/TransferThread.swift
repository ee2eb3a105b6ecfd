internal import CCurl
internal import Glibc
internal import Synchronization

/// The one thread that moves the bytes of all transfers; libcurl's handles are touched nowhere else.
final class TransferThread: Sendable {
  static let shared = TransferThread()

  enum Order: Sendable {
    case start(Transfer)
    case resume(Transfer)
    case cancel(Transfer)
  }

  // @unchecked: the handle is made here once; only its wake-up is called from other threads, which libcurl allows.
  private struct Handle: @unchecked Sendable {
    let multi: UnsafeMutableRawPointer
  }

  private let handle: Handle
  private let orders = Mutex<[Order]>([])

  private init() {
    curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    guard let multi = curl_multi_init() else { preconditionFailure("libcurl has no memory") }
    handle = Handle(multi: multi)
    var thread = pthread_t()
    let failure = pthread_create(&thread, nil, runTransfers, Unmanaged.passRetained(self).toOpaque())
    precondition(failure == 0, "pthread_create failed: \(failure)")
    pthread_detach(thread)
  }

  func order(_ order: Order) {
    orders.withLock { $0.append(order) }
    curl_multi_wakeup(handle.multi)
  }

  fileprivate func run() {
    var transfers: [UnsafeMutableRawPointer: Transfer] = [:]
    while true {
      // In functions of their own: while this one waits it must not hold on to transfers that are over.
      carryOutOrders(&transfers)
      moveBytes(&transfers)
      if orders.withLock(\.isEmpty) { curl_multi_poll(handle.multi, nil, 0, 60_000, nil) }
    }
  }

  private func carryOutOrders(_ transfers: inout [UnsafeMutableRawPointer: Transfer]) {
    let pending = orders.withLock { orders in
      defer { orders = [] }
      return orders
    }
    for order in pending {
      switch order {
      case .start(let transfer):
        guard let easy = transfer.prepare() else { continue }
        transfers[easy] = transfer
        curl_multi_add_handle(handle.multi, easy)
      case .resume(let transfer):
        if let easy = transfer.easy, transfers[easy] != nil { curl_easy_pause(easy, CURLPAUSE_CONT) }
      case .cancel(let transfer):
        guard let easy = transfer.easy, transfers.removeValue(forKey: easy) != nil else { continue }
        curl_multi_remove_handle(handle.multi, easy)
        transfer.end(CURLE_ABORTED_BY_CALLBACK)
      }
    }
  }

  private func moveBytes(_ transfers: inout [UnsafeMutableRawPointer: Transfer]) {
    var running: Int32 = 0
    curl_multi_perform(handle.multi, &running)
    var left: Int32 = 0
    while let message = curl_multi_info_read(handle.multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
      let result = ccurl_message_result(message)
      curl_multi_remove_handle(handle.multi, easy)
      transfers.removeValue(forKey: easy)?.end(result)
    }
  }
}

private func runTransfers(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  var all = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_BLOCK, &all, nil)
  Unmanaged<TransferThread>.fromOpaque(context!).takeRetainedValue().run()
  return nil
}
