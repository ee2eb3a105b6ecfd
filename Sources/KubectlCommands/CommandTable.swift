/// Every command, in the order in which help lists them.
enum CommandTable {
  static let root = Command(
    name: "kubectl", summary: "kubectl talks to a Kubernetes cluster", usage: "[flags] [options]",
    subcommands: [
      Get.command,
    ])
}
