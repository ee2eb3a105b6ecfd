public import ContainerRuntime
public import ControlLoop
public import KubernetesAPI
public import ObjectSchema

extension PodLifecycle {
  /// What is to be done about it. Each effect that takes time ends in an event.
  public enum Effect: Sendable, Equatable {
    /// Tells of the pod, or of the part of it that the field path names.
    case record(EventNote, fieldPath: String?)
    case report(PodStatus)
    /// Replaces the moment that was asked for before.
    case wakeAt(Timestamp)

    case prepareVolumes
    case refreshVolumes
    /// Takes them away with all that is in them.
    case removeVolumes
    case createSandbox(attempt: Int)
    /// Ends what runs in it, too.
    case removeSandbox(id: String)

    case findImage(container: String)
    case pullImage(container: String)
    case createContainer(container: String, attempt: Int, image: ImageInfo)
    case startContainer(container: String, id: ContainerID)
    case signal(id: ContainerID, Int32)
    case removeContainer(id: ContainerID)

    case runHook(container: String, id: ContainerID, Hook, within: Duration)
    case probe(container: String, id: ContainerID, ProbeKind)

    /// Lets the API's pod go: nothing of it is left here.
    case deletePod
    /// Removes all that is left of the pod's files; no effect follows.
    case finish
  }
}
