/// Every command, in the order in which help lists them.
enum CommandTable {
  static let root: Command = Command(
    name: "kubectl", summary: "kubectl talks to a Kubernetes cluster", usage: "[flags] [options]",
    subcommands: [
      Create.command, Expose.command, Run.command, SetCommand.command,
      Explain.command, Get.command, Edit.command, Delete.command,
      Rollout.command, Scale.command,
      ClusterInfo.command, NodeScheduling.cordonCommand, NodeScheduling.uncordonCommand, Drain.command, Taint.command,
      Top.command,
      Describe.command, Logs.command, Attach.command, Exec.command, PortForward.command, Proxy.command, Copy.command,
      Debug.command,
      EventList.command, Auth.command,
      Diff.command, Apply.command, Patch.command, Replace.command, Wait.command,
      MetadataChange.labelCommand, MetadataChange.annotateCommand, CompletionScript.command,
      APIResources.command, APIResources.versionsCommand, Config.command, Version.command,
      Options.command, Options.helpCommand,
    ])
}
