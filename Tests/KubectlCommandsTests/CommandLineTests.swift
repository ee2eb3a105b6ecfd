import Testing

@testable import KubectlCommands

@Suite(.timeLimit(.minutes(1)))
struct CommandLineTests {
  @Test(arguments: [
    ("get pods", ["get", "pods"]),
    ("  get   pods ", ["get", "pods"]),
    ("run a -- sh -c 'echo \"hi\"; exit 3'", ["run", "a", "--", "sh", "-c", "echo \"hi\"; exit 3"]),
    ("a \"b c\" d\\ e \"x\\\"y\" 'it'\\''s' \"\"", ["a", "b c", "d e", "x\"y", "it's", ""]),
    ("a\\\nb", ["ab"]),
  ])
  func splitsLikeAShell(_ line: String, _ expected: [String]) throws {
    #expect(try CommandWords.split(line) == expected)
  }

  @Test(arguments: ["a 'b", "a \"b", "a \\"])
  func noticesUnfinishedLines(_ line: String) {
    #expect(throws: CommandWords.Unfinished.self) { try CommandWords.split(line) }
  }

  /// Texts and exit codes of stock kubectl for lines that it does not understand.
  @Test(arguments: [
    ("frobnicate", "Error: unknown command \"frobnicate\" for \"kubectl\"\n"),
    ("gett pods", "Error: unknown command \"gett\" for \"kubectl\"\n\nDid you mean this?\n\tset\n\tget\n\n"),
    ("-n x frobnicate", "Error: flags cannot be placed before plugin name: -n\n"),
    ("get --nosuch", "Error: unknown flag: --nosuch\nSee 'kubectl get --help' for usage.\n"),
    ("get -Z", "Error: unknown shorthand flag: 'Z' in -Z\nSee 'kubectl get --help' for usage.\n"),
    ("--nosuch get", "Error: unknown flag: --nosuch\nSee 'kubectl --help' for usage.\n"),
    ("get pods -o", "Error: flag needs an argument: 'o' in -o\nSee 'kubectl get --help' for usage.\n"),
    ("get --output", "Error: flag needs an argument: --output\nSee 'kubectl get --help' for usage.\n"),
    (
      "get pods --chunk-size=x",
      "Error: invalid argument \"x\" for \"--chunk-size\" flag: strconv.ParseInt: parsing \"x\": invalid syntax\nSee 'kubectl get --help' for usage.\n"
    ),
    (
      "get pods --watch=maybe",
      "Error: invalid argument \"maybe\" for \"-w, --watch\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax\nSee 'kubectl get --help' for usage.\n"
    ),
    ("config frob", "error: unknown command \"frob\"\nSee 'kubectl config -h' for help and examples\n"),
    ("api-resources x", "error: unexpected arguments: [x]\nSee 'kubectl api-resources -h' for help and examples\n"),
    ("version x", "error: extra arguments: [x]\n"),
    ("exec", "error: pod, type/name or --filename must be specified\n"),
    ("exec a", "error: you must specify at least one command for the container\n"),
    ("attach", "error: at least 1 argument is required for attach\n"),
    (
      "delete",
      "error: You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'\n"
    ),
    (
      "describe",
      "error: You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete list of supported resources.\n"
    ),
    (
      "explain",
      "error: You must specify the type of resource to explain. Use \"kubectl api-resources\" for a complete list of supported resources.\n"
    ),
    ("label", "error: one or more resources must be specified as <resource> <name> or <resource>/<name>\n"),
    ("label pods", "error: at least one label update is required\n"),
    ("wait pod/a", "error: unrecognized condition: \"\"\n"),
    ("wait --for=x pod/a", "error: unrecognized condition: \"x\"\n"),
    (
      "logs",
      "error: expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command\nSee 'kubectl logs -h' for help and examples\n"
    ),
    ("events --types=Foo", "error: valid --types are Normal or Warning\n"),
    ("patch", "error: must specify --patch or --patch-file containing the contents of the patch\n"),
    ("replace", "error: must specify one of -f and -k\n"),
    (
      "delete pod x --grace-period=0 --cascade=foo",
      "error: invalid cascade value (foo). Must be \"background\", \"foreground\", or \"orphan\"\n"
    ),
    ("delete pods --all x", "error: name cannot be provided when a selector is specified\n"),
  ])
  func refusesInTheSameWords(_ line: String, _ expected: String) async throws {
    #expect(try await FakeCluster().kubectl(line) == Ran(error: expected, code: 1))
  }

  /// A table of flags in all the ways in which they are written.
  @Test(arguments: [
    "exec -it web -c main -- sh", "exec -i -t -c=main web -- sh", "exec -itcmain web -- sh",
    "exec web --stdin --tty=true --container main -- sh", "-n default exec --container=main -ti web -- sh",
  ])
  func readsFlagsInEveryForm(_ line: String) throws {
    let parser = CommandLineParser(root: CommandTable.root, globalFlags: SharedFlags.global)
    let parsed = try parser.parse(try CommandWords.split(line))
    #expect(parsed.path == ["exec"])
    #expect(parsed.arguments == ["web", "sh"])
    #expect(parsed.argumentsBeforeDashes == 1)
    #expect(Exec.stdin.read(parsed.given["stdin"] ?? []))
    #expect(Exec.tty.read(parsed.given["tty"] ?? []))
    #expect(Exec.container.read(parsed.given["container"] ?? []) == "main")
  }

  /// Every command explains itself, and no flag is told twice.
  @Test
  func explainsEveryCommand() async throws {
    func check(_ command: Command, _ path: [String]) async throws {
      let ran = try await FakeCluster().kubectl((path + ["--help"]).joined(separator: " "))
      #expect(ran.code == 0 && ran.error.isEmpty)
      #expect(ran.output.contains("Usage:\n  kubectl \(command.usage)"))
      let names = command.flags.map(\.name) + SharedFlags.global.filter { !$0.isHidden }.map(\.name)
      #expect(Set(names).count == names.count, "\(path)")
      let letters = (command.flags + SharedFlags.global).compactMap(\.shorthand)
      #expect(Set(letters).count == letters.count, "\(path)")
      for flag in command.flags where !flag.isHidden { #expect(flag.summary.hasSuffix("."), "\(path) --\(flag.name)") }
      for next in command.subcommands { try await check(next, path + [next.name]) }
    }
    for command in CommandTable.root.subcommands { try await check(command, [command.name]) }
  }
}

extension String {
  func contains(_ text: String) -> Bool { range(of: text) != nil }
}
