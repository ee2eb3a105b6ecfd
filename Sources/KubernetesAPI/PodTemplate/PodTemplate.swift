internal import Documents
public import ObjectSchema

/// A description of pods that is kept for others to make pods from.
public struct PodTemplate: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var template = PodTemplateSpec()

  public init() {}

  public static let schema = Schema<PodTemplate>(
    "PodTemplate", "A description of pods that is kept for others to make pods from.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Name, labels and history."),
      Field("template", \.template, .object(PodTemplateSpec.self), "What the pods are to be."),
    ])

  public static let resource = Resource(
    PodTemplate.self, kind: "PodTemplate", plural: "podtemplates",
    columns: [
      .name,
      Column("Containers", "The names of its containers.") { object, _ in .string(object.template.containerNames) },
      Column("Images", "The images of its containers.") { object, _ in .string(object.template.containerImages) },
      Column("Pod Labels", "The labels that the pods get.") { object, _ in
        .string(LabelSelector(object.template.metadata.labels).text)
      },
    ],
    rules: rules)

  private static var rules: Rules<PodTemplate> {
    var rules = Rules<PodTemplate>()
    rules.applyDefaults = { $0.template.spec.applyComputedDefaults() }
    rules.prepareForCreation = { $0.metadata.generation = 1 }
    rules.prepareForUpdate = { object, old, _ in
      if object.template != old.template { object.metadata.countChange() }
    }
    rules.check = { PodTemplateCheck.check($0.template, at: FieldPath("template")) }
    return rules
  }
}
