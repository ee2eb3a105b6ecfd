internal import Documents
internal import ObjectSchema

extension Column where Object: PodOwner {
  /// The columns that `-o wide` adds for every kind that makes pods.
  static var ofPods: [Column] {
    [
      Column("Containers", wide: true, "The names of the containers in its pods.") { object, _ in
        .string(object.podTemplate.containerNames)
      },
      Column("Images", wide: true, "The images of the containers in its pods.") { object, _ in
        .string(object.podTemplate.containerImages)
      },
      Column("Selector", wide: true, "The labels by which it knows its pods.") { object, _ in
        .string(object.podSelector?.text ?? "<none>")
      },
    ]
  }
}
