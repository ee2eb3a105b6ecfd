internal import Documents

/// `kubectl set image`.
enum SetImage {
  private static let manager = "kubectl-set"

  static let command = Command(
    name: "image",
    summary: "Update the image of a pod template",
    details: ["CONTAINER=IMAGE for each container that shall have another image; * stands for all of them."],
    examples: [
      Example("One container", "kubectl set image deployment/web nginx=nginx:1.27"),
      Example("All containers of all pods with a label", "kubectl set image pods -l app=web '*=busybox'"),
    ],
    usage:
      "image (-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N [options]",
    flags: PodTemplateChange.flags(manager: manager),
    arguments: .resources(of: PodTemplateChange.kinds, then: .images),
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    let start = invocation.arguments.firstIndex { $0.contains("=") } ?? invocation.arguments.count
    let words = Array(invocation.arguments[..<start])
    var images: [(container: String, image: String)] = []
    for pair in invocation.arguments[start...] {
      guard let equals = pair.firstIndex(of: "="), equals != pair.startIndex else {
        throw Failure("invalid image: \(pair)")
      }
      images.append((String(pair[..<equals]), String(pair[pair.index(after: equals)...])))
    }
    let change = PodTemplateChange(
      invocation: invocation, manager: manager, verb: "image updated",
      attempt: "failed to patch image update to pod template:")
    if words.isEmpty, !invocation.isGiven(SharedFlags.filename) { throw Failure.nothingNamed }
    let targets = try await change.targets(words)
    var errors: [any Error] = []
    if images.isEmpty { errors.append(Failure("at least one image update is required")) }
    if images.count > 1, images.contains(where: { $0.container == "*" }) {
      errors.append(
        Failure("all containers are already specified by *, but saw more than one container_name=container_image pairs")
      )
    }
    try Failures.throwIfAny(errors)
    var missing: [any Error] = []
    let code = try await change.apply(to: targets) { spec, _ in
      for (container, image) in images {
        let hasFound = PodTemplateChange.changeContainers(of: &spec, named: container) { $0["image"] = .string(image) }
        if !hasFound { missing.append(Failure("unable to find container named \"\(container)\"")) }
      }
    }
    try Failures.throwIfAny(missing)
    return code
  }
}
