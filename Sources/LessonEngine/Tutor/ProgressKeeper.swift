/// Keeps what the learner does: known at once, and stored as soon as the store takes it.
///
/// A store that refuses, because the disk is full or its file may not be written, stops no lesson.
struct ProgressKeeper {
  private(set) var progress: Progress
  private let store: any ProgressStore
  /// What the store has not taken, in its order.
  private var unsaved: [Progress.Entry] = []
  /// What is to be said of the store as it was found.
  private(set) var complaint: String?

  init(_ store: any ProgressStore) {
    self.store = store
    do {
      progress = try store.load()
    } catch {
      progress = Progress()
      complaint =
        "What you have done before could not be read (\(error)): the lessons begin as if they were new."
    }
  }

  /// Answers what the learner has to be told: that the store has begun to refuse, or takes everything again.
  mutating func note(_ entry: Progress.Entry) -> TutorText? {
    progress.note(entry)
    let wasBehind = !unsaved.isEmpty
    unsaved.append(entry)
    do {
      while let next = unsaved.first {
        try store.append(next)
        unsaved.removeFirst()
      }
      return wasBehind ? .ok("Your progress is saved again, with what was done meanwhile.") : nil
    } catch {
      if wasBehind { return nil }
      return .notYet(
        "Your progress cannot be saved (\(error)). The lesson goes on, and is saved once that has been put right; if you quit before, you will do this step again."
      )
    }
  }
}
