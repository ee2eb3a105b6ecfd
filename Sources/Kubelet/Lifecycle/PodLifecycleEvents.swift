public import ContainerRuntime
public import ControlLoop
public import KubernetesAPI

extension PodLifecycle {
  /// What can happen to a pod.
  public enum Event: Sendable, Equatable {
    /// The API's pod has changed: its images, its deadline, its deletion.
    case podChanged(Pod)
    /// The API's pod is no more; the last that was seen of it.
    case podVanished(Pod)
    /// The moment of the latest `wakeAt` has come.
    case timeCame

    /// Something that is worth an event and changes nothing.
    case noticed(EventNote)

    case volumesReady
    /// Each message tells of one volume; the names are of those that could be had if what they lack were there.
    case volumesFailed(names: [String], messages: [String])
    /// What volumes show is not what it was: another ConfigMap, a token that grows old.
    case volumesOutdated
    case volumesRefreshed(failures: [String])
    /// The node has no room for what the pod uses.
    case evicted(message: String)

    case sandboxCreated(Sandbox)
    case sandboxFailed(String)
    case sandboxExited(id: String)
    case sandboxRemoved(id: String)

    /// Some of the secrets that hold logins for registries are not there, or are not readable.
    case pullSecretsMissing([String])
    case imageFound(container: String, ImageInfo?)
    case imagePulled(container: String, ImageInfo, took: Duration)
    case imageNotPulled(container: String, RuntimeError)

    case containerCreated(container: String, id: ContainerID)
    case containerNotCreated(container: String, CreationFailure)
    case containerStarted(container: String, id: ContainerID)
    case containerNotStarted(container: String, id: ContainerID, message: String)
    case containerExited(id: ContainerID, ExitStatus, message: String?)

    case hookEnded(id: ContainerID, Hook, failure: String?)
    case probed(id: ContainerID, ProbeKind, ProbeResult)

    /// The API has let the pod go.
    case podDeleted
    /// The API has a new object for a pod that its node runs by itself; it knows nothing of the pod's status.
    case shownAnew
  }

  /// Why there is no container, in Kubernetes' word for it.
  public enum CreationFailure: Sendable, Equatable {
    /// What the container is to be cannot be put together: a missing ConfigMap, an unknown user.
    case configuration(String)
    case runtime(String)

    var reason: String {
      switch self {
      case .configuration: "CreateContainerConfigError"
      case .runtime: "CreateContainerError"
      }
    }

    var message: String {
      switch self {
      case .configuration(let message), .runtime(let message): message
      }
    }
  }
}

/// A handler that a container asks to be run at a turn of its life.
public enum Hook: Sendable, Equatable {
  case postStart
  case preStop
}
