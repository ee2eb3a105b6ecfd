internal import Documents

/// `kubectl create deployment`.
enum CreateDeployment {
  static let images = Flag.list(
    "image", values: .image, "The image of the container; several images make several containers.")
  static let port = Flag.number("port", default: -1, "The port on which the container listens.")
  static let replicas = Flag.number("replicas", short: "r", default: 1, "How many pods there shall be.")

  static let command = Command(
    name: "deployment", aliases: ["deploy"],
    summary: "Create a deployment with the specified name",
    examples: [
      Example("A web server", "kubectl create deployment web --image=nginx"),
      Example("Three of them", "kubectl create deployment web --image=nginx --replicas=3"),
      Example(
        "A command of one's own",
        "kubectl create deployment clock --image=busybox -- sh -c 'while date; do sleep 1; done'"),
    ],
    usage: "create deployment NAME --image=image -- [COMMAND] [args...] [options]",
    flags: [images.row, port.row, replicas.row] + Generator.flags,
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    if !invocation.isGiven(images) { throw Failure.missingFlags(["image"], invocation) }
    let name = try Generator.name(invocation)
    let words = Generator.words(invocation)
    if invocation[images].count > 1, words != [] {
      throw Failure("cannot specify multiple --image options and command")
    }
    var containers = invocation[images].map { image -> Document in
      var container: Document = ["image": .string(image), "name": .string(containerName(image)), "resources": [:]]
      if words != [] { container["command"] = words }
      return container
    }
    if invocation[port] >= 0 { containers[0]["ports"] = [["containerPort": .integer(invocation[port])]] }
    let labels: Document = ["app": .string(name)]
    let object: Document = [
      "apiVersion": "apps/v1", "kind": "Deployment",
      "metadata": Generator.metadata(name, invocation, labels: labels),
      "spec": [
        "replicas": .integer(invocation[replicas]), "selector": ["matchLabels": labels], "strategy": [:],
        "template": [
          "metadata": ["creationTimestamp": .null, "labels": labels], "spec": ["containers": .list(containers)],
        ],
      ],
      "status": [:],
    ]
    return try await Generator.create(object, invocation, attempt: "failed to create deployment:")
  }

  /// `registry:5000/team/web:1.2` makes `web`.
  private static func containerName(_ image: String) -> String {
    var name = image.split(separator: "/").last.map(String.init) ?? image
    if let end = name.firstIndex(where: { $0 == ":" || $0 == "@" }) { name = String(name[..<end]) }
    return name.replacing("_", with: "-")
  }
}
