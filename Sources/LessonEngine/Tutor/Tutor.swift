public import KubectlCommands
internal import ObjectSchema
internal import Synchronization

/// Walks a learner through a lesson: shows the task, watches the cluster, ticks what has become true, helps.
///
/// It never takes commands away: every command of the prompt works at any time, and the tutor only looks on.
public actor Tutor {
  var packs: [Pack]
  /// Opens a pack by its path; nil for a word that is no path.
  var openPack: @Sendable (String) throws -> Pack? = { _ in nil }
  let context: KubectlContext
  /// Why a pod is as it is, in lines: a namespace and a name go in.
  let explain: @Sendable (_ namespace: String, _ pod: String) async -> [String]
  /// Brings in what a pack's pods are made from; told what takes time.
  let supply: @Sendable (Pack, _ say: @escaping @Sendable (String) async -> Void) async throws -> Void
  let notify: @Sendable ([TutorText]) -> Void
  var keeper: ProgressKeeper
  let records: any RecordStore
  /// What was done in the lesson that is under way, or in the last one of this sitting.
  var lessonRecord = LessonRecord()
  var recordedLesson: String?
  /// The orders that are given to commands which still run are taken as well.
  var lastOrder = 0
  var progress: Progress { keeper.progress }
  var session: TutorSession? { didSet { showNamespace() } }
  /// The namespace to try things in, while the lesson waits.
  var exploring: LessonPlace? { didSet { showNamespace() } }
  /// What the learner answered last to each question of the lesson.
  var answers: [String: String] = [:]
  var isLooking = false
  /// Something has changed during a look.
  var isOverlooked = false
  private let shownNamespace = Mutex<String?>(nil)
  let (changes, changed) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

  /// - Parameters:
  ///   - context: How the lessons' commands reach the cluster; its working directory is where they may write.
  ///   - records: Where what was done in lessons is kept for their transcripts.
  ///   - explain: Why a pod is as it is; the same chain of causes for every pack.
  ///   - supply: Brings the images of a pack into the cluster, before one of its lessons begins.
  ///   - notify: Called with what the tutor has to say by itself, while the learner works.
  public init(
    packs: [Pack], context: KubectlContext, store: any ProgressStore, records: any RecordStore,
    explain: @escaping @Sendable (_ namespace: String, _ pod: String) async -> [String],
    supply: @escaping @Sendable (Pack, _ say: @escaping @Sendable (String) async -> Void) async throws -> Void = {
      _, _ in
    },
    notify: @escaping @Sendable ([TutorText]) -> Void
  ) {
    self.packs = packs.named
    self.context = context
    self.explain = explain
    self.supply = supply
    self.notify = notify
    self.records = records
    keeper = ProgressKeeper(store)
  }

  // MARK: Where the learner is

  /// What the prompt shows: `first-pod 2/4`.
  public var place: String? {
    guard let session else { return nil }
    let place = "\(session.lesson.id) \(session.stepIndex + 1)/\(session.lesson.steps.count)"
    return exploring == nil ? place : place + " explore"
  }

  /// The namespace in which the learner's commands act during a lesson.
  public nonisolated var namespace: String? { shownNamespace.withLock { $0 } }

  private func showNamespace() {
    let namespace = (exploring ?? session?.place)?.namespace
    shownNamespace.withLock { $0 = namespace }
  }

  /// Where the files that lessons speak of are found: those of the current lesson first.
  public var filesFolders: [String] {
    let current = session?.pack.filesFolder
    return (current.map { [$0] } ?? []) + packs.map(\.filesFolder).filter { $0 != current }
  }

  /// What a manifest of a pack says in the lesson that is under way.
  public var fillManifest: (@Sendable ([UInt8]) -> [UInt8])? {
    guard let variables = (exploring ?? session?.place)?.commands.variables else { return nil }
    return { variables.fill($0) }
  }

  /// What the lessons can be called, with their titles.
  public var lessonNames: [(name: String, title: String)] { packs.flatMap(\.lessons).map { ($0.name, $0.title) } }

  // MARK: Keeping

  func record(_ entry: Progress.Entry) {
    if let word = keeper.note(entry) { notify([word]) }
  }

  /// Whether it is yet to be said what hints cost.
  func noteCostOnce() -> Bool {
    defer { hasToldCost = true }
    return !hasToldCost
  }

  private var hasToldCost = false

  static let waitsForExploring: [TutorText] = [.plain("The lesson waits while you explore: back returns to it.")]

  static let noLesson: [TutorText] = [
    .plain("No lesson is under way. lessons lists them, start NAME begins one.")
  ]
}
