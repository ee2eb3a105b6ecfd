internal import ContainerRuntime
internal import ControlLoop
internal import KubernetesAPI
internal import ObjectSchema

/// One container of a pod, through all its attempts.
struct ContainerLife: Sendable, Equatable {
  enum Role: Sendable, Equatable {
    /// Runs to its end before the next one begins.
    case initial
    /// An init container with `restartPolicy: Always`: runs beside the others.
    case sidecar
    case main
    case ephemeral
  }

  enum Phase: Sendable, Equatable {
    /// Nothing runs and nothing is being started.
    case idle
    case launching(Launch)
    case running(Running)
  }

  /// How far a start has come.
  enum Launch: Sendable, Equatable {
    case findingImage
    case pullingImage
    case creating(ImageInfo)
    case starting(ContainerID, ImageInfo, exit: Exit?)
  }

  struct Running: Sendable, Equatable {
    var id: ContainerID
    var image: ImageNames
    var startedAt: Timestamp
    var stopSignal = Signal.terminate
    var postStart = PostStart.done
    var stop: Stop?
    var probes = ProbeBook()
  }

  /// Until its hook is done the container is not told of as running, and the others wait.
  enum PostStart: Sendable, Equatable {
    case underWay
    case done
    /// The container is being ended for it.
    case failed
  }

  /// An end that is under way.
  struct Stop: Sendable, Equatable {
    /// The end of the grace, when whoever has not been asked to end is asked all the same; later, when KILL is sent next.
    var killAt: Timestamp
    /// It is ended only to be started anew at once.
    var isForReplacement = false
    var isInPreStop = false
    var hasTerm = false
  }

  struct Exit: Sendable, Equatable {
    var status: ExitStatus
    var message: String?
  }

  /// What the status says about the image that was used.
  struct ImageNames: Sendable, Equatable {
    var name: String
    var digest: String
  }

  /// How an attempt ended.
  struct Ended: Sendable, Equatable {
    var state: ContainerStateTerminated
    var image: ImageNames?

    var exitCode: Int32 { state.exitCode ?? 0 }
    var finishedAt: Timestamp { state.finishedAt ?? Timestamp(seconds: 0) }
  }

  /// Why a container that should run does not, as its waiting state shows it.
  struct Complaint: Sendable, Equatable {
    var reason: String
    var message: String
  }

  /// A wait before the next try, with what is said meanwhile.
  struct Pause: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
      case crash
      case pull
      case mistake
    }

    var kind: Kind
    var retryAt: Timestamp
    var nextRemark: Timestamp?
  }

  let name: String
  let role: Role
  /// How many containers were made for it, and the restart count therefore one less.
  var made = 0
  var phase = Phase.idle
  /// How the latest attempt ended, if none runs.
  var ended: Ended?
  /// How the one before ended.
  var endedBefore: Ended?
  var complaint: Complaint?
  var pause: Pause?
  var crashBackOff = BackOff()
  var pullBackOff = BackOff()
  /// The pull's error, to be repeated while backing off.
  var pullError = ""
  /// The ended container that the runtime still holds.
  var remains: ContainerID?
  /// It was ended to be started anew: until that is done or has failed, the status tells what it told before.
  var isBeingReplaced = false

  init(name: String, role: Role) {
    self.name = name
    self.role = role
  }

  var restartCount: Int { max(0, made - 1) }

  var running: Running? {
    get { if case .running(let running) = phase { running } else { nil } }
    set { if let newValue { phase = .running(newValue) } }
  }

  var isRunning: Bool { running != nil }

  /// The end by which the pause before the next start is reckoned: in a replacement the one before, which is why a
  /// container that fails its probe is back at once although it has only just been ended.
  var decisiveEnd: Ended? { isBeingReplaced ? endedBefore : ended }

  var isLaunching: Bool { if case .launching = phase { true } else { false } }

  /// Started, and with its `postStart` hook behind it.
  var isUnderWay: Bool { running?.postStart == .done }

  /// Whether the container may have processes: it must be gone before the sandbox is taken away.
  var mayHaveProcesses: Bool {
    switch phase {
    case .idle, .launching(.findingImage), .launching(.pullingImage): false
    case .launching(.creating), .launching(.starting), .running: true
    }
  }

  /// The container that exists in the runtime, started or not.
  var containerID: ContainerID? {
    switch phase {
    case .running(let running): running.id
    case .launching(.starting(let id, _, _)): id
    default: nil
    }
  }

  /// It runs well: how it ended before is only a memory.
  mutating func forgetEnd() {
    endedBefore = ended ?? endedBefore
    ended = nil
    complaint = nil
    isBeingReplaced = false
  }

  mutating func end(_ ended: Ended) {
    endedBefore = self.ended ?? endedBefore
    self.ended = ended
    remains = ended.state.containerID.map(ContainerName.id)
    isBeingReplaced = running?.stop?.isForReplacement == true
    phase = .idle
  }
}

/// `podium://<id>`: how the API writes a container's identity.
enum ContainerName {
  static let scheme = "podium://"

  static func text(_ id: ContainerID) -> String { scheme + id }
  static func id(_ text: String) -> ContainerID {
    text.hasPrefix(scheme) ? String(text.dropFirst(scheme.count)) : text
  }
}

extension ContainerStateTerminated {
  init(id: ContainerID, _ exit: ContainerLife.Exit, startedAt: Timestamp) {
    self.init()
    let status = exit.status
    containerID = ContainerName.text(id)
    exitCode = status.code
    reason = status.wasOutOfMemory ? "OOMKilled" : status.code == 0 ? "Completed" : "Error"
    message = exit.message.flatMap { $0.isEmpty ? nil : $0 }
    self.startedAt = startedAt
    finishedAt = Timestamp(nanosecondsSince1970: status.finishedAt)
  }

  /// The program could not even be executed.
  static func notStarted(id: ContainerID, message: String, at now: Timestamp) -> ContainerStateTerminated {
    var state = ContainerStateTerminated()
    state.containerID = ContainerName.text(id)
    state.exitCode = 128
    state.reason = "StartError"
    state.message = message
    state.startedAt = Timestamp(seconds: 0)
    state.finishedAt = now
    return state
  }

  /// Nobody knows what became of it.
  static func unknown(_ message: String) -> ContainerStateTerminated {
    var state = ContainerStateTerminated()
    state.exitCode = 137
    state.reason = "ContainerStatusUnknown"
    state.message = message
    return state
  }
}
