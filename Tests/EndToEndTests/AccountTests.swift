import SystemIO
import TestSupport
import Testing

/// Who asks, and what they may: programs in pods, people who speak as others, and nobody.
@Suite(.needsStockKubectl, .needsUserNamespace, .timeLimit(.minutes(1)))
struct AccountTests {
  private static let folder = "/var/run/secrets/kubernetes.io/serviceaccount"

  private func withCluster(_ body: (Learner) async throws -> Void) async throws {
    try await Learner.with { learner in
      try Files.write(try await learner.podium("cluster", "kubeconfig").output, to: learner.kubeconfig, mode: 0o644)
      try await body(learner)
    }
  }

  @Test func aPodSpeaksAsItsAccountAsLongAsItLives() async throws {
    try await withCluster { learner in
      #expect(try await learner.stock("apply", "-f", Learner.firstPod).output == "pod/first created\n")
      _ = try await learner.stock("wait", "--for=condition=Ready", "pod/first", "--timeout=30s")
      func read(_ file: String) async throws -> String {
        try await learner.stock("exec", "first", "--", "cat", "\(Self.folder)/\(file)").output
      }
      #expect(try await read("namespace") == "default")
      #expect(
        try await read("ca.crt")
          == learner.stock("get", "configmap", "kube-root-ca.crt", "-o", #"jsonpath={.data.ca\.crt}"#).output)
      let token = try await read("token")
      let written = try await learner.stock("exec", "first", "--", "touch", "\(Self.folder)/new")
      #expect(TextPattern("Read-only file system").matches(written.error), "\(written.error)")

      let whoami = try await learner.stock(
        bearing: token, "auth", "whoami", "-o", "jsonpath={.status.userInfo.username}")
      #expect(whoami.output == "system:serviceaccount:default:default", "\(whoami.error)")
      let pods = try await learner.stock(bearing: token, "get", "pods")
      #expect(
        pods.error
          == "Error from server (Forbidden): pods is forbidden: User \"system:serviceaccount:default:default\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"\n"
      )
      _ = try await learner.stock("delete", "pod", "first", "--grace-period=1")
      let afterwards = try await learner.stock(bearing: token, "auth", "whoami")
      #expect(afterwards.error == "error: You must be logged in to the server (Unauthorized)\n")
    }
  }

  @Test func kubectlTellsWhoMayDoWhat() async throws {
    try await withCluster { learner in
      #expect(try await learner.stock("auth", "can-i", "create", "pods").output == "yes\n")
      let nobody = try await learner.stock("auth", "can-i", "create", "pods", "--as=nobody")
      #expect(nobody.output == "no\n" && nobody.end == .exited(1))
      let pods = try await learner.stock("get", "pods", "--as=nobody")
      #expect(
        pods.error
          == "Error from server (Forbidden): pods is forbidden: User \"nobody\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"\n"
      )
      let all = try await learner.stock("auth", "can-i", "--list")
      #expect(TextPattern("*.*<...>[]<...>[]<...>[*]").matches(all.lineWith("*.*")))
      let few = try await learner.stock("auth", "can-i", "--list", "--as=system:serviceaccount:default:default")
      #expect(
        TextPattern("selfsubjectreviews.authentication.k8s.io<...>[create]").matches(few.lineWith("selfsubjectreviews"))
      )
      #expect(!few.output.contains("*.*"))
      let jane = try await learner.stock("auth", "whoami", "--as=jane", "--as-group=dev")
      #expect(TextPattern("Groups<...>[dev system:authenticated]").matches(jane.lineWith("Groups")))

      let token = try await learner.stock("create", "token", "default", "--duration=20m").output
      let whoami = try await learner.stock(bearing: token, "auth", "whoami")
      #expect(TextPattern("Username<...>system:serviceaccount:default:default").matches(whoami.lineWith("Username")))
    }
  }

  @Test func whatNothingActsOnIsSaid() async throws {
    try await withCluster { learner in
      let pod = """
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"far"},"spec":{"volumes":[{"name":"v","nfs":{"server":"s",
        "path":"/"}}],"containers":[{"name":"m","image":"busybox","volumeMounts":[{"name":"v","mountPath":"/v"}]}]}}
        """
      let answer = try await learner.stock("apply", "-f", "-", input: pod)
      #expect(
        answer.error
          == "Warning: spec.volumes[0].nfs: not supported by Podium: nothing here can mount it, so the pod will not start\n"
      )
      #expect(answer.output == "pod/far created\n")
      try await Deadline.wait("the event", within: .seconds(20)) {
        try await learner.stock("get", "events").output.contains("FailedMount")
      }
      #expect(TextPattern("ContainerCreating").matches(try await learner.stock("get", "pod", "far").lineWith("far")))
    }
  }
}

extension Learner {
  /// Asks with a token and nothing else that would say who asks.
  fileprivate func stock(bearing token: String, _ words: String...) async throws -> ProgramOutput {
    let server = try await stock("config", "view", "-o", "jsonpath={.clusters[0].cluster.server}").output
    return try await ProgramOutput.of(
      "kubectl",
      ["--kubeconfig=/dev/null", "--server=\(server)", "--insecure-skip-tls-verify", "--token=\(token)"] + words,
      environment: ["HOME": home + "/home"], within: .seconds(40))
  }
}
