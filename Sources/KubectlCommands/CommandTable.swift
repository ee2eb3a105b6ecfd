/// Every command, in the order in which help lists them.
enum CommandTable {
  static let root: Command = Command(
    name: "kubectl", summary: "kubectl talks to a Kubernetes cluster", usage: "[flags] [options]",
    subcommands: [
      Create.command, Run.command,
      Explain.command, Get.command, Delete.command,
      ClusterInfo.command,
      Describe.command, Logs.command, Attach.command, Exec.command, EventList.command,
      Apply.command, Patch.command, Replace.command, Wait.command,
      MetadataChange.labelCommand, MetadataChange.annotateCommand,
      APIResources.command, APIResources.versionsCommand, Config.command, Version.command,
      Options.command, Options.helpCommand,
    ])
}
