import Documents
import KubernetesAPI
import ObjectSchema
import Testing

@testable import Insight

/// What a pod is made of.
@Suite struct PodAnatomyTests {
  private func pod() throws -> Pod {
    Pod.decode(
      try Document.parse(
        yaml: """
          metadata: {name: web, namespace: default}
          spec:
            nodeName: one
            volumes: [{name: data, emptyDir: {}}, {name: logs, hostPath: {path: /var/log}}]
            containers:
            - {name: main, volumeMounts: [{name: data, mountPath: /data}, {name: logs, mountPath: /logs}]}
          status: {podIP: 10.0.0.2}
          """)[0]
    ).value
  }

  @Test func whatIsSharedIsToldFromWhatIsOwn() throws {
    let report = try Document.parse(
      json: Array(
        """
        {"sandbox": {"namespaces": {"net": 1, "ipc": 2, "uts": 3, "pid": 4, "mnt": 5},
          "processes": [{"id": 14, "innerID": 14, "user": 0, "command": "/pause"}],
          "cgroup": "podium/a/one/pod1", "memoryUse": 1048576, "processLimit": 100},
         "containers": [{"name": "main", "namespaces": {"net": 1, "ipc": 2, "uts": 3, "pid": 6, "mnt": 7},
          "processes": [{"id": 15, "innerID": 1, "user": 101, "command": "serve"}],
          "mounts": [{"path": "/logs", "type": "ext4", "source": "/var/log", "readOnly": true},
            {"path": "/data", "type": "ext4", "source": "/somewhere", "readOnly": false}],
          "cgroup": "podium/a/one/pod1/c", "memoryUse": 1572864, "memoryLimit": 67108864, "cpuMillicores": 250}]}
        """.utf8))
    let lines = PodAnatomy(try pod(), report: report).lines()
    #expect(
      lines == [
        "pod web on node one, 10.0.0.2", "", "sandbox", "  process   14 /pause", "  holds     net 1   ipc 2   uts 3",
        "  cgroup    podium/a/one/pod1", "            memory 1 MiB, no limit   cpu no limit   processes 1 of 100", "",
        "container main", "  shares    net, ipc, uts with the sandbox", "  own       pid 6   mnt 7",
        "  cgroup    the pod's, and in it c", "            memory 1.5 MiB of 64 MiB   cpu 250m",
        "  mounts    /data  (volume data)", "            /logs  (volume logs, /var/log on the node, read-only)",
        "  processes on the node, inside, user: command", "                 15      1    101  serve",
      ])
  }

  @Test func aPodThatHasEndedHasNothingInside() throws {
    let lines = PodAnatomy(try pod(), report: ["sandbox": [:], "containers": []]).lines()
    #expect(lines.last == "No container runs in it.")
  }
}
