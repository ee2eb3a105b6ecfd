internal import Documents

/// `kubectl create job`.
enum CreateJob {
  static let image = Flag.text("image", "The image of the container.")
  static let from = Flag.text("from", "The object whose template is taken, such as cronjob/NAME.")

  static let command = Command(
    name: "job",
    summary: "Create a job with the specified name",
    examples: [
      Example("A command to its end", "kubectl create job once --image=busybox -- date"),
      Example("What a cron job does, now", "kubectl create job now --from=cronjob/nightly"),
    ],
    usage: "create job NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...] [options]",
    flags: [from.row, image.row] + Generator.flags,
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    let name = try Generator.name(invocation)
    let words = Generator.words(invocation)
    if invocation[image].isEmpty == invocation[from].isEmpty {
      throw Failure("either --image or --from must be specified")
    }
    if !invocation[from].isEmpty, words != [] { throw Failure("cannot specify --from and command") }
    var spec: Document
    if invocation[from].isEmpty {
      var container: Document = ["image": .string(invocation[image]), "name": .string(name), "resources": [:]]
      if words != [] { container["command"] = words }
      spec = [
        "template": [
          "metadata": ["creationTimestamp": .null],
          "spec": ["containers": [container], "restartPolicy": "Never"],
        ]
      ]
    } else {
      spec = try await template(invocation)
    }
    let object: Document = [
      "apiVersion": "batch/v1", "kind": "Job", "metadata": Generator.metadata(name, invocation), "spec": spec,
      "status": [:],
    ]
    return try await Generator.create(object, invocation, attempt: "failed to create job:")
  }

  private static func template(_ invocation: Invocation) async throws -> Document {
    let targets = try await ResourceArguments.resolve([invocation[from]], invocation.discovery).targets
    guard let target = targets.first, let name = target.names.first else {
      throw Failure("from must be an existing cronjob")
    }
    let object = try await invocation.calls.get(target.kind, invocation.namespace, name)
    guard target.kind.kind == "CronJob", let spec = object["spec"]?["jobTemplate"]?["spec"] else {
      throw Failure("unknown object type \(target.kind.kind)")
    }
    return spec
  }
}
