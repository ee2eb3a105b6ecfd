public import ObjectSchema

/// What the pods that are made from it are to be.
public struct PodTemplateSpec: Described {
  public var metadata = ObjectMeta()
  public var spec = PodSpec()

  public init() {}

  public static let schema = Schema<PodTemplateSpec>(
    "PodTemplateSpec", "What the pods that are made from it are to be.",
    [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Labels and annotations that each pod gets."),
      Field("spec", \.spec, .object(PodSpec.self), "What each pod is to be."),
    ])
}

extension PodTemplateSpec {
  /// `web,log`, as tables show it.
  public var containerNames: String { spec.containers.map { $0.name ?? "" }.joined(separator: ",") }

  /// `nginx,busybox`, as tables show it.
  public var containerImages: String { spec.containers.map { $0.image ?? "" }.joined(separator: ",") }
}

/// A kind whose objects make pods from a template and know them by their labels.
public protocol PodOwner: NamedObject {
  var podTemplate: PodTemplateSpec { get }
  var podSelector: LabelSelector? { get }
}
