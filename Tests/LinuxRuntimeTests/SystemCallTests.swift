import ContainerRuntime
import Glibc
import Testing

@testable import LinuxRuntime

@Suite struct SystemCallProfileTests {
  @Test func readsTheJSONOfContainerRuntimes() throws {
    let profile = try SystemCallProfile(
      json: """
        {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [
          {"names": ["read", "write"], "action": "SCMP_ACT_ALLOW"},
          {"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [
            {"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}, {"index": 0, "value": 2, "op": "SCMP_CMP_EQ"}]},
          {"names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": [
            {"index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}]}]}
        """)
    #expect(profile.usual == .fail(UInt32(ENOSYS)))
    #expect(
      profile.rules == [
        .init(calls: ["read", "write"], action: .allow),
        // Two conditions on one argument are alternatives.
        .init(calls: ["socket"], action: .allow, conditions: [.init(argument: 0, comparison: .isEqual, value: 1)]),
        .init(calls: ["socket"], action: .allow, conditions: [.init(argument: 0, comparison: .isEqual, value: 2)]),
        .init(
          calls: ["clone"], action: .allow,
          conditions: [.init(argument: 0, comparison: .isEqualMasked, value: 0x7E02_0000)]),
      ])
  }

  @Test(
    arguments: [
      (#"{"syscalls": []}"#, #"defaultAction "" is not supported"#),
      (#"{"defaultAction": "SCMP_ACT_NOTIFY"}"#, #"defaultAction "SCMP_ACT_NOTIFY" is not supported"#),
      (#"{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{}]}"#, "syscalls[0].names is empty"),
      (
        #"{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["a"], "action": "SCMP_ACT_LOG", "args": [{}]}]}"#,
        #"syscalls[0].args[0].op "" is not known"#
      ),
    ])
  func saysWhatItDoesNotUnderstand(json: String, message: String) {
    #expect(throws: ProfileError(message)) { try SystemCallProfile(json: json) }
  }

  @Test func asksForNoRightThatACapabilityGives() throws {
    func refused(_ names: [String]) -> Set<String> {
      Set(SystemCallProfile.runtimeDefault(CapabilitySet(named: names)).rules.flatMap(\.calls))
    }
    let usual = refused(CapabilitySet.names.filter { CapabilitySet.containerDefault.contains(.init(named: [$0])) })
    #expect(usual.isSuperset(of: ["mount", "unshare", "keyctl", "bpf", "clone3", "init_module", "reboot"]))
    #expect(usual.isDisjoint(with: ["chroot", "ptrace", "read", "execve"]))
    #expect(refused(["SYS_ADMIN"]).isDisjoint(with: ["mount", "unshare", "clone", "clone3", "bpf"]))
    #expect(refused(["ALL"]).isSuperset(of: ["keyctl", "kexec_load", "userfaultfd"]))
    // Every name is one that this machine, or its 32-bit programs, knows.
    #expect(try !SystemCallFilter(.runtimeDefault([]), named: "x").program.isEmpty)
  }
}

extension RealNodes {
  @Suite(.needsNodes) struct SystemCallTests {
    private static let script = """
      grep -E '^Seccomp:' /proc/self/status
      unshare -U true 2>&1 && echo unshared
      echo $(echo piped | cat); sleep 0; id -u
      """

    @Test func refusesWhatReachesBeyondAContainer() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let (open, _) = try await node.output(of: Self.script, in: sandbox)
        // Root's nodes have a filter of their own.
        let mode = isRoot ? 2 : 0
        #expect(open.hasPrefix("Seccomp:\t\(mode)\nunshared\n"), "\(open)")
        for escalates in [true, false] {
          let (filtered, status) = try await node.output(of: Self.script, in: sandbox) { spec in
            spec.security.systemCalls = .runtimeDefault
            spec.security.allowsPrivilegeEscalation = escalates
          }
          #expect(
            filtered == """
              Seccomp:\t2
              unshare: unshare(0x10000000): Operation not permitted
              piped
              0

              """)
          #expect(status.code == 0)
        }
        let (privileged, _) = try await node.output(of: Self.script, in: sandbox) { spec in
          spec.security.systemCalls = .runtimeDefault
          spec.security.isPrivileged = true
        }
        #expect(privileged.hasPrefix("Seccomp:\t\(mode)\nunshared\n"), "\(privileged)")
      }
    }

    @Test func filtersWhatIsExecutedInTheContainerToo() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let spec = try await node.run(["sleep", "1000"], in: sandbox) { $0.security.systemCalls = .runtimeDefault }
        let (output, _, _) = try await node.exec(["grep", "-E", "^Seccomp:", "/proc/self/status"], in: spec.id)
        #expect(output == "Seccomp:\t2\n")
      }
    }

    @Test func followsTheProfileOfAFile() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let json = """
          {"defaultAction": "SCMP_ACT_ALLOW",
           "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 99}]}
          """
        let (log, _) = try await node.output(of: "mkdir /x 2>&1; touch /y && echo made", in: sandbox) { spec in
          spec.security.systemCalls = .profile(path: "/p.json", content: json)
        }
        #expect(log == "mkdir: can't create directory '/x': Cannot assign requested address\nmade\n")
        let error = RuntimeError(
          .createFailed,
          #"decoding seccomp profile failed "/p.json": defaultAction "SCMP_ACT_WHAT" is not supported"#)
        await #expect(throws: error) {
          try await node.run(["true"], in: sandbox) { spec in
            spec.security.systemCalls = .profile(path: "/p.json", content: #"{"defaultAction": "SCMP_ACT_WHAT"}"#)
          }
        }
      }
    }
  }
}
